"""Tell a person that the office has answered what they sent about a coverage; the words stay behind the sign-in (MSG-9)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.transitions import SubmissionState
from portal.models.accounts import Patient
from portal.models.identity import Login
from portal.models.insurance import InsuranceSubmission
from portal.models.messages import ThreadMessage
from portal.queries.notice_channel import About
from portal.services import letters
from portal.services.notify_patient import notify_patient
from portal.services.queue_letter import queue_letter

ACCEPTED = (
    "We checked your insurance. It is on file now. You can see it under Insurance in the menu."
)
BILLING = (
    " We will send your visit to this plan. You owe nothing for that visit until the plan answers."
)
SENT_BACK = (
    "We checked your insurance and need your help with it. Open Insurance in the menu to see why"
    " and to fix it."
)
DUE_AGAIN = " The bill that was on hold for it is open again."


def tell_of_insurance(
    session: Session,
    row: InsuranceSubmission,
    *,
    patient: Patient | None,
    public_url: str,
    now: datetime,
) -> None:
    """A message in the account's thread and one bare notice of it; by e-mail alone to who is not linked yet."""
    about = f"insurance:{row.id}:{now:%Y%m%d%H%M%S}"
    if patient is None:
        login = session.get_one(Login, row.login_id)
        queue_letter(
            session,
            letter=letters.new_message(letters.letterhead(session, public_url=public_url)),
            to=login.email,
            now=now,
            dedupe_key=f"{about}:{login.email}",
        )
        return
    session.execute(
        insert(ThreadMessage)
        .values(
            guarantor_account_id=patient.guarantor_account_id,
            visit_id=row.visit_id,
            author="staff",
            login_id=row.decided_by_id,
            channel="portal",
            kind="answer",
            body=_words(row),
            provider_id=about,
            at=now,
        )
        .on_conflict_do_nothing(index_elements=[ThreadMessage.provider_id])
    )
    notify_patient(
        session,
        account_id=patient.guarantor_account_id,
        about=about,
        public_url=public_url,
        now=now,
        choice=About.VISITS,
    )


def _words(row: InsuranceSubmission) -> str:
    if row.state == SubmissionState.ACCEPTED.value:
        return ACCEPTED + (BILLING if row.visit_id else "")
    return SENT_BACK + (DUE_AGAIN if row.visit_id else "")
