"""The amounts that a photographed EOB says a patient may owe, from its words and where they stand (STMT-5). Pure: suggestions, never facts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from billing.money import Money, total_of
from portal.card_ports import CardLine

SHARE = re.compile(
    r"(you may owe|amount you owe|what you owe|you owe|you may be billed|you pay|your cost"
    r"|(your|patient|member)('?s)? (total )?(responsibility|resp\b|share|liability|balance)"
    r"|usted (podria |puede )?debe\w*|(monto|cantidad|lo) que (usted )?(debe|podria deber)|podria deber"
    r"|(su|responsabilidad del|parte del) (responsabilidad|parte|paciente|miembro))"
)
NOT_SHARE = re.compile(
    r"(not|do not|don't|no) (owe|pay|debe)|you pay(ed|ments)|not a bill|no es una (factura|cuenta)"
)
MONEY = re.compile(r"(?<![\d.,-])\$?\s?(\d{1,3}(?:,\d{3})+|\d{1,6})\s?\.\s?(\d{2})(?![\d%])")
TOTAL = re.compile(r"\btotal(s|es)?\b")
SUMMED = 3  # two rows alike and no sum would look like one row and its sum
ROW_APART = 5  # heights of a line between two rows of one table


@dataclass(frozen=True, slots=True)
class Row:
    """One service of a table: every amount of its row, and the share among them."""

    amounts: tuple[Money, ...]
    share: Money


@dataclass(frozen=True, slots=True)
class EobAmounts:
    """What was read; no total where nothing, or more than one thing, was said."""

    total: Money | None = None
    rows: tuple[Row, ...] = ()

    def share_of(self, billed: Money) -> Money | None:
        """What it says of the one service that was billed so."""
        alike = [row.share for row in self.rows if billed in row.amounts]
        return alike[0] if len(alike) == 1 else None


def amounts_on(lines: Sequence[CardLine]) -> EobAmounts:
    """Beside its label, below it, or in the column that the label heads."""
    totals: set[Money] = set()
    rows: list[Row] = []
    for label, said in _labels(lines):
        beside = _beside(label, said, lines)
        if beside is not None:
            totals.add(beside)
            continue
        column = _column(label, lines)
        services = [cell for cell in column if not _is_total(cell, lines)]
        whole = {_money(cell.text)[-1] for cell in column if cell not in services}
        if len(column) == 1:
            whole = {_money(column[0].text)[-1]}
        elif not whole and len(services) >= SUMMED and _adds_up(services):
            whole = {_money(services.pop().text)[-1]}
        totals |= whole
        if len(column) > 1 or _row_of(label, lines):
            rows += [_as_row(cell, lines) for cell in services]
    return EobAmounts(total=totals.pop() if len(totals) == 1 else None, rows=tuple(rows))


def _labels(lines: Sequence[CardLine]) -> Iterator[tuple[CardLine, str]]:
    """Words that name the share, in one line or in two, one below the other."""
    for line in lines:
        said = _plain(line.text)
        if _names(said):
            yield line, said
            continue
        below = _below(line, lines)
        if below is not None and not _names(_plain(below.text)):
            both = f"{said} {_plain(below.text)}"
            if _names(both):
                yield _around(line, below), both


def _names(said: str) -> bool:
    return bool(SHARE.search(said)) and not NOT_SHARE.search(said)


def _beside(label: CardLine, said: str, lines: Sequence[CardLine]) -> Money | None:
    """In the same words after the label, or next on the same height."""
    found = SHARE.search(said)
    if found and (own := _money(said[found.end() :])):
        return own[-1]
    right = [one for one in _row_of(label, lines) if one.left >= label.right - _height(label) / 2]
    nearest = min(right, key=lambda one: one.left, default=None)
    own = _money(nearest.text) if nearest else []
    return own[0] if own else None


def _column(label: CardLine, lines: Sequence[CardLine]) -> list[CardLine]:
    """Amounts below the label and in line with it, while no gap ends the table."""
    last, found = label, []
    middle_of = (label.left + label.right) / 2
    for one in sorted(lines, key=lambda one: one.top):
        wide = max(label.right - label.left, one.right - one.left) / 2 + _height(label)
        if one.top < label.bottom - _height(label) / 3 or not _money(one.text):
            continue
        if abs((one.left + one.right) / 2 - middle_of) > wide or _names(_plain(one.text)):
            continue
        if one.top - last.bottom > ROW_APART * _height(label):
            break
        found.append(one)
        last = one
    return found


def _as_row(cell: CardLine, lines: Sequence[CardLine]) -> Row:
    everything = [cell, *_row_of(cell, lines)]
    amounts = tuple(amount for one in everything for amount in _money(one.text))
    return Row(amounts=amounts, share=_money(cell.text)[-1])


def _is_total(cell: CardLine, lines: Sequence[CardLine]) -> bool:
    return any(TOTAL.search(_plain(one.text)) for one in (cell, *_row_of(cell, lines)))


def _adds_up(cells: Sequence[CardLine]) -> bool:
    amounts = [_money(cell.text)[-1] for cell in cells]
    return total_of(amounts[:-1]) == amounts[-1]


def _row_of(line: CardLine, lines: Sequence[CardLine]) -> list[CardLine]:
    """The others on the same height."""
    middle = (line.top + line.bottom) / 2
    near = max(_height(line), 1) * 0.6
    return [
        one for one in lines if one is not line and abs((one.top + one.bottom) / 2 - middle) < near
    ]


def _below(line: CardLine, lines: Sequence[CardLine]) -> CardLine | None:
    close = [
        one
        for one in lines
        if 0 < one.top - line.top < 2 * _height(line)
        and one.left < line.right
        and line.left < one.right
        and not _money(one.text)
    ]
    return min(close, key=lambda one: one.top, default=None)


def _around(first: CardLine, second: CardLine) -> CardLine:
    return CardLine(
        text=f"{first.text} {second.text}",
        confidence=min(first.confidence, second.confidence),
        left=min(first.left, second.left),
        top=second.top,
        right=max(first.right, second.right),
        bottom=second.bottom,
    )


def _height(line: CardLine) -> float:
    return line.bottom - line.top


def _money(text: str) -> list[Money]:
    return [
        Money(int(whole.replace(",", "")) * 100 + int(cents))
        for whole, cents in MONEY.findall(text)
    ]


def _plain(text: str) -> str:
    """Small letters without accents, one space between words."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(bare.lower().replace("_", " ").split())
