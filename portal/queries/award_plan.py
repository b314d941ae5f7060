"""What a decision would leave of each line, beside what help stands on it already (FA-4, FA-9, COLL-9)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from billing.assistance import AwardedLine, award
from billing.money import ZERO, Money, total_of
from portal.models.assistance_decisions import AssistanceAward
from portal.queries.covered_lines import Covered, covered_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Granting:
    """By what a decision measures lines. `agb` in hundredths of a percent of gross."""

    discount: int
    cap: Money | None
    agb: int | None
    covers_since: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One line before and after. Help once given stays: a smaller award takes nothing back."""

    covered: Covered
    awarded: AwardedLine

    @property
    def off(self) -> Money:
        """All that is off the share after it."""
        return max(self.awarded.off, self.covered.helped)

    @property
    def more(self) -> Money:
        """What is to be posted now."""
        return self.off - self.covered.helped

    @property
    def owes(self) -> Money:
        return self.covered.line.share - self.off

    @property
    def due_after(self) -> Money:
        return max(self.owes - self.covered.line.paid, ZERO)

    @property
    def back(self) -> Money:
        """What was paid beyond it."""
        return max(self.covered.line.paid - self.owes, ZERO)


@dataclass(frozen=True, slots=True)
class AwardPlan:
    """All lines together."""

    lines: tuple[PlannedLine, ...]

    @property
    def before(self) -> Money:
        """What was open, and what had been paid."""
        return total_of(one.covered.line.share - one.covered.helped for one in self.lines)

    @property
    def due_before(self) -> Money:
        return total_of(one.covered.due for one in self.lines)

    @property
    def more(self) -> Money:
        return total_of(one.more for one in self.lines)

    @property
    def owes(self) -> Money:
        return total_of(one.owes for one in self.lines)

    @property
    def due_after(self) -> Money:
        return total_of(one.due_after for one in self.lines)

    @property
    def back(self) -> Money:
        return total_of(one.back for one in self.lines)


def award_plan(
    session: Session, account_ids: Collection[int], granting: Granting, *, on: date
) -> AwardPlan:
    """For a new decision: every covered line of the accounts."""
    lines = covered_lines(
        session, account_ids, since=granting.covers_since, until=granting.ends_on, on=on
    )
    return _plan(lines, granting, ZERO)


def further_plan(
    session: Session,
    decision_id: UUID,
    account_ids: Collection[int],
    granting: Granting,
    *,
    on: date,
) -> AwardPlan:
    """For a decision that stands: lines that it has not seen, or whose share has changed since."""
    lines = covered_lines(
        session, account_ids, since=granting.covers_since, until=granting.ends_on, on=on
    )
    newest = (
        select(AssistanceAward.charge_id, AssistanceAward.share, AssistanceAward.owes)
        .where(AssistanceAward.decision_id == decision_id)
        .ext(distinct_on(AssistanceAward.charge_id))
        .order_by(AssistanceAward.charge_id, AssistanceAward.id.desc())
    )
    known = {row.charge_id: row for row in session.execute(newest)}
    fresh = [
        one
        for one in lines
        if (before := known.get(one.line.charge_id)) is None or before.share != one.line.share
    ]
    again = {one.line.charge_id for one in fresh}
    counted = total_of(row.owes for charge, row in known.items() if charge not in again)
    return _plan(fresh, granting, counted)


def _plan(lines: Sequence[Covered], granting: Granting, counted: Money) -> AwardPlan:
    found = award(
        [one.line for one in lines],
        discount=granting.discount,
        agb=granting.agb,
        cap=granting.cap,
        counted=counted,
    )
    return AwardPlan(
        tuple(PlannedLine(one, line) for one, line in zip(lines, found.lines, strict=True))
    )
