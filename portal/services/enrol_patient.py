"""Open a patient's sign-in: e-mail proven, password chosen, the matched code spent, the account linked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.identity import AccountAccess
from portal.services import letters
from portal.services.enrolment_codes import spend_code
from portal.services.open_login import open_login
from portal.services.queue_letter import queue_letter
from portal.services.record_access import Access, add_access
from portal.services.refusal import Refusal


class CodeSpent(Refusal):
    """Between the first screen and the last the code was used, ran out, or its account changed."""

    title = "This code no longer works"

    def __init__(self) -> None:
        super().__init__(
            "It was used already, or it is too old. Use the code on your newest statement, or call us."
        )


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The new sign-in and what it may see; it still needs its second factor."""

    login_id: int
    account_id: int


def enrol_patient(*, code_id: int, email: str, password_hash: str, now: datetime) -> Enrolled:
    """Make the sign-in and spend the code in one transaction: both or neither. Raises EmailTaken, CodeSpent."""
    with transaction() as session:
        login_id = open_login(session, email=email, password_hash=password_hash, now=now)
        account_id = grant_access(session, login_id=login_id, code_id=code_id, now=now)
        return Enrolled(login_id, account_id)


def grant_access(session: Session, *, login_id: int, code_id: int, now: datetime) -> int:
    """Spend the code, link its account, and tell the address on file: it may not be this person."""
    account_id = spend_code(session, code_id=code_id, now=now)
    if account_id is None:
        raise CodeSpent
    session.execute(
        insert(AccountAccess)
        .values(
            login_id=login_id,
            guarantor_account_id=account_id,
            granted_by=f"enrolment_code:{code_id}",
            granted_at=now,
        )
        .on_conflict_do_nothing()
    )
    access = Access(
        face="patient",
        login_id=login_id,
        action="grant",
        object_type="account_access",
        account_ids=(account_id,),
    )
    add_access(session, access, now=now)
    on_file = session.scalar(
        select(GuarantorAccount.email).where(GuarantorAccount.id == account_id)
    )
    if on_file:
        queue_letter(
            session,
            to=on_file,
            letter=letters.signed(
                letters.access_granted(), letters.letterhead(session, public_url="")
            ),
            now=now,
            dedupe_key=f"access-granted:{code_id}",
            guarantor_account_id=account_id,
        )
    return account_id
