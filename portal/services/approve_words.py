"""A second person approves new words of a letter, or says that a translation was read (OPS-13, LANG-3)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.duties import Duty, same_person
from billing.free_text import check_free_text
from billing.notices import NoticeKind
from portal.db import transaction
from portal.models.notices import NoticeTemplate
from portal.queries.viewer import StaffViewer
from portal.services.notice_template import template_on
from portal.services.practice_date import practice_date
from portal.services.propose_words import MAY, WordsRefused
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound


def approve_words(*, template_id: int, staff: StaffViewer, now: datetime) -> bool:
    """Letters that are made from now on say them; False when it was approved before.

    Raises WordsRefused for whoever wrote them and for words that newer ones overtook, and NotFound.
    """
    if not staff.may(MAY):
        raise WordsRefused("Your role does not approve the words of letters.")
    with transaction() as session:
        row = session.get(NoticeTemplate, template_id, with_for_update=True)
        if row is None or row.state:
            raise NotFound
        if row.approved_at is not None:
            return False
        if same_person(Duty.LETTER_WORDS, row.proposed_by_id, staff.login_id):
            raise WordsRefused("You wrote these words, so somebody else must approve them.")
        newer = select(NoticeTemplate.id).where(
            NoticeTemplate.kind == row.kind,
            NoticeTemplate.language == row.language,
            NoticeTemplate.state == "",
            NoticeTemplate.version > row.version,
        )
        if session.scalar(newer.limit(1)) is not None:
            raise WordsRefused("Newer words were written since. Look at those.")
        row.approved_by_id, row.approved_at = staff.login_id, now
        _note(session, staff, row, action="approve", now=now)
    return True


def mark_translation_read(
    *, kind: NoticeKind, note: str, staff: StaffViewer, now: datetime
) -> bool:
    """Who read the Spanish words in force beside the English ones; False when that was said before.

    Raises WordsRefused, CardNumberRefused.
    """
    note = check_free_text(note)
    if not staff.may(MAY) or not note:
        raise WordsRefused("Say who read the Spanish words.")
    with transaction() as session:
        on = practice_date(session, now)
        row = template_on(session, kind, language="es", on=on)
        if row.reviewed_at is not None:
            return False
        row.reviewed_at, row.reviewed_by_id = now, staff.login_id
        _note(session, staff, row, action="update", reason=note, now=now)
    return True


def _note(
    session: Session,
    staff: StaffViewer,
    row: NoticeTemplate,
    *,
    action: str,
    now: datetime,
    reason: str = "",
) -> None:
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="letter_words",
        object_id=f"{row.kind}:{row.language}:{row.version}",
        reason=reason,
        now=now,
    )
