"""Record that a person read the words of a state's law against that law: from then on letters to that state say them (COLL-T)."""

from __future__ import annotations

from datetime import datetime

from billing.free_text import check_free_text
from billing.notice_text import LANGUAGES
from portal.db import transaction
from portal.queries.viewer import StaffViewer
from portal.services.notice_template import state_blocks
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal

MAY = "settings.edit"


class CannotReview(Refusal):
    """Who read it is missing, or the role may not."""

    title = "Nothing was changed"


def review_template(
    *, staff: StaffViewer, state: str, language: str, note: str, now: datetime
) -> None:
    """Reviewed once; the second time changes nothing. Raises CannotReview, NotFound or CardNumberRefused."""
    note = check_free_text(note)
    if not staff.may(MAY) or not note:
        raise CannotReview("Say who read it, and against which text.")
    if language not in LANGUAGES:
        raise NotFound
    with transaction() as session:
        found = state_blocks(session, state, language=language, on=practice_date(session, now))
        if found is None:
            raise NotFound
        if found.reviewed_at is not None:
            return
        found.reviewed_at, found.reviewed_by_id = now, staff.login_id
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="letter_words",
            object_id=f"{state}:{language}:{found.version}",
            reason=note,
            now=now,
        )
