"""Amounts generally billed: what Medicare and private plans allowed of what was billed, from our own books (FA-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from billing.assistance import agb_hundredths
from billing.due_days import in_month
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.assistance_decisions import AssistanceAgb
from portal.models.claims import Claim
from portal.models.remittances import RemittanceClaim

MEDICARE = ("MA", "MB")
PRIVATE = ("CI", "BL", "HM", "12", "13", "14", "15", "16")
FIRST = ("1", "19")  # CLP02: decided as the first plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One class of plans."""

    allowed: Money = ZERO
    gross: Money = ZERO
    decisions: int = 0

    @property
    def hundredths(self) -> int | None:
        return agb_hundredths(allowed=self.allowed, gross=self.gross)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agb:
    """The figure of one period; `hundredths` of a percent of gross, None where nothing was decided."""

    first_on: date
    last_on: date
    medicare: Part
    private: Part

    @property
    def both(self) -> Part:
        return Part(
            allowed=self.medicare.allowed + self.private.allowed,
            gross=self.medicare.gross + self.private.gross,
            decisions=self.medicare.decisions + self.private.decisions,
        )

    @property
    def hundredths(self) -> int | None:
        return self.both.hundredths


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAgb:
    """A computation that was kept."""

    id: int
    first_on: date
    last_on: date
    allowed: Money
    gross: Money
    hundredths: int
    decisions: int
    made_at: datetime


def work_out(session: Session, on: date) -> Agb:
    """Of the twelve months that end with the month before this day.

    Allowed is what the first plan paid and what it left to the patient; a claim of which nothing was allowed is not
    in it, nor one whose decision was taken back.
    """
    last_on = date.fromordinal(on.replace(day=1).toordinal() - 1)
    first_on = date.fromordinal(in_month(last_on.year - 1, last_on.month, 31).toordinal() + 1)
    medicare = Claim.filing_code.in_(MEDICARE).label("medicare")
    rows = session.execute(
        select(
            medicare,
            func.sum(RemittanceClaim.paid),
            func.sum(RemittanceClaim.patient_responsibility),
            func.sum(RemittanceClaim.billed),
            func.count(),
        )
        .join(Claim, Claim.id == RemittanceClaim.claim_id)
        .where(
            RemittanceClaim.disposition == "posted",
            RemittanceClaim.reversed_by_id.is_(None),
            RemittanceClaim.status_code.in_(FIRST),
            RemittanceClaim.decided_on.between(first_on, last_on),
            Claim.filing_code.in_((*MEDICARE, *PRIVATE)),
            or_(RemittanceClaim.paid > ZERO, RemittanceClaim.patient_responsibility > ZERO),
        )
        .group_by("medicare")
    )
    parts = {
        bool(of_medicare): Part(allowed=paid + share, gross=gross, decisions=count)
        for of_medicare, paid, share, gross, count in rows
    }
    return Agb(
        first_on=first_on,
        last_on=last_on,
        medicare=parts.get(True, Part()),
        private=parts.get(False, Part()),
    )


def newest_agb(session: Session) -> KeptAgb | None:
    """The computation that counts."""
    row = session.scalar(newest_agb_row())
    return None if row is None else kept_agb(row)


def newest_agb_row() -> Select[AssistanceAgb]:
    """Its row."""
    return select(AssistanceAgb).order_by(AssistanceAgb.id.desc()).limit(1)


def kept_agbs() -> tuple[KeptAgb, ...]:
    """All that were kept, the newest first."""
    with read_only() as session:
        rows = session.scalars(select(AssistanceAgb).order_by(AssistanceAgb.id.desc()))
        return tuple(kept_agb(row) for row in rows)


def kept_agb(row: AssistanceAgb) -> KeptAgb:
    """A row as it is used."""
    return KeptAgb(
        id=row.id,
        first_on=row.first_on,
        last_on=row.last_on,
        allowed=row.allowed,
        gross=row.gross,
        hundredths=row.hundredths,
        decisions=row.decisions,
        made_at=row.made_at,
    )
