"""The office works on an application: what its papers say, what is missing, and that it is complete (FA-7, FA-9, COLL-8)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.assistance import Presumed
from billing.assistance_clock import ANSWER_WITHIN
from billing.assistance_reasons import Proof
from billing.free_text import check_free_text
from billing.money import ZERO, Money
from portal.db import transaction
from portal.models.assistance import PENDING, AssistanceApplication
from portal.models.assistance_decisions import AssistanceRequest, AssistanceVerification
from portal.queries.viewer import StaffViewer
from portal.services.assistance_notices import notice_missing
from portal.services.assistance_refusals import CannotDecideAssistance
from portal.services.move_application import held_application, note_event, put_state, tell_audit
from portal.services.tell_of_assistance import tell_of_assistance


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What the papers were read to say; `how` is the sum in words. Amounts are of twelve months."""

    household: int
    income: Money
    how: str
    residence: str
    presumed: Presumed | None = None
    owed_in_year: Money = ZERO
    paid_in_year: Money = ZERO


def verify_application(
    *, application_id: UUID, read: Read, staff: StaffViewer, on: date, now: datetime
) -> None:
    """Keep what was found; the newest counts, and from now on the application is complete.

    Raises CannotDecideAssistance, CardNumberRefused or NotFound.
    """
    how = check_free_text(read.how)
    if not how or read.household < 1 or read.income < ZERO:
        raise CannotDecideAssistance("Say who lives there, the income, and how it was worked out.")
    with transaction() as session:
        application = _open(session, application_id, staff)
        session.add(
            AssistanceVerification(
                application_id=application_id,
                household=read.household,
                income=read.income,
                how=how,
                residence=read.residence.strip().upper(),
                presumed=read.presumed.value if read.presumed else "",
                owed_in_year=read.owed_in_year,
                paid_in_year=read.paid_in_year,
                login_id=staff.login_id,
                at=now,
            )
        )
        note_event(session, application, "verified", on=on, now=now, login_id=staff.login_id)
        _complete(session, application, on=on, now=now)
        tell_audit(session, application, staff, action="update", reason="verified", now=now)


def ask_for_missing(
    *,
    application_id: UUID,
    items: Collection[str],
    note: str,
    staff: StaffViewer,
    public_url: str,
    on: date,
    now: datetime,
) -> date:
    """Ask for papers of the closed list, and nothing else; the day until which they have.

    Raises CannotDecideAssistance, CardNumberRefused or NotFound.
    """
    note = check_free_text(note)
    wanted = [item.value for item in Proof if item in set(items)]
    if not wanted or len(wanted) != len(set(items)):
        raise CannotDecideAssistance("Choose from the list: nothing else may be asked for (FA-7).")
    with transaction() as session:
        application = _open(session, application_id, staff)
        row = AssistanceRequest(
            application_id=application_id,
            items=wanted,
            note=note,
            asked_on=on,
            answer_by=on + ANSWER_WITHIN,
            login_id=staff.login_id,
            at=now,
        )
        session.add(row)
        session.flush()
        put_state(application, "asked", now=now)
        application.complete_on = None
        note_event(
            session, application, "asked", on=on, now=now,
            login_id=staff.login_id, items=wanted, answer_by=row.answer_by.isoformat(),
        )  # fmt: skip
        tell_of_assistance(
            session,
            application.guarantor_account_id,
            about="asked",
            key=str(row.id),
            public_url=public_url,
            on=on,
            now=now,
        )
        notice_missing(session, application, row, public_url=public_url, on=on, now=now)
        tell_audit(session, application, staff, action="update", reason="asked", now=now)
        return row.answer_by


def call_complete(*, application_id: UUID, staff: StaffViewer, on: date, now: datetime) -> bool:
    """A person says that nothing is missing: from now on the days to decide run. False when it was before.

    Raises CannotDecideAssistance or NotFound.
    """
    with transaction() as session:
        application = _open(session, application_id, staff)
        if application.complete_on is not None:
            return False
        _complete(session, application, on=on, now=now)
        tell_audit(session, application, staff, action="update", reason="complete", now=now)
    return True


def _complete(
    session: Session, application: AssistanceApplication, *, on: date, now: datetime
) -> None:
    if application.complete_on is None:
        application.complete_on = on
        note_event(session, application, "complete", on=on, now=now)
    put_state(application, "complete", now=now)


def _open(session: Session, application_id: UUID, staff: StaffViewer) -> AssistanceApplication:
    if not staff.may("assistance.work"):
        raise CannotDecideAssistance("Your role does not work on applications.")
    application = held_application(session, application_id)
    if application.state not in PENDING:
        raise CannotDecideAssistance("It is not open any more.")
    return application
