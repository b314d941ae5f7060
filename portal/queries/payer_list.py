"""The practice's own list of payers, and what is known of the one that a person typed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.db import read_only
from portal.models.accounts import Coverage, Payer

SHOWN = 400  # more than a practice bills


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerChoice:
    """A payer of the list; `filing_code` (SBR09) as its other members' claims say, empty when none does."""

    id: int
    name: str
    filing_code: str


def payer_names() -> tuple[str, ...]:
    """Every name once, for a box that completes what is typed."""
    with read_only() as session:
        names = session.scalars(select(Payer.name).distinct().order_by(Payer.name).limit(SHOWN))
        return tuple(names)


def payer_choices(session: Session) -> tuple[tuple[int, str], ...]:
    """Ids and names, for staff to choose from."""
    rows = session.execute(select(Payer.id, Payer.name).order_by(Payer.name, Payer.id).limit(SHOWN))
    return tuple((row.id, row.name) for row in rows)


def find_payer(typed: str) -> PayerChoice | None:
    """The payer of exactly this name, whatever its capitals; None where the list has none."""
    filing_code = (
        select(Coverage.filing_code)
        .where(Coverage.payer_id == Payer.id, Coverage.filing_code != "")
        .order_by(Coverage.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    wanted = " ".join(typed.split()).lower()
    with read_only() as session:
        row = session.execute(
            select(Payer.id, Payer.name, filing_code.label("filing_code"))
            .where(func.lower(Payer.name) == wanted)
            .order_by(Payer.id)
            .limit(1)
        ).one_or_none()
    if row is None:
        return None
    return PayerChoice(id=row.id, name=row.name, filing_code=row.filing_code or "")
