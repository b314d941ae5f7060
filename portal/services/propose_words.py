"""Write new words of a letter as its next version; they count once a second person approved them (STMT-14, COLL-12)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from billing.free_text import check_free_text
from billing.letter_words import faults_in, with_parts
from billing.notice_text import LANGUAGES, Words, hash_of
from billing.notices import REQUIRED, NoticeKind
from portal.db import transaction
from portal.models.notices import NoticeTemplate
from portal.queries.viewer import StaffViewer
from portal.services.notice_template import template_on
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal

MAY = "settings.edit"


class WordsRefused(Refusal):
    """The words are not fit for a letter; the message says what stands against them."""

    title = "These words were not kept"


def propose_words(
    *,
    kind: NoticeKind,
    language: str,
    version: int,
    title: str,
    texts: Sequence[str],
    staff: StaffViewer,
    now: datetime,
) -> int:
    """The id of the new version; `version` is what the page showed. Raises WordsRefused, NotFound, CardNumberRefused."""
    if not staff.may(MAY):
        raise WordsRefused("Your role does not change the words of letters.")
    if language not in LANGUAGES:
        raise NotFound
    title, texts = check_free_text(title), [check_free_text(one) for one in texts]
    with transaction() as session:
        on = practice_date(session, now)
        before = template_on(session, kind, language=language, on=on)
        if before.version != version:
            raise WordsRefused("Somebody changed this letter since. Open it again.")
        old = Words(title=before.words["title"], blocks=before.words["blocks"])
        try:
            fresh = with_parts(old, title, texts)
        except ValueError as error:
            raise WordsRefused("Open the page again: the letter has other parts now.") from error
        if fresh == old:
            raise WordsRefused("Nothing is different from the words in force.")
        if found := faults_in(kind, language, fresh, old):
            raise WordsRefused(" ".join(found))
        last = select(func.max(NoticeTemplate.version)).where(
            NoticeTemplate.kind == kind.value,
            NoticeTemplate.language == language,
            NoticeTemplate.state == "",
        )
        row = NoticeTemplate(
            kind=kind.value,
            state="",
            language=language,
            version=(session.scalar(last) or 0) + 1,
            effective_on=on,
            words=dict(fresh),
            required_fields=sorted(REQUIRED[kind]),
            text_hash=hash_of(fresh),
            proposed_by_id=staff.login_id,
            proposed_at=now,
        )
        session.add(row)
        session.flush()
        add_staff_act(
            session,
            staff,
            action="create",
            object_type="letter_words",
            object_id=f"{kind.value}:{language}:{row.version}",
            now=now,
        )
        return row.id
