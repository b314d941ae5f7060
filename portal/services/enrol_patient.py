"""Open a patient's sign-in: e-mail proven, password chosen, the matched code spent, the account linked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.db import transaction
from portal.services.enrolment_codes import spend_code
from portal.services.grant_access import grant_access
from portal.services.open_login import open_login
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
        account_id = use_code(session, login_id=login_id, code_id=code_id, now=now)
        return Enrolled(login_id, account_id)


def use_code(session: Session, *, login_id: int, code_id: int, now: datetime) -> int:
    """Spend the code and open its account to the sign-in. Raises CodeSpent."""
    account_id = spend_code(session, code_id=code_id, now=now)
    if account_id is None:
        raise CodeSpent
    grant_access(
        session,
        login_id=login_id,
        account_id=account_id,
        granted_by=f"enrolment_code:{code_id}",
        now=now,
    )
    return account_id
