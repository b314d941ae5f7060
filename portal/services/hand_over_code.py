"""A sign-up code handed over at the desk or a visit, to somebody whose identity staff have checked (ID-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.queries.viewer import StaffViewer
from portal.services.decide_link import PROOFS
from portal.services.enrolment_codes import LIFE, issue_code
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal


class CodeNotIssued(Refusal):
    """Nobody could use the code; the message says why."""

    title = "No code was made"


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The code, which is nowhere else from now on, and until when it works."""

    code: str
    expires_at: datetime


def hand_over_code(
    *,
    account_id: int,
    proof: str,
    note: str,
    staff: StaffViewer,
    keys: Sequence[bytes],
    now: datetime,
) -> HandedOver:
    """Make a code for the account, and keep who made it and how the person was checked.

    Raises NotFound, CodeNotIssued, CardNumberRefused.
    """
    if proof not in PROOFS:
        raise ValueError(f"no such proof: {proof}")
    note = check_free_text(note)
    with transaction() as session:
        account = session.scalar(select(GuarantorAccount).where(GuarantorAccount.id == account_id))
        if account is None:
            raise NotFound
        if not account.named or account.birth_on is None:
            raise CodeNotIssued(
                "The account needs a guarantor with a birth date first: the code asks for it."
            )
        code = issue_code(session, account_id=account_id, statement_id=None, now=now, keys=keys)
        add_staff_act(
            session,
            staff,
            action="create",
            object_type="enrolment_code",
            account_ids=(account_id,),
            reason=": ".join(part for part in (proof, note) if part),
            now=now,
        )
    return HandedOver(code, now + LIFE)
