# ruff: noqa: S608 - every word of these statements is our own
"""Agencies and write-offs: what was placed, recovered, recalled and kept, by agency and month of placement (COLL-21, OPS-22)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import text

from billing.ledger import Account
from billing.money import Money
from portal.db import read_only
from portal.queries.agency_figures import (
    ACCOUNTS,
    BECAME,
    EARLIER,
    GROUPS,
    MONTHS,
    OFF,
    OFF_ROWS,
    PAID_TO_US,
    PLACED,
    REMITTED,
    WRITE_OFFS,
    asked,
)
from portal.queries.report_facts import RowsOf, finality, stands
from portal.queries.report_shapes import Cell, Report, Table, Tie, cells, month_label, ratio, share

KEY = "agencies"
ALL = "all"
_Key = tuple[str, str, str]  # the agency by id, its name, the month
OFF_PARTS = {"off": "Written off", "back": "Taken back", "recovered": "Recovered", "stands": "Stands"}  # fmt: skip
# What the rows behind a figure count in cents, and which placements they are.
FIGURES: Mapping[str, tuple[str, str, str]] = {
    "placed": ("Bills placed", "r.placed_cents", "true"),
    "gross": ("Recovered", "r.gross", "r.gross <> 0"),
    "fee": ("The agency’s fee", "r.fee", "r.fee <> 0"),
    "net": ("Recovered less the fee", "r.gross - r.fee", "r.gross - r.fee <> 0"),
    "owed": ("Still owed there", "r.owed", "r.owed <> 0"),
    "days": ("Days from the first statement to the agency", "r.placed_cents", "r.days >= 0"),
    **{key: (words, "r.placed_cents", f"r.became = '{key}'") for key, words in BECAME.items()},
}
DEFINITIONS = (
    ("Placed", "What each bill owed on the day on which it was given to the agency."),
    ("Recovered", "What the agency told that it was paid, before its fee, less what banks returned."),
    ("Fee", "What the agency’s rows say that it keeps. It is ours to bear, never the patient’s."),
    ("Recovered of placed", "Recovered, of what was placed in the same month."),
    ("Still owed", "Of bills that are still there: what they owe now, written off or not."),
    ("Paid in full", "Nothing was owed any more, whoever paid it or took it off."),
    ("Days to placement", "From the first statement that arrived, on average."),
    ("Taken back", "A person took the write-off back, or a plan decided again."),
    ("Recovered after a write-off", "An agency was paid for it: that much was no loss."),
)  # fmt: skip


def agencies_report(on: date) -> Report:
    """The report as of the end of the day: twelve months, and all before as one."""
    with read_only() as session:
        final = finality(session, on)
        params = asked(final)
        rows = session.execute(text(GROUPS), params).all()
        accounts = session.scalar(text(ACCOUNTS), params) or 0
        paid = session.execute(text(PAID_TO_US), params).all()
        off = session.execute(text(WRITE_OFFS), params).all()
        held = stands(session, on).get(Account.AGENCY_CLEARING.value, 0)
    money = _what_came(rows, paid)
    return Report(
        key=KEY,
        title="Agencies and write-offs",
        lead="What was placed with agencies, what came back of it, and what was written off.",
        finality=final,
        tie=Tie(report=_held(rows, paid), ledger=Money(held)),
        tables=(
            _table("Placed and recovered", RECOVERED, rows, _recovered, accounts),
            _table("What became of the bills", OUTCOMES, rows, _outcomes),
            _reasons(rows),
            money,
            *(_off(off, code) for code in OFF),
        ),
        definitions=DEFINITIONS,
    )


RECOVERED = ("Bills", "Placed", "Recovered", "Fee", "Net", "Recovered of placed", "Still owed", "Days to placement")  # fmt: skip
OUTCOMES = tuple(head for words in BECAME.values() for head in (words, f"{words}: placed"))


def _table(
    title: str,
    heads: tuple[str, ...],
    rows: Sequence[Any],
    line: Callable[[str, Sequence[Any]], tuple[Cell, ...]],
    accounts: int | None = None,
) -> Table:
    """One row for each agency and month, and the sum of all."""
    groups: dict[_Key, list[Any]] = {}
    for row in sorted(rows, key=lambda one: (one.agency, one.agency_id, _order(one.month))):
        groups.setdefault((str(row.agency_id), row.agency, row.month), []).append(row)
    lines = [
        (*cells(agency, _month(month)), *line(f"{agency_id}.{month}", some))
        for (agency_id, agency, month), some in groups.items()
    ]
    if lines:
        lines.append((*cells("All", ""), *line(f"{ALL}.{ALL}", rows)))
    return Table(
        title=title,
        heads=("Agency", "Month placed", *heads),
        rows=tuple(lines),
        has_total=bool(lines),
        note="" if accounts is None else f"The bills are those of {accounts} accounts.",
    )


def _recovered(at: str, rows: Sequence[Any]) -> tuple[Cell, ...]:
    placed, gross, fee = _sum(rows, "placed"), _sum(rows, "gross"), _sum(rows, "fee")
    return (
        _cell(_sum(rows, "bills"), f"placed.{at}"),
        _cell(Money(placed), f"placed.{at}"),
        _cell(Money(gross), f"gross.{at}"),
        _cell(Money(fee), f"fee.{at}"),
        _cell(Money(gross - fee), f"net.{at}"),
        Cell(share(gross, placed)),
        _cell(Money(_sum(rows, "owed")), f"owed.{at}"),
        Cell(ratio(_sum(rows, "days"), _sum(rows, "dated")), f"days.{at}"),
    )


def _outcomes(at: str, rows: Sequence[Any]) -> tuple[Cell, ...]:
    found: list[Cell] = []
    for key in BECAME:
        these = [row for row in rows if row.became == key]
        found.append(_cell(_sum(these, "bills"), f"{key}.{at}"))
        found.append(_cell(Money(_sum(these, "placed")), f"{key}.{at}"))
    return tuple(found)


def _reasons(rows: Sequence[Any]) -> Table:
    """Bills that came home unpaid, by the reason; the sum is those recalled and given back."""
    home = [row for row in rows if row.reason]
    home.sort(
        key=lambda one: (one.agency, one.agency_id, _order(one.month), one.became, one.reason)
    )
    lines = [
        cells(
            row.agency,
            _month(row.month),
            BECAME[row.became],
            row.reason,
            (row.bills, f"{row.became}.{row.agency_id}.{row.month}.{row.reason}"),
            (Money(row.placed), f"{row.became}.{row.agency_id}.{row.month}.{row.reason}"),
        )
        for row in home
    ]  # fmt: skip
    total = cells("All", "", "", "", _sum(home, "bills"), Money(_sum(home, "placed")))
    return Table(
        title="Why bills came home unpaid",
        heads=("Agency", "Month placed", "What", "Reason", "Bills", "Placed"),
        rows=(*lines, total) if lines else (),
        has_total=bool(lines),
    )


def _what_came(rows: Sequence[Any], paid: Sequence[Any]) -> Table:
    """By agency: what it took for us, what it paid us of that, and what it still holds."""
    names = {row.agency_id: row.agency for row in rows}
    lines = [
        (Cell(name), *_came(str(id_), [r for r in rows if r.agency_id == id_], [r for r in paid if r.agency_id == id_]))
        for id_, name in sorted(names.items(), key=lambda one: (one[1], one[0]))
    ]  # fmt: skip
    if lines:
        lines.append((Cell("All"), *_came(ALL, rows, paid)))
    return Table(
        title="What agencies took, kept and paid",
        heads=("Agency", "Recovered", "Paid to us, gross", "Fee it kept", "Came in", "It holds"),
        rows=tuple(lines),
        has_total=bool(lines),
        note="What they hold is what the ledger says of them at the top of the page.",
    )


def _came(at: str, rows: Sequence[Any], paid: Sequence[Any]) -> tuple[Cell, ...]:
    gross = _sum(rows, "gross")
    covered = -_of(paid, Account.AGENCY_CLEARING)
    fee, came = _of(paid, Account.AGENCY_FEES), _of(paid, Account.PRACTICE_DEPOSITS)
    return (
        _cell(Money(gross), f"gross.{at}.{ALL}"),
        _cell(Money(covered), f"covered.{at}"),
        _cell(Money(fee), f"kept.{at}"),
        _cell(Money(came), f"came.{at}"),
        Cell(Money(gross - covered)),
    )


def _held(rows: Sequence[Any], paid: Sequence[Any]) -> Money:
    return Money(_sum(rows, "gross") + _of(paid, Account.AGENCY_CLEARING))


def _off(rows: Sequence[Any], code: str) -> Table:
    """Month by month what was written off, what came back, and what stands of it."""
    mine = sorted((row for row in rows if row.code == code), key=lambda one: _order(one.month))
    lines = [(Cell(_month(row.month)), *_moved(f"{code}.{row.month}", [row])) for row in mine]
    if lines:
        lines.append((Cell("All"), *_moved(f"{code}.{ALL}", mine)))
    return Table(
        title=f"{OFF[code]}, by the month of the entry",
        heads=("Month", "Written off", "Taken back", "Recovered by agencies", "Stands"),
        rows=tuple(lines),
        has_total=bool(lines),
    )


def _moved(at: str, rows: Sequence[Any]) -> tuple[Cell, ...]:
    sums = {part: _sum(rows, part) for part in ("off", "back", "recovered")}
    sums["stands"] = sum(sums.values())
    return tuple(_cell(Money(cents), f"{at}.{part}") for part, cents in sums.items())


def agencies_rows(figure: str, on: date) -> RowsOf | None:
    """The rows behind one cell; None where there is no such figure."""
    with read_only() as session:
        params = asked(finality(session, on))
    part, _, at = figure.partition(".")
    if part in OFF:
        month, _, kind = at.partition(".")
        title = f"{OFF[part]}: {OFF_PARTS.get(kind, '').lower()}"
        fields = {"code": part, "month": month, "part": kind}
        return (
            RowsOf(title=title, sql=OFF_ROWS, params=params | fields) if kind in OFF_PARTS else None
        )
    if part in _REMITTED:
        title, code, sign = _REMITTED[part]
        sql = f"""
            SELECT r.id, r.day, r.what, {sign} r.cents AS cents, r.counted, r.guarantor_account_id, r.patient_id, r.visit_id
              FROM ({REMITTED}) r WHERE r.code = :code AND :agency IN ('{ALL}', r.agency_id::text)"""
        return RowsOf(title=title, sql=sql, params=params | {"code": code, "agency": at})
    if part not in FIGURES:
        return None
    title, cents, where = FIGURES[part]
    agency, _, rest = at.partition(".")
    month, _, reason = rest.partition(".")
    sql = f"""
        SELECT r.id, r.day, 'Placement ' || r.number || CASE WHEN r.days >= 0 THEN ', ' || r.days || ' days after the first statement'
               ELSE '' END AS what, {cents} AS cents, true AS counted, r.guarantor_account_id, r.patient_id, r.visit_id
          FROM ({PLACED}) r
         WHERE {where} AND :agency IN ('{ALL}', r.agency_id::text) AND :month IN ('{ALL}', r.month)
           AND (:reason = '' OR r.reason = :reason)"""
    return RowsOf(
        title=title, sql=sql, params=params | {"agency": agency, "month": month, "reason": reason}
    )


_REMITTED = {
    "covered": ("Paid to us, gross", Account.AGENCY_CLEARING.value, "-"),
    "kept": ("Fee that the agency kept", Account.AGENCY_FEES.value, ""),
    "came": ("Came in from the agency", Account.PRACTICE_DEPOSITS.value, ""),
}


def _cell(value: Money | int, rows: str) -> Cell:
    """Nothing has no rows behind it."""
    return Cell(value, rows if value else "")


def _sum(rows: Iterable[Any], name: str) -> int:
    return sum(int(getattr(row, name)) for row in rows)


def _of(paid: Sequence[Any], account: Account) -> int:
    return sum(row.cents for row in paid if row.code == account.value)


def _order(month: str) -> str:
    return "" if month == EARLIER else month


def _month(month: str) -> str:
    return (
        f"Before the last {MONTHS} months"
        if month == EARLIER
        else month_label(date.fromisoformat(f"{month}-01"))
    )
