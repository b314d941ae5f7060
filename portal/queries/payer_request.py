"""What a payer is asked to correct, as a letter or as what to say on the phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from portal.db import read_only
from portal.models.identity import Login
from portal.models.remittances import RemittanceClaim, RemittanceRow
from portal.models.work import PayerRequest, WorkItem


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLetter:
    """The last request about one item, with everything the payer needs to find it."""

    item_id: int
    account_id: int | None
    way: str
    what: str
    by: str
    at: datetime
    follow_up_on: date
    payer_name: str
    trace: str
    issued_on: date
    control_number: str
    payer_claim_number: str
    patient_name: str


def request_letter(item_id: int) -> RequestLetter | None:
    """The letter of the last request; None when the payer was not asked."""
    with read_only() as session:
        row = session.execute(
            select(
                WorkItem.id.label("item_id"),
                WorkItem.guarantor_account_id.label("account_id"),
                PayerRequest.way,
                PayerRequest.what,
                PayerRequest.at,
                PayerRequest.follow_up_on,
                Login.name,
                Login.email,
                RemittanceRow.payer_name,
                RemittanceRow.trace,
                RemittanceRow.issued_on,
                func.coalesce(RemittanceClaim.patient_control_number, "").label("control_number"),
                func.coalesce(RemittanceClaim.payer_claim_number, "").label("payer_claim_number"),
                func.coalesce(RemittanceClaim.patient_name, "").label("patient_name"),
            )
            .join(PayerRequest, PayerRequest.work_item_id == WorkItem.id)
            .join(Login, Login.id == PayerRequest.login_id)
            .join(RemittanceRow, RemittanceRow.id == WorkItem.remittance_id)
            .outerjoin(RemittanceClaim, RemittanceClaim.id == WorkItem.remittance_claim_id)
            .where(WorkItem.id == item_id)
            .order_by(PayerRequest.id.desc())
            .limit(1)
        ).one_or_none()
    if row is None:
        return None
    facts = row._asdict()
    name, email = facts.pop("name"), facts.pop("email")
    return RequestLetter(**facts, by=name or email)
