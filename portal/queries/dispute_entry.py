"""What staff need to enter a dispute for somebody: the bills of the account, and the message that says it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Visit
from portal.models.messages import ThreadMessage
from portal.models.notes import AccountNote
from portal.queries.statement_print import day


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeEntry:
    """One account; `said` are the words of the message, empty for a call."""

    account_id: int
    name: str
    patient_ids: tuple[int, ...]
    visits: tuple[tuple[int, str], ...]
    message_id: int | None
    said: str


def dispute_entry(
    account_id: int, message_id: int | None, note_id: int | None = None
) -> DisputeEntry | None:
    """None where there is no such account, or the message or note is another's."""
    with read_only() as session:
        account = session.get(GuarantorAccount, account_id)
        if account is None:
            return None
        said = ""
        if message_id is not None:
            message = session.get(ThreadMessage, message_id)
            if message is None or message.guarantor_account_id != account_id:
                return None
            said = message.body
        elif note_id is not None:
            note = session.get(AccountNote, note_id)
            if note is None or note.guarantor_account_id != account_id:
                return None
            said = note.text  # a colleague's words: whoever enters it puts them into the patient's
        rows = session.execute(
            select(Visit.id, Visit.service_on, Visit.patient_id, Patient.first_name)
            .join(Patient, Patient.id == Visit.patient_id)
            .where(Visit.guarantor_account_id == account_id)
            .order_by(Visit.service_on.desc(), Visit.id.desc())
        ).all()
    return DisputeEntry(
        account_id=account_id,
        name=f"{account.first_name} {account.last_name}".strip(),
        patient_ids=tuple({row.patient_id for row in rows}),
        visits=tuple((row.id, f"{day(row.service_on)}, {row.first_name}") for row in rows),
        message_id=message_id,
        said=said,
    )
