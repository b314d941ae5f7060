# ruff: noqa: S608 - every word of these statements is our own
"""Contract variance of the 365 days up to the day: what contracts allow beside what payers allowed (OPS-16)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from billing.money import Money
from portal.db import read_only
from portal.queries.report_facts import RowsOf, finality
from portal.queries.report_shapes import Finality, Report, Table, cells, share

KEY = "contract-variance"
DAYS = 365
PROCEDURES_SHOWN = 15
# Compared in the time, and not taken back by its end.
_STANDS = "x.at >= :start AND x.at < :end AND (x.taken_back_at IS NULL OR x.taken_back_at >= :end)"
_ROWS = f"""
    SELECT x.id, (x.at AT TIME ZONE :zone)::date AS day,
           h.procedure_code || ', ' || y.name || ': contract ' || to_char(x.expected_cents / 100.0, 'FM999999990.00')
           || ', allowed ' || to_char(x.allowed_cents / 100.0, 'FM999999990.00') AS what,
           x.expected_cents - x.allowed_cents AS short, x.underpaid,
           v.guarantor_account_id, v.patient_id, v.id AS visit_id, x.payer_id, h.procedure_code AS procedure
      FROM contract_variances x
      JOIN charges h ON h.id = x.charge_id
      JOIN visits v ON v.id = h.visit_id
      JOIN payers y ON y.id = x.payer_id
     WHERE {_STANDS}"""
# Both tables in one look: each line once, with no more of it than they say.
_SUMS = text(f"""
    SELECT g.*, y.name AS payer
      FROM (
        SELECT x.payer_id, h.procedure_code AS procedure, count(*) AS lines, sum(x.expected_cents)::bigint AS expected,
               sum(x.allowed_cents)::bigint AS allowed, count(*) FILTER (WHERE x.underpaid) AS underpaid,
               coalesce(sum(x.expected_cents - x.allowed_cents) FILTER (WHERE x.underpaid), 0)::bigint AS short
          FROM contract_variances x JOIN charges h ON h.id = x.charge_id
         WHERE {_STANDS} GROUP BY 1, 2) g
      JOIN payers y ON y.id = g.payer_id""")
HEADS = ("Lines", "Contract", "Allowed", "Underpaid lines", "Of lines", "Underpaid")
_COLUMNS = {"payer": "r.payer_id::text", "procedure": "r.procedure", "all": "''"}
_SHORT = "short"


def contract_report(on: date) -> Report:
    """The report as of the end of the day."""
    with read_only() as session:
        final = finality(session, on)
        sums = session.execute(_SUMS, _asked(final)).all()
    return Report(
        key=KEY,
        title="Contract variance",
        lead=f"What payers allowed in the {DAYS} days up to the day, beside what their contracts here say.",
        finality=final,
        tables=(
            Table(
                title="By payer",
                heads=("Payer", *HEADS),
                rows=(
                    *(
                        cells(name, *_figures(f"payer.{payer_id}", rows))
                        for (payer_id, name), rows in _by(sums, "payer_id", "payer")
                    ),
                    cells("Together", *_figures("all.", sums)),
                ),
                has_total=True,
                note="" if sums else "No line was compared: enter contracted amounts under Reference data, Fees.",
            ),
            Table(
                title="By procedure, the costliest first",
                heads=("Procedure", *HEADS),
                rows=tuple(
                    cells(procedure, *_figures(f"procedure.{procedure}", rows))
                    for (procedure,), rows in _by(sums, "procedure")[:PROCEDURES_SHOWN]
                ),
            ),
        ),
        definitions=(
            ("Lines", "Lines that a first payer decided and paid, with an amount on file for payer, procedure, modifiers and day of service."),
            ("Allowed", "What it paid, the patient's share, and what it kept back of an allowed amount (sequestration, withholds)."),
            ("Underpaid", "Short by more than the settings let pass, as they stood on the day of the remittance. A decision that was taken back is not counted."),
        ),
    )  # fmt: skip


def contract_rows(figure: str, on: date) -> RowsOf | None:
    """The lines behind one cell: of a payer or procedure, all or those that are short."""
    by, _, rest = figure.partition(".")
    which, _, value = rest.partition(".") if rest.startswith(f"{_SHORT}.") else ("", "", rest)
    if by not in _COLUMNS:
        return None
    with read_only() as session:
        final = finality(session, on)
    where = f"{_COLUMNS[by]} = :value" + (" AND r.underpaid" if which else "")
    return RowsOf(
        title="Lines paid below the contract" if which else "Lines beside the contract",
        sql=f"""
            SELECT r.id, r.day, r.what, r.short AS cents, r.underpaid AS counted, r.guarantor_account_id,
                   r.patient_id, r.visit_id
              FROM ({_ROWS}) r WHERE {where}""",
        params={**_asked(final), "value": value},
    )


def _by(sums: Sequence[Any], *names: str) -> list[tuple[tuple[Any, ...], list[Any]]]:
    """Gathered by these columns, the last of them a name: what is short by most stands first."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for row in sums:
        found.setdefault(tuple(getattr(row, name) for name in names), []).append(row)
    return sorted(
        found.items(),
        key=lambda one: (
            -sum(row.short for row in one[1]),
            -sum(row.lines for row in one[1]),
            one[0][-1],
        ),
    )


def _figures(figure: str, rows: Sequence[Any]) -> tuple[Any, ...]:
    by, _, value = figure.partition(".")
    short = f"{by}.{_SHORT}.{value}"
    lines, underpaid = sum(row.lines for row in rows), sum(row.underpaid for row in rows)
    return (
        (lines, figure),
        Money(sum(row.expected for row in rows)),
        Money(sum(row.allowed for row in rows)),
        (underpaid, short),
        share(underpaid, lines),
        (Money(sum(row.short for row in rows)), short),
    )


def _asked(final: Finality) -> dict[str, Any]:
    start = final.ends_at - timedelta(days=DAYS)
    return {"start": start, "end": final.ends_at, "zone": final.zone}
