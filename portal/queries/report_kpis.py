"""KPI-1 to KPI-24 as of any day: value, numerator, denominator, time, target, and the rows behind each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from billing.kpis import KPIS, Kpi, Unit
from billing.report_moves import CASH, FROM_REVENUE, PATIENT_SIDE, PAYER_SIDE
from portal.db import read_only
from portal.queries.kpi_facts import FACTS, LAGS
from portal.queries.kpi_figures import Figure, kpi_figures, params
from portal.queries.kpi_words import target_words, value_words
from portal.queries.report_ageing import all_rows
from portal.queries.report_facts import RowsOf, finality
from portal.queries.report_shapes import Cell, Choice, Percent, Report, Table, cells, end_of_month

KEY = "kpis"
SECTIONS = {
    "Money": (
        *("days_in_ar", "net_days_in_ar", "over_90", "over_120", "net_collection"),
        *(
            "gross_collection",
            "cash_of_net",
            "cost_to_collect",
            "bad_debt",
            "charity",
            "credit_days",
        ),
    ),
    "Claims and payers": (
        *("clean_claims", "first_pass", "denials", "denied_dollars", "denial_write_off"),
        *("appeals_won", "charge_lag", "charge_lag_p90", "sent_in_72_hours", "auto_posted"),
    ),
    "Patients and visits": (
        *("paid_at_desk", "verified", "authorised", "first_statement", "paid_on_first"),
        *("plans_kept", "autopay", "e_statements", "no_shows", "late_cancels", "waitlist_fill"),
        *("fill_rate", "disputes", "dispute_days", "disputes_upheld"),
        *("texts_delivered", "texts_stopped", "texts_filtered"),
    ),
}
_PAID = PAYER_SIDE | PATIENT_SIDE
_POSTINGS = """
    SELECT p.id, e.occurred_on AS day, replace(e.kind, '_', ' ') AS what,
           :sign * CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END AS cents,
           true AS counted, p.guarantor_account_id, v.patient_id, p.visit_id
      FROM journal_entries e
      JOIN postings p ON p.entry_id = e.id
      JOIN ledger_accounts a ON a.id = p.account_id AND a.code = ANY(:accounts)
      LEFT JOIN visits v ON v.id = p.visit_id
     WHERE e.occurred_on BETWEEN :since AND :on"""
_COHORT = """
    SELECT p.id, e.occurred_on AS day, replace(e.kind, '_', ' ') AS what,
           :sign * CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END AS cents,
           true AS counted, p.guarantor_account_id, v.patient_id, p.visit_id
      FROM charges c
      JOIN postings p ON p.charge_id = c.id
      JOIN ledger_accounts a ON a.id = p.account_id AND a.code = ANY(:accounts)
      JOIN journal_entries e ON e.id = p.entry_id AND e.occurred_on <= :on
      LEFT JOIN visits v ON v.id = p.visit_id
     WHERE c.service_on >= :first_month AND c.service_on < CAST(:last_month AS date) + interval '1 month'"""
# Rows of the money figures: accounts, which side counts as more, and whether of the months' services alone.
_MONEY: Mapping[str, tuple[frozenset[Any], int, bool]] = {
    "charges": (frozenset({"charges"}), -1, False),
    "revenue": (frozenset({"charges"}) | FROM_REVENUE, -1, False),
    "cash": (frozenset(CASH), 1, False),
    "cash_of_months": (frozenset(CASH), 1, False),
    "bad_debt": (frozenset({"bad_debt"}), 1, False),
    "charity": (frozenset({"financial_assistance"}), 1, False),
    "cohort_paid": (frozenset(_PAID), 1, True),
    "cohort_due": (frozenset({"charges", "contractual_adjustment"}), -1, True),
}


def kpi_report(on: date, part: str) -> Report:
    """One part of them as of the end of the day; nonsense means the first."""
    keys = SECTIONS.get(part) or SECTIONS[part := next(iter(SECTIONS))]
    with read_only() as session:
        final, figures = kpi_figures(session, on, keys)
    return Report(
        key=KEY,
        title="KPIs",
        lead="How billing does, each figure with what it is made of, its target, and whether it is met.",
        finality=final,
        args=(("part", part),),
        choices=tuple(
            Choice(label=title, args={"part": title}, chosen=title == part) for title in SECTIONS
        ),
        tables=(
            Table(
                title=part,
                heads=(
                    "Figure",
                    "Rule",
                    "Value",
                    "Target",
                    "Met",
                    "Numerator",
                    "Denominator",
                    "Time",
                ),
                rows=tuple(_cells(figures[key]) for key in keys),
            ),
        ),
        definitions=tuple((KPIS[key].name, _words(KPIS[key])) for key in keys),
    )


def figure_rows(figure: str, on: date) -> RowsOf | None:
    """The rows behind one part of one KPI; None where there is no such figure."""
    key, _, part = figure.partition(".")
    with read_only() as session:
        final = finality(session, on)
    asked = params(final)
    if key in _MONEY:
        accounts, sign, cohort = _MONEY[key]
        asked |= {"accounts": sorted(accounts), "sign": sign, "since": asked["year"]}
        if key == "cash_of_months":
            asked |= {"since": asked["first_month"], "on": end_of_month(asked["last_month"])}
        return RowsOf(
            title=key.replace("_", " ").capitalize(),
            sql=_COHORT if cohort else _POSTINGS,
            params=asked,
        )
    if key == "ageing":
        return all_rows(on, part.removeprefix("both."))
    sql = FACTS.get(key) or LAGS.get(key)
    if sql is None:
        return None
    if part == "n":
        sql = f"SELECT * FROM ({sql}) every_row WHERE counted"  # noqa: S608 (our own words only)
    kpi = KPIS[key]
    return RowsOf(
        title=f"{kpi.name}: {kpi.numerator if part == 'n' else kpi.denominator}",
        sql=sql,
        params=asked,
    )


def _cells(figure: Figure) -> tuple[Cell, ...]:
    kpi = figure.kpi
    met = {True: "Yes", False: "No", None: "–"}[figure.met]
    missing = figure.value is None and kpi.missing
    return cells(
        kpi.name,
        kpi.rule_id,
        _value(kpi, figure.value),
        target_words(kpi, figure.target),
        met,
        "Not known" if missing else (figure.numerator, figure.numerator_rows),
        "Not known" if missing else (figure.denominator, figure.denominator_rows),
        kpi.period,
    )


def _value(kpi: Kpi, tenths: int | None) -> Any:
    if tenths is None:
        return None
    return Percent(tenths) if kpi.unit is Unit.PERCENT else value_words(kpi, tenths)


def _words(kpi: Kpi) -> str:
    parts = (f"{kpi.numerator}, divided by: {kpi.denominator}.", kpi.note, kpi.missing)
    return " ".join(part for part in parts if part)
