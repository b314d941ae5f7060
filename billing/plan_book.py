"""The book of one plan while its facts are folded: every cent is in exactly one place.

Of each instalment: `amount = paid + written + held + left`. Of each payment: its pieces lie on
instalments, outside the plan, in credit, or in an agreement that was replaced.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from billing.due_days import LEAST_APART, in_month, months_later
from billing.plans import Schedule

NOTICE = timedelta(days=10)
CREDIT, OUTSIDE, BEFORE = -1, -2, -3  # places of a piece that are not an instalment's number


@dataclass(slots=True)
class Row:
    """One instalment. `counts_from` is a later start of its grace than its due day."""

    number: int
    amount: int
    due_on: date
    day: int
    paid: int = 0
    written: int = 0
    held: dict[tuple[str, str], int] = field(default_factory=dict)
    moved_from: date | None = None
    split_from: int | None = None
    counts_from: date | None = None
    changed_on: date | None = None

    @property
    def under_dispute(self) -> int:
        return sum(self.held.values())

    @property
    def left(self) -> int:
        return self.amount - self.paid - self.written - self.under_dispute


@dataclass(slots=True)
class Piece:
    """A part of a payment and the place where it lies."""

    payment: str
    place: int
    cents: int


class PlanBook:
    """Rows and pieces, and the moves between them that the rules of life are made of."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.pieces: list[Piece] = []
        self.outside: dict[str, int] = {}
        self.added: set[str] = set()  # bills outside that no agreement covers
        self.held_aside: dict[tuple[str, str], int] = {}  # disputed when an agreement was replaced

    # what is where

    def at(self, place: int) -> int:
        return sum(piece.cents for piece in self.pieces if piece.place == place)

    @property
    def left(self) -> int:
        return sum(row.left for row in self.rows)

    @property
    def under_dispute(self) -> int:
        return sum(row.under_dispute for row in self.rows)

    def open_rows(self) -> list[Row]:
        """Rows with something left, earliest due first."""
        return sorted((r for r in self.rows if r.left), key=lambda r: (r.due_on, r.number))

    # agreements

    def open_with(self, made: Schedule, *, on: date, day: int) -> None:
        """Put a signed schedule in; of an earlier one, only what was paid and is disputed stays."""
        for piece in self.pieces:
            piece.place = BEFORE if piece.place >= 0 else piece.place
        for row in self.rows:
            for key, cents in row.held.items():
                self.held_aside[key] = self.held_aside.get(key, 0) + cents
        start = self.rows[-1].number + 1 if self.rows else 0
        self.rows = [Row(start, made.down.cents, on, on.day)] if made.down else []
        for one in made.instalments:
            wanted = day if one.number > 1 else one.due_on.day
            self.rows.append(Row(start + one.number, one.amount.cents, one.due_on, wanted))

    # payments

    def settle(self, payment: str, cents: int, rows: Iterable[Row]) -> int:
        """Pay the rows in their order; answers what is over."""
        for row in rows:
            part = min(cents, row.left)
            if part:
                row.paid += part
                self.pieces.append(Piece(payment, row.number, part))
                cents -= part
        return cents

    def settle_held(self, payment: str, cents: int) -> int:
        """What was disputed and is paid all the same; answers what is over."""
        for row in self.rows:
            for key in sorted(row.held):
                part = min(cents, row.held[key])
                row.held[key] -= part
                if not row.held[key]:
                    del row.held[key]
                cents -= part - self.settle(payment, part, [row])
        return cents

    def settle_outside(self, payment: str, cents: int) -> int:
        """Pay what lies outside the plan; answers what is over."""
        for bill in sorted(self.outside):
            part = self._lower_outside(bill, cents)
            if part:
                self.pieces.append(Piece(payment, OUTSIDE, part))
                cents -= part
        return cents

    def keep_credit(self, payment: str, cents: int) -> None:
        if cents:
            self.pieces.append(Piece(payment, CREDIT, cents))

    def take_back(self, payment: str, cents: int, *, number: int | None = None) -> dict[int, int]:
        """Take pieces of a payment out, credit first, then the last placed; how much by place."""

        def turn(position: int) -> tuple[bool, bool, int]:
            place = self.pieces[position].place
            return place != CREDIT, place != number, -position

        taken: dict[int, int] = {}
        of_payment = [n for n, piece in enumerate(self.pieces) if piece.payment == payment]
        for position in sorted(of_payment, key=turn):
            piece = self.pieces[position]
            part = min(cents, piece.cents)
            piece.cents -= part
            cents -= part
            if part:
                taken[piece.place] = taken.get(piece.place, 0) + part
        self.pieces = [piece for piece in self.pieces if piece.cents]
        for row in self.rows:
            row.paid -= taken.get(row.number, 0)
        # What had paid a bill beyond the plan is owed there again.
        self.raise_outside("", taken.get(OUTSIDE, 0) + taken.get(BEFORE, 0))
        return taken

    # what is owed

    def raise_outside(self, bill: str, cents: int) -> None:
        if cents:
            self.outside[bill] = self.outside.get(bill, 0) + cents

    def add_bill(self, bill: str, cents: int) -> None:
        self.added.add(bill)
        self.raise_outside(bill, cents)

    def take_in_outside(self) -> int:
        """What lies outside becomes part of an agreement; how much it was."""
        owed = sum(self.outside.values())
        self.outside, self.added = {}, set()
        return owed

    def _lower_outside(self, bill: str, cents: int) -> int:
        part = min(cents, self.outside.get(bill, 0))
        if part:
            self.outside[bill] -= part
            if not self.outside[bill]:
                del self.outside[bill]
        return part

    def lower(self, cents: int, bill: str, *, on: date) -> None:
        """Down: outside of that bill, its disputed part, then unpaid from the last, then paid to credit.

        Payments settle instalments, not bills: so before paid money is freed, what any covered bill
        rose by outside is lowered too.
        """
        cents -= self._lower_outside(bill, cents)
        cents = self._lower_held(cents, bill, on=on)
        for row in reversed(self.rows):
            part = min(cents, row.left)
            self._write_down(row, part, on=on)
            cents -= part
        for other in sorted(self.outside.keys() - self.added):
            cents -= self._lower_outside(other, cents)
        for other in sorted({key[1] for row in self.rows for key in row.held}):
            cents = self._lower_held(cents, other, on=on)
        self._free_paid(cents, on=on)

    def _write_down(self, row: Row, cents: int, *, on: date) -> None:
        if cents:
            row.written += cents
            row.changed_on = on

    def _lower_held(self, cents: int, bill: str, *, on: date) -> int:
        """The disputed part of a bill is what a fall of that bill decides first."""
        for row in reversed(self.rows):
            for key in sorted(key for key in row.held if key[1] == bill):
                part = min(cents, row.held[key])
                row.held[key] -= part
                if not row.held[key]:
                    del row.held[key]
                self._write_down(row, part, on=on)
                cents -= part
        return cents

    def _free_paid(self, cents: int, *, on: date) -> None:
        """What was paid and is not owed any more becomes credit, the last paid first."""
        by_number = {row.number: row for row in self.rows}
        freed: list[Piece] = []
        for piece in reversed(self.pieces):
            if piece.place in by_number or piece.place == BEFORE:
                part = min(cents, piece.cents)
                piece.cents -= part
                cents -= part
                if part:
                    freed.append(Piece(piece.payment, CREDIT, part))
                if part and piece.place in by_number:
                    by_number[piece.place].paid -= part
                    self._write_down(by_number[piece.place], part, on=on)
        self.pieces = [piece for piece in self.pieces if piece.cents] + freed[::-1]

    def fill(self, cents: int, *, on: date) -> int:
        """Up: give back what falls had taken, first from credit, then where notice is still possible.

        Answers what does not fit below the signed amounts.
        """
        for row in self.rows:
            part = min(cents, row.written, self.at(CREDIT))
            if part:
                row.written -= part
                row.paid += part
                cents -= part
                self._move_credit(part, row.number)
        for row in self.rows:
            if row.due_on >= on + NOTICE:
                part = min(cents, row.written)
                row.written -= part
                cents -= part
                row.changed_on = on if part else row.changed_on
        return cents

    def _move_credit(self, cents: int, number: int) -> None:
        for piece in [piece for piece in self.pieces if piece.place == CREDIT]:
            part = min(cents, piece.cents)
            piece.cents -= part
            cents -= part
            if part:
                self.pieces.append(Piece(piece.payment, number, part))
        self.pieces = [piece for piece in self.pieces if piece.cents]

    # disputes

    def hold(self, dispute: str, cents: int, bill: str) -> None:
        """Set the disputed part aside, from the last instalment backwards."""
        for row in reversed(self.rows):
            part = min(cents, row.left)
            if part:
                row.held[dispute, bill] = row.held.get((dispute, bill), 0) + part
                cents -= part

    def release(self, dispute: str, *, on: date) -> None:
        """What is still held of the dispute is owed again, never within the days of notice."""
        for row in list(self.rows):
            freed = [row.held.pop(key) for key in sorted(row.held) if key[0] == dispute]
            if freed and row.due_on < on + NOTICE:
                self.to_the_end(row, sum(freed), on=on)
            elif freed:
                row.changed_on = on
        for key in sorted(key for key in self.held_aside if key[0] == dispute):
            self.raise_outside(key[1], self.held_aside.pop(key))

    # days

    def end(self, day: int, *, on: date) -> date:
        """A month after the last instalment, or after today when that is later."""
        return months_later(max([on, *(row.due_on for row in self.rows)]), 1, day)

    def to_the_end(self, row: Row, cents: int, *, on: date) -> None:
        """Split that much off the row into an instalment of its own, a month after the last."""
        row.amount -= cents
        last = self.rows[-1]
        due_on = self.end(last.day, on=on)
        number = last.number + 1
        self.rows.append(Row(number, cents, due_on, last.day, split_from=row.number, changed_on=on))

    def move_months(self, rows: Iterable[Row], bases: dict[int, date], until: date) -> None:
        """Move rows from their bases by as many whole months as bring the first to that day."""
        moving = sorted((row for row in rows if row.number in bases), key=lambda r: bases[r.number])
        months = 0
        while moving and self._later(moving[0], bases, months) < until:
            months += 1
        for row in moving:
            row.due_on = self._later(row, bases, months)

    @staticmethod
    def _later(row: Row, bases: dict[int, date], months: int) -> date:
        base = bases[row.number]
        return months_later(base, months, row.day) if months else base

    def set_day(self, day: int, *, on: date) -> None:
        """The new day for every unpaid instalment to come, none before tomorrow, one a month."""
        earliest = on + timedelta(days=1)
        for row in self.open_rows():
            if row.due_on <= on:
                continue
            due_on, months = in_month(row.due_on.year, row.due_on.month, day), 0
            while due_on < earliest:
                months += 1
                due_on = months_later(row.due_on, months, day)
            row.due_on, row.day = due_on, day
            earliest = due_on + LEAST_APART
