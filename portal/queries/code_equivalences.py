"""Which code of a payer stands for which of ours, by a person's word (C-18): what stands on a day, and how it came to be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from portal.db import read_only
from portal.models.accounts import Payer
from portal.models.identity import Login
from portal.models.posting import CodeEquivalence
from portal.queries.among import among
from portal.queries.paging import Page, limits, page_of


@dataclass(frozen=True, slots=True, kw_only=True)
class EquivalenceRow:
    """One of them; `ended_at` is none while it stands."""

    id: int
    payer_id: int
    payer_name: str
    theirs: str
    ours: str
    effective_from: date
    reason: str
    made_by: str
    ended_at: datetime | None
    ended_by: str
    end_reason: str


def standing_codes(
    session: Session, payer_ids: Collection[int], *, on: date
) -> Mapping[int, Mapping[str, str]]:
    """By payer: its code -> ours, as it stands on this day; one statement."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    if payer_ids:
        rows = session.execute(
            select(CodeEquivalence.payer_id, CodeEquivalence.theirs, CodeEquivalence.ours).where(
                among(CodeEquivalence.payer_id, payer_ids),
                CodeEquivalence.ended_at.is_(None),
                CodeEquivalence.effective_from <= on,
            )
        )
        for payer_id, theirs, ours in rows:
            found[payer_id][theirs] = ours
    return found


def equivalence_list(*, number: int = 1) -> Page[EquivalenceRow]:
    """What stands first, by payer and code, then what ended, the last ended first."""
    offset, limit = limits(number)
    maker, ender = aliased(Login), aliased(Login)
    query = (
        select(
            CodeEquivalence.id,
            CodeEquivalence.payer_id,
            Payer.name.label("payer_name"),
            CodeEquivalence.theirs,
            CodeEquivalence.ours,
            CodeEquivalence.effective_from,
            CodeEquivalence.reason,
            func.coalesce(func.nullif(maker.name, ""), maker.email).label("made_by"),
            CodeEquivalence.ended_at,
            func.coalesce(func.nullif(ender.name, ""), ender.email, "").label("ended_by"),
            CodeEquivalence.end_reason,
        )
        .join(Payer, Payer.id == CodeEquivalence.payer_id)
        .join(maker, maker.id == CodeEquivalence.made_by_id)
        .outerjoin(ender, ender.id == CodeEquivalence.ended_by_id)
        .order_by(
            CodeEquivalence.ended_at.is_not(None),
            CodeEquivalence.ended_at.desc(),
            Payer.name,
            CodeEquivalence.theirs,
            CodeEquivalence.id,
        )
        .offset(offset)
        .limit(limit)
    )
    with read_only() as session:
        rows = session.execute(query).all()
    return page_of([EquivalenceRow(**row._mapping) for row in rows], number)  # noqa: SLF001 (SQLAlchemy's public name)
