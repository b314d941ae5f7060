"""What a state wants said in bold on every letter that asks for money, statements too (COLL-T4)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from billing.notice_text import BOLD_14
from billing.notices import NoticeKind
from portal.models.notices import NoticeTemplate


def bold_by_state(
    session: Session, states: Collection[str], *, on: date
) -> dict[str, tuple[str, ...]]:
    """By state: the sentences of the words in force that day, where a person has reviewed them; in English, as statements are."""
    rows = session.scalars(
        select(NoticeTemplate)
        .where(
            NoticeTemplate.kind == NoticeKind.STATE_NOTICE.value,
            NoticeTemplate.language == "en",
            NoticeTemplate.state.in_(sorted(states)),
            NoticeTemplate.effective_on <= on,
            NoticeTemplate.approved_at.is_not(None),
        )
        .ext(distinct_on(NoticeTemplate.state))
        .order_by(
            NoticeTemplate.state,
            NoticeTemplate.effective_on.desc(),
            NoticeTemplate.version.desc(),
        )
    )
    return {
        row.state: tuple(
            sentence
            for block in row.words["blocks"]
            if block.get("style") == BOLD_14
            for sentence in block["paragraphs"]
        )
        for row in rows
        if row.reviewed_at is not None
    }
