"""An agency's rows judged against what we know: new, known already, or refused with its words (COLL-18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.agency_files import Cells, read_row
from billing.agency_returns import Return, ReturnRow, problems_of
from billing.money import Money
from portal.models.placements import AgencyReturn, Placement
from portal.queries.among import among_words

OTHER_CONTENT = "this ref was told before with other content: ask the agency which one is right"
NOT_THEIRS = "placement is none that we gave to this agency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One row of a file. Neither problems nor `known`: reading the file takes it."""

    cells: Cells
    row: ReturnRow | None
    placement: Placement | None
    known: bool = False
    problems: tuple[str, ...] = ()

    @property
    def fresh(self) -> bool:
        return not self.known and not self.problems


@dataclass(frozen=True, slots=True)
class _Payment:
    """A payment that was told, in this file or before."""

    placement: str
    amount: Money


def judged_returns(
    session: Session, agency_id: int, rows: Sequence[Cells], *, today: date
) -> tuple[Judged, ...]:
    """Each row in the file's order; three questions for any number of rows."""
    read = [(cells, *read_row(cells.cells)) for cells in rows]
    facts = [row for _, row, _ in read if row is not None]
    placements = _placements(session, agency_id, [row.placement for row in facts])
    refs = [ref for row in facts for ref in (row.ref, row.of) if ref]
    before = _told(session, agency_id, refs)
    back = _back(session, agency_id, [row.of for row in facts if row.of])
    book = _Book(placements, before, back)
    # A payment stands before what takes it back, wherever each is written in the file.
    for row in facts:
        book.note(row)
    return tuple(book.judge(cells, row, wrong, today=today) for cells, row, wrong in read)


class _Book:
    """What was told before, and by earlier rows of this file."""

    def __init__(
        self,
        placements: Mapping[str, Placement],
        before: Mapping[str, AgencyReturn],
        back: Mapping[str, str],
    ) -> None:
        self.placements, self.before = placements, before
        numbers = {one.id: number for number, one in placements.items()}
        self.back = dict(back)  # ref of a payment: the ref of the row that took it back
        self.here: dict[str, Mapping[str, str]] = {}
        self.payments = {
            ref: _Payment(numbers.get(one.placement_id, ""), one.amount)
            for ref, one in before.items()
            if one.kind == Return.PAYMENT
        }

    def note(self, row: ReturnRow) -> None:
        if row.kind is Return.PAYMENT:
            self.payments.setdefault(row.ref, _Payment(row.placement, row.amount))

    def judge(
        self, cells: Cells, row: ReturnRow | None, wrong: tuple[str, ...], *, today: date
    ) -> Judged:
        if row is None:
            return Judged(cells=cells, row=None, placement=None, problems=wrong)
        placement = self.placements.get(row.placement)
        same = self._same(cells)
        if same is not None:
            problems: tuple[str, ...] = () if same else (OTHER_CONTENT,)
            return Judged(cells=cells, row=row, placement=placement, known=same, problems=problems)
        problems = problems_of(row, today=today)
        if placement is None:
            problems = (*problems, NOT_THEIRS)
        elif row.happened_on < placement.placed_on:
            problems = (
                *problems,
                f"happened_on is before {placement.placed_on}, when it was placed",
            )
        problems = (*problems, *self._back_problems(row))
        if not problems:
            self.here[row.ref] = cells.cells
            if row.kind is Return.PAYMENT_BACK:
                self.back[row.of] = row.ref
        return Judged(cells=cells, row=row, placement=placement, problems=problems)

    def _same(self, cells: Cells) -> bool | None:
        """Whether this ref was told with this content; None where it was not told."""
        before = self.before.get(cells.ref)
        told = before.told if before is not None else self.here.get(cells.ref)
        return None if told is None else _plain(told) == _plain(cells.cells)

    def _back_problems(self, row: ReturnRow) -> tuple[str, ...]:
        """A payment comes back once, whole, and on its own bill; one that is not told yet is waited for."""
        if row.kind is not Return.PAYMENT_BACK:
            return ()
        payment = self.payments.get(row.of)
        if row.of in self.back:
            return (f"the payment {row.of} was taken back by {self.back[row.of]} already",)
        if payment is None:
            told = row.of in self.before
            return (f"of names {row.of}, which is no payment",) if told else ()
        wrong = []
        if payment.placement != row.placement:
            wrong.append("placement is another than that of the payment")
        if payment.amount != row.amount:
            wrong.append(f"amount must be that of the payment, {payment.amount}")
        return tuple(wrong)


def _plain(told: Mapping[str, str]) -> dict[str, str]:
    """What a row says; a column that is empty, or not there, says nothing."""
    return {name: cell for name, cell in told.items() if cell}


def _placements(session: Session, agency_id: int, numbers: Sequence[str]) -> dict[str, Placement]:
    rows = session.scalars(
        select(Placement).where(
            Placement.agency_id == agency_id, among_words(Placement.number, set(numbers))
        )
    )
    return {row.number: row for row in rows}


def _told(session: Session, agency_id: int, refs: Sequence[str]) -> dict[str, AgencyReturn]:
    rows = session.scalars(
        select(AgencyReturn).where(
            AgencyReturn.agency_id == agency_id, among_words(AgencyReturn.ref, set(refs))
        )
    )
    return {row.ref: row for row in rows}


def _back(session: Session, agency_id: int, refs: Sequence[str]) -> dict[str, str]:
    """Payments that were taken back, or wait to be, each with the ref that said so."""
    of = AgencyReturn.told["of"].astext
    rows = session.execute(
        select(of, AgencyReturn.ref).where(
            AgencyReturn.agency_id == agency_id,
            AgencyReturn.kind == Return.PAYMENT_BACK.value,
            of.in_(set(refs)),
        )
    )
    return dict(iter(rows))
