"""The sliding scale in force on a day, and every version of it (FA-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from billing.assistance_scale import DEFAULT_SCALE, Hardship, Scale, Tier
from portal.db import read_only
from portal.models.assistance_decisions import AssistanceScale
from portal.models.identity import Login


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleVersion:
    """One version. Number 0 is the one that the software comes with."""

    number: int = 0
    scale: Scale = DEFAULT_SCALE
    effective_from: date | None = None
    reason: str = ""
    made_by: str = ""
    made_at: datetime | None = None


def scale_on(session: Session, on: date) -> ScaleVersion:
    """What counts for an application of that day."""
    row = session.execute(newest_scale(on)).one_or_none()
    return ScaleVersion() if row is None else read_version(row[0], row[1])


def newest_scale(on: date) -> Select[AssistanceScale, str]:
    """The row that counts on a day, with who made it."""
    return _versions().where(AssistanceScale.effective_from <= on).limit(1)


def scale_versions() -> tuple[ScaleVersion, ...]:
    """Every version, the newest first, down to the software's own."""
    with read_only() as session:
        rows = session.execute(_versions()).all()
    return (*(read_version(row, by) for row, by in rows), ScaleVersion())


def _versions() -> Select[AssistanceScale, str]:
    return (
        select(
            AssistanceScale,
            func.coalesce(func.nullif(Login.name, ""), Login.email).label("made_by"),
        )
        .join(Login, Login.id == AssistanceScale.made_by_id)
        .order_by(AssistanceScale.effective_from.desc(), AssistanceScale.number.desc())
    )


def as_json(scale: Scale) -> dict[str, Any]:
    """The row's own spelling."""
    hardship = scale.hardship
    return {
        "tiers": [[tier.up_to, tier.discount, tier.cap] for tier in scale.tiers],
        "hardship": None
        if hardship is None
        else [hardship.debt_over, hardship.paid_over, hardship.discount, hardship.cap],
    }


def read_version(row: AssistanceScale, by: str) -> ScaleVersion:
    """A row as it is used."""
    hardship = row.scale["hardship"]
    return ScaleVersion(
        number=row.number,
        scale=Scale(
            tuple(Tier(*tier) for tier in row.scale["tiers"]),
            None if hardship is None else Hardship(*hardship),
        ),
        effective_from=row.effective_from,
        reason=row.reason,
        made_by=by,
        made_at=row.made_at,
    )
