"""A/R ageing: how long each open line has waited, for its payer or for the patient, with credits apart.

Every open line is aged, never the last posting on it: a part payment leaves the rest as old as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.money import Money
from portal.db import read_only
from portal.queries.report_facts import RowsOf, finality, patient_credits, receivable, stands
from portal.queries.report_shapes import Cell, Chart, Choice, Report, Series, Table, Tie, cells

KEY = "ageing"
BUCKETS = ("0-30 days", "31-60", "61-90", "91-120", "121 and more")
UNBILLED, CREDIT = -1, -2  # beside the places of BUCKETS
WHOSE = {"payer": "insurance_receivable", "patient": "patient_receivable"}
# Which day a line's age is counted from, the first of each being what the rules name.
PAYER_FROM = {"bill": "the day the claim was sent", "service": "the day of service"}
PATIENT_FROM = {
    "statement": "the first statement that arrived",
    "share": "the day the patient came to owe it",
}
# The day of a first statement as it stood: a delivery that came back later had set it until then (CORE-3).
LINES = """
    WITH owed_by_payers AS (
      SELECT s.charge_id, s.visit_id, s.payer_id, s.balance_cents AS cents
        FROM receivable_spans s
       WHERE s.from_day <= :on AND s.to_day > :on
         AND s.account_id = (SELECT id FROM ledger_accounts WHERE code = 'insurance_receivable')),
    sent AS (
      SELECT c.visit_id, c.payer_id, min(c.first_submitted_on) AS day
        FROM claims c
       WHERE c.first_submitted_on <= :on
         AND c.visit_id IN (SELECT visit_id FROM owed_by_payers) GROUP BY 1, 2),
    came_back AS (
      SELECT c.visit_id, min(d.delivered_on) AS day
        FROM statement_deliveries d
        JOIN statement_lines l ON l.statement_id = d.statement_id AND l.amount_cents > 0
        JOIN charges c ON c.id = l.charge_id
       WHERE d.returned_on > :on AND d.delivered_on <= :on GROUP BY 1),
    dated AS (
      SELECT o.charge_id, o.visit_id, o.payer_id, 'insurance_receivable' AS code, o.cents,
             v.guarantor_account_id, v.patient_id,
             CASE :payer_from WHEN 'service' THEN v.service_on ELSE sent.day END AS day
        FROM owed_by_payers o
        JOIN visits v ON v.id = o.visit_id
        LEFT JOIN sent ON sent.visit_id = o.visit_id AND sent.payer_id = o.payer_id
       UNION ALL
      SELECT s.charge_id, s.visit_id, 0, 'patient_receivable', s.balance_cents,
             v.guarantor_account_id, v.patient_id,
             CASE :patient_from WHEN 'share' THEN s.since ELSE least(
               CASE WHEN v.first_statement_on <= :on THEN v.first_statement_on END, came_back.day) END
        FROM receivable_spans s
        JOIN visits v ON v.id = s.visit_id
        LEFT JOIN came_back ON came_back.visit_id = s.visit_id
       WHERE s.from_day <= :on AND s.to_day > :on
         AND s.account_id = (SELECT id FROM ledger_accounts WHERE code = 'patient_receivable')),
    lines AS (
      SELECT *, CASE WHEN cents < 0 THEN -2 WHEN day IS NULL THEN -1
                     ELSE least(greatest((:on - day - 1) / 30, 0), 4) END AS bucket
        FROM dated)"""
_SUMS = text(
    LINES  # noqa: S608 (our own words only)
    + """
    SELECT l.code, l.payer_id, y.name, l.bucket, sum(l.cents)::bigint AS cents
      FROM lines l LEFT JOIN payers y ON y.id = l.payer_id
     GROUP BY 1, 2, 3, 4"""
)
_ROWS = (
    LINES  # noqa: S608 (our own words only)
    + """
    SELECT l.charge_id AS id, l.day, 'Service of ' || to_char(c.service_on, 'Mon FMDD, YYYY')
             || CASE WHEN y.name IS NULL THEN '' ELSE ', ' || y.name END AS what,
           l.cents, true AS counted, l.guarantor_account_id, l.patient_id, l.visit_id
      FROM lines l JOIN charges c ON c.id = l.charge_id LEFT JOIN payers y ON y.id = l.payer_id
     WHERE l.code = :code AND l.bucket = ANY(:buckets) AND (:payer < 0 OR l.payer_id = :payer)"""
)
_CREDITS = """
    SELECT p.guarantor_account_id AS id, max(e.occurred_on) AS day, 'Credit of the account' AS what,
           sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END) AS cents,
           true AS counted, p.guarantor_account_id, NULL::int AS patient_id, NULL::int AS visit_id
      FROM postings p
      JOIN journal_entries e ON e.id = p.entry_id AND e.occurred_on <= :on
      JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'patient_credit'
     GROUP BY p.guarantor_account_id
    HAVING sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END) <> 0"""


@dataclass(frozen=True, slots=True, kw_only=True)
class From:
    """From which day ages are counted; nonsense means what the rules name."""

    payer: str = "bill"
    patient: str = "statement"

    def __post_init__(self) -> None:
        if self.payer not in PAYER_FROM or self.patient not in PATIENT_FROM:
            raise ValueError("an age is counted from a day that PAYER_FROM and PATIENT_FROM name")

    @property
    def args(self) -> dict[str, str]:
        """As they stand in an address."""
        return {"payer_from": self.payer, "patient_from": self.patient}


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """What one payer owes, or all patients do, by age in cents; `credit` is zero or less."""

    whose: str  # payer, patient
    payer_id: int
    name: str
    unbilled: int
    buckets: tuple[int, ...]
    credit: int

    @property
    def billed(self) -> int:
        """What is owed and was asked for: the denominator of KPI-2 and KPI-3."""
        return sum(self.buckets)

    @property
    def net(self) -> int:
        return self.unbilled + self.billed + self.credit


def from_of(args: Mapping[str, str]) -> From:
    """What an address asks for."""
    payer, patient = args.get("payer_from", ""), args.get("patient_from", "")
    return From(
        payer=payer if payer in PAYER_FROM else "bill",
        patient=patient if patient in PATIENT_FROM else "statement",
    )


def aged(session: Session, on: date, counted: From) -> list[Aged]:
    """Each payer by what it owes, then the patients, whose credit here is of lines paid twice alone."""
    sums: dict[tuple[str, int, str], dict[int, int]] = {}
    for row in session.execute(_SUMS, {"on": on, **counted.args}):
        sums.setdefault((row.code, row.payer_id, row.name or ""), {})[row.bucket] = row.cents
    found = [
        Aged(
            whose="payer" if code == WHOSE["payer"] else "patient",
            payer_id=payer_id,
            name=name or ("No payer named" if code == WHOSE["payer"] else "Patients"),
            unbilled=cents.get(UNBILLED, 0),
            buckets=tuple(cents.get(place, 0) for place in range(len(BUCKETS))),
            credit=cents.get(CREDIT, 0),
        )
        for (code, payer_id, name), cents in sums.items()
    ]
    return sorted(found, key=lambda one: (one.whose == "patient", -one.billed, one.name))


def ageing_report(on: date, counted: From) -> Report:
    """The report as of the end of the day."""
    with read_only() as session:
        final = finality(session, on)
        rows, balances = aged(session, on, counted), stands(session, on)
    payers = [one for one in rows if one.whose == "payer"]
    patients = [one for one in rows if one.whose == "patient"]
    owed, credit = _total("Patients", "patient", patients), -patient_credits(balances)
    all_patients = Aged(
        whose="patient", payer_id=-1, name="Patients", unbilled=owed.unbilled,
        buckets=owed.buckets, credit=owed.credit + credit,
    )  # fmt: skip
    all_payers = _total("All payers", "payer", payers)
    everybody = _total("All", "", [all_payers, all_patients])
    return Report(
        key=KEY,
        title="A/R ageing",
        lead="What payers and patients owe, by how long each open line has waited.",
        finality=final,
        tie=Tie(report=Money(everybody.net), ledger=Money(receivable(balances) + credit)),
        args=tuple(counted.args.items()),
        choices=_choices(counted),
        charts=(_chart(all_payers, all_patients),),
        tables=(
            Table(
                title="Payers and patients",
                heads=HEADS,
                rows=tuple(_cells(one) for one in (all_payers, all_patients, everybody)),
                has_total=True,
                note="A credit is never taken off what somebody else owes: it stands in its own column.",
            ),
            Table(
                title="By payer",
                heads=HEADS,
                rows=tuple(_cells(one) for one in [*payers, all_payers]),
                has_total=True,
            ),
        ),
        definitions=_definitions(counted),
    )


HEADS = ("Who owes", "Not billed yet", *BUCKETS, "Owed", "Credits", "Net, as in the ledger")


def figure_rows(figure: str, on: date, counted: From) -> RowsOf | None:
    """The rows behind one cell: whose, which payer, which column; None where there is no such figure."""
    whose, _, rest = figure.partition(".")
    payer, _, column = rest.partition(".")
    if whose not in WHOSE or not payer.lstrip("-").isdigit():
        return None
    both = column == "accounts"  # credits of accounts, beside lines that were paid twice
    buckets = [CREDIT] if both else _columns().get(column)
    if buckets is None:
        return None
    params = {"on": on, "code": WHOSE[whose], "buckets": buckets, "payer": int(payer)}
    return RowsOf(
        title=f"{'Payers' if whose == 'payer' else 'Patients'}: {_column_words(column)}",
        sql=f"({_ROWS}) UNION ALL ({_CREDITS})" if both else _ROWS,
        params={**params, **counted.args},
    )


def all_rows(on: date, column: str) -> RowsOf | None:
    """Payers' and patients' rows of a column together, with accounts' credits where credits are asked for."""
    buckets = {**_columns(), "all": [CREDIT, UNBILLED, *range(len(BUCKETS))]}.get(column)
    if buckets is None:
        return None
    with_accounts = CREDIT in buckets
    rows = _ROWS.replace("l.code = :code AND", "")
    if column == "credits":  # what is owed to others, above zero
        rows = f"SELECT id, day, what, -cents AS cents, counted, guarantor_account_id, patient_id, visit_id FROM ({rows} UNION ALL ({_CREDITS})) all_credits"  # noqa: S608 (our own words only)
    elif with_accounts:
        rows = f"({rows}) UNION ALL ({_CREDITS})"
    return RowsOf(
        title=f"Payers and patients: {_column_words(column)}",
        sql=rows,
        params={"on": on, "buckets": buckets, "payer": -1, **From().args},
    )


def _columns() -> dict[str, list[int]]:
    names = {f"age_{place}": [place] for place in range(len(BUCKETS))}
    owed = [UNBILLED, *range(len(BUCKETS))]
    over = {"over_90": [3, 4], "over_120": [4], "billed": list(range(len(BUCKETS)))}
    return {**names, **over, "not_billed_yet": [UNBILLED], "owed": owed, "credits": [CREDIT]}


def _column_words(column: str) -> str:
    place = column.removeprefix("age_")
    return BUCKETS[int(place)] if place.isdigit() else column.replace("_", " ")


def _total(name: str, whose: str, rows: list[Aged]) -> Aged:
    return Aged(
        whose=whose,
        payer_id=-1,
        name=name,
        unbilled=sum(one.unbilled for one in rows),
        buckets=tuple(sum(one.buckets[n] for one in rows) for n in range(len(BUCKETS))),
        credit=sum(one.credit for one in rows),
    )


def _cells(one: Aged) -> tuple[Cell, ...]:
    def at(column: str) -> str:
        return f"{one.whose}.{one.payer_id}.{column}" if one.whose else ""

    credit = "accounts" if one.whose == "patient" else "credits"
    return cells(
        one.name,
        (Money(one.unbilled), at("not_billed_yet")),
        *((Money(cents), at(f"age_{place}")) for place, cents in enumerate(one.buckets)),
        (Money(one.unbilled + one.billed), at("owed")),
        (Money(one.credit), at(credit)),
        Money(one.net),
    )


def _chart(payers: Aged, patients: Aged) -> Chart:
    series = tuple(
        Series(name=name, values=(one.unbilled, *one.buckets))
        for name, one in (("Payers", payers), ("Patients", patients))
    )
    labels = ("Not billed yet", *BUCKETS)
    return Chart(title="Owed by age", kind="bars", unit="money", labels=labels, series=series)


def _choices(counted: From) -> tuple[Choice, ...]:
    payers = (
        Choice(
            label=f"Payers from {words}",
            args={**counted.args, "payer_from": key},
            chosen=counted.payer == key,
        )
        for key, words in PAYER_FROM.items()
    )
    patients = (
        Choice(
            label=f"Patients from {words}",
            args={**counted.args, "patient_from": key},
            chosen=counted.patient == key,
        )
        for key, words in PATIENT_FROM.items()
    )
    return (*payers, *patients)


def _definitions(counted: From) -> tuple[tuple[str, str], ...]:
    return (
        (
            "Age of a payer’s line",
            f"Days from {PAYER_FROM[counted.payer]} to the day of the report.",
        ),
        ("Age of a patient’s line", f"Days from {PATIENT_FROM[counted.patient]} to that day."),
        (
            "Not billed yet",
            "No claim to that payer, or no statement to the patient, left by that day.",
        ),
        ("Credits", "Lines that were paid twice, and patients’ credits."),
        (
            "Tie",
            "All columns together equal insurance_receivable and patient_receivable less patient_credit.",
        ),
    )


def params_of(counted: From, on: date) -> dict[str, Any]:
    """What LINES asks for."""
    return {"on": on, **counted.args}
