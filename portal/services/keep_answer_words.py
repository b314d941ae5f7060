"""Staff keep an answer that they give often, change it, or put it out of use."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from billing.free_text import check_free_text
from billing.kept_answers import UnknownField, checked_words
from portal.db import transaction
from portal.models.messages import KeptAnswer
from portal.queries.viewer import StaffViewer
from portal.services.keep_answer import may_answer
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal


class CannotKeep(Refusal):
    """The words cannot be kept so; the message says why."""

    title = "This answer was not kept"


def keep_answer_words(
    *,
    answer_id: int | None,
    title: str,
    words_en: str,
    words_es: str,
    active: bool,
    staff: StaffViewer,
    now: datetime,
) -> int:
    """A new answer, or the changed one; its id. Raises CannotKeep, NotFound, NotAllowed, CardNumberRefused."""
    may_answer(staff)
    title = check_free_text(title)
    try:
        english = checked_words(check_free_text(words_en))
        spanish = checked_words(check_free_text(words_es))
    except UnknownField as refused:
        raise CannotKeep(str(refused)) from refused
    if not (title and english and spanish):
        raise CannotKeep("An answer needs a title and its words in both languages.")
    with transaction() as session:
        row = session.get(KeptAnswer, answer_id, with_for_update=True) if answer_id else None
        if answer_id and row is None:
            raise NotFound
        taken = session.scalar(select(KeptAnswer.id).where(KeptAnswer.title == title))
        if taken is not None and taken != answer_id:
            raise CannotKeep("Another answer has this title. Choose another one.")
        row = row or KeptAnswer()
        row.title, row.words_en, row.words_es, row.active = title, english, spanish, active
        row.changed_by_id, row.changed_at = staff.login_id, now
        session.add(row)
        session.flush()
        add_staff_act(
            session,
            staff,
            action="update" if answer_id else "create",
            object_type="kept_answer",
            object_id=row.id,
            now=now,
        )
        return row.id
