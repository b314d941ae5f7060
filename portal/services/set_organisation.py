"""A manager says what the practice is, and records that a row of state law was read; every version is kept (CORE-1, CORE-2)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.free_text import check_free_text
from billing.organisation import Organisation
from billing.state_rows import STATE_RULES
from portal.db import transaction
from portal.models.gate import OrganisationProfile, StateReview
from portal.queries.viewer import StaffViewer
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal

MAY = "settings.edit"


class CannotKeep(Refusal):
    """The reason is missing, the day lies behind us, or the role may not."""

    title = "Nothing was changed"


def set_organisation(
    *,
    staff: StaffViewer,
    form_id: UUID,
    organisation: Organisation,
    starts_on: date,
    reason: str,
    now: datetime,
) -> None:
    """Keep a version; the same form keeps one. Raises CannotKeep or CardNumberRefused."""
    reason = check_free_text(reason)
    if not staff.may(MAY) or not reason:
        raise CannotKeep("Say why. Your role must be allowed to change settings.")
    with transaction() as session:
        if starts_on < practice_date(session, now):
            raise CannotKeep("A change counts from today at the earliest.")
        answers = asdict(organisation)
        kept = session.scalar(
            insert(OrganisationProfile)
            .values(
                form_id=form_id,
                starts_on=starts_on,
                answers=answers,
                reason=reason,
                by_login_id=staff.login_id,
                at=now,
            )
            .on_conflict_do_nothing(index_elements=[OrganisationProfile.form_id])
            .returning(OrganisationProfile.id)
        )
        if kept is not None:
            _note(session, staff, kind="organisation", key=str(kept), reason=reason, now=now)


def review_state(
    *,
    staff: StaffViewer,
    form_id: UUID,
    row_key: str,
    fingerprint: str,
    confirmed: bool,
    note: str,
    now: datetime,
) -> None:
    """Record that somebody read the row as it stands, or take that back.

    `fingerprint` is of the words that the page showed: a row that changed since is refused. Raises
    CannotKeep, NotFound or CardNumberRefused.
    """
    note = check_free_text(note)
    if not staff.may(MAY) or not note:
        raise CannotKeep("Say who read it, and against which text.")
    row = next((one for one in STATE_RULES if one.key == row_key), None)
    if row is None:
        raise NotFound
    if row.fingerprint != fingerprint:
        raise CannotKeep("The row has changed since the page was shown. Read it again.")
    with transaction() as session:
        kept = session.scalar(
            insert(StateReview)
            .values(
                form_id=form_id,
                row_key=row_key,
                fingerprint=fingerprint,
                confirmed=confirmed,
                note=note,
                by_login_id=staff.login_id,
                at=now,
            )
            .on_conflict_do_nothing(index_elements=[StateReview.form_id])
            .returning(StateReview.id)
        )
        if kept is not None:
            words = "reviewed" if confirmed else "review taken back"
            said = f"{words}: {note}"
            _note(session, staff, kind="state_row", key=row_key, reason=said, now=now)


def _note(
    session: Session, staff: StaffViewer, *, kind: str, key: str, reason: str, now: datetime
) -> None:
    add_staff_act(
        session, staff, action="update", object_type=kind, object_id=key, reason=reason, now=now
    )
