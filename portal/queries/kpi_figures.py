"""The value of each KPI as of any day, with what is divided by what, in a handful of queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.kpis import KPIS, Kpi
from billing.money import Money
from billing.report_moves import PATIENT_SIDE, PAYER_SIDE
from billing.settings import Settings
from portal.queries.kpi_facts import AUTO_LINES, FACTS, LAGS
from portal.queries.report_ageing import Aged, From, aged
from portal.queries.report_facts import (
    Moved,
    cash,
    charged,
    finality,
    moved,
    net_revenue,
    patient_credits,
    receivable,
    year_before,
)
from portal.queries.report_shapes import (
    Finality,
    months_back,
    ratio,
    share,
    whole_months,
)
from portal.queries.settings import settings_on

QUARTER = 90
DAYS_OF_YEAR = 365
MONTHS_READ = 25  # a year of months, each with the twelve before it
_COUNT = (
    "SELECT '{key}' AS key, count(*), count(*) FILTER (WHERE t.counted), coalesce(sum(t.cents), 0)::bigint,"
    " coalesce(sum(t.cents) FILTER (WHERE t.counted), 0)::bigint FROM ({sql}) t"
)
_COUNTED = (
    "SELECT 'auto_posted' AS key, coalesce(sum(t.lines), 0), coalesce(sum(t.alone), 0), 0::bigint, 0::bigint"  # noqa: S608 (our own words only)
    f" FROM ({AUTO_LINES}) t"
)
_LAG = (
    "SELECT '{key}' AS key, count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY t.lag),"
    " percentile_disc(0.9) WITHIN GROUP (ORDER BY t.lag) FROM ({sql}) t"
)
# Figures that are made of the facts of another, and those that the ageing tells.
_OF = {
    "denied_dollars": ("denials",),
    "disputes": ("disputes", "e_statements"),
    "charge_lag_p90": ("charge_lag",),
}
_AGED = frozenset({"over_90", "over_120", "credit_days"})
# What stands at the end of the day on each account, and what was ever moved for the services of twelve whole months.
_STANDS_AND_COHORT = text("""
    SELECT false AS cohort, a.code, sum(d.debit_cents - d.credit_cents)::bigint AS cents
      FROM ledger_days d JOIN ledger_accounts a ON a.id = d.account_id WHERE d.day <= :on GROUP BY 2
    UNION ALL
    SELECT true, a.code, sum(d.debit_cents - d.credit_cents)::bigint
      FROM ledger_days d JOIN ledger_accounts a ON a.id = d.account_id
     WHERE d.day <= :on AND d.service_month BETWEEN :first_month AND :last_month GROUP BY 2""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One KPI of one day; parts are money or counts, `*_rows` name the rows behind them."""

    kpi: Kpi
    value: int | None  # in tenths of the unit
    numerator: Money | int | None
    denominator: Money | int | None
    numerator_rows: str = ""
    denominator_rows: str = ""
    target: int | None = None  # in tenths, too

    @classmethod
    def of_counts(cls, key: str, part: int, whole: int) -> Figure:
        """A share of rows that `kpi_facts` counts."""
        value = share(part, whole)
        return cls(
            kpi=KPIS[key],
            value=None if value is None else value.of_thousand,
            numerator=part,
            denominator=whole,
            numerator_rows=f"{key}.n",
            denominator_rows=key,
        )

    @property
    def met(self) -> bool | None:
        return self.kpi.met(self.value, self.target)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that was read for one day."""

    finality: Finality
    aged: Sequence[Aged]
    moved: Sequence[Moved]
    stands: Mapping[str, int]
    cohort: Mapping[str, int]
    counts: Mapping[str, tuple[int, int, int, int]]
    lags: Mapping[str, tuple[int, int | None, int | None]]
    months: Sequence[date]


def params(final: Finality) -> dict[str, Any]:
    """What the facts of a day ask for."""
    on, months = final.as_of, whole_months(final.as_of, 12)
    first = on - timedelta(days=QUARTER - 1)
    return {
        "on": on,
        "first": first,
        "year": year_before(on),
        "end": final.ends_at,
        "start": final.ends_at - timedelta(days=QUARTER),
        "zone": final.zone,
        "first_month": months[0],
        "last_month": months[-1],
    }


def kpi_figures(
    session: Session, on: date, keys: Collection[str] = tuple(KPIS)
) -> tuple[Finality, dict[str, Figure]]:
    """The figures by their keys."""
    facts = read_facts(session, on, keys)
    made = {**money_figures(facts), **_counted(facts), **_lags(facts)}
    figures = {
        key: made.get(key) or Figure(kpi=KPIS[key], value=None, numerator=None, denominator=None)
        for key in keys
    }
    return facts.finality, aimed(figures, settings_on(session, on))


def aimed(figures: Mapping[str, Figure], settings: Settings) -> dict[str, Figure]:
    """The same figures with the targets of the day."""
    return {key: replace(one, target=one.kpi.target_of(settings)) for key, one in figures.items()}


def read_facts(session: Session, on: date, keys: Collection[str]) -> Facts:
    """What the figures of these keys need, and no more."""
    final = finality(session, on)
    asked = params(final)
    wanted = {fact for key in keys for fact in _OF.get(key, (key,))}
    balances: dict[bool, dict[str, int]] = {False: {}, True: {}}
    for row in session.execute(_STANDS_AND_COHORT, asked):
        balances[row.cohort][row.code] = row.cents
    return Facts(
        finality=final,
        aged=aged(session, on, From()) if wanted & _AGED else (),
        moved=moved(session, first=months_back(on, MONTHS_READ)[0], on=on),
        stands=balances[False],
        cohort=balances[True],
        counts={
            key: (n, c, all_, some)
            for key, n, c, all_, some in _told(session, _COUNT, FACTS, wanted, asked)
        },
        lags={
            key: (n, mid, high) for key, n, mid, high in _told(session, _LAG, LAGS, wanted, asked)
        },
        months=whole_months(on, 12),
    )


def _told(
    session: Session,
    line: str,
    facts: Mapping[str, str],
    wanted: Collection[str],
    asked: Mapping[str, Any],
) -> Sequence[Any]:
    """One line for each fact that is wanted, in one statement."""
    parts = [
        _COUNTED if key == "auto_posted" else line.format(key=key, sql=sql)
        for key, sql in facts.items()
        if key in wanted
    ]
    return session.execute(text(" UNION ALL ".join(parts)), asked).all() if parts else ()


def money_figures(facts: Facts) -> dict[str, Figure]:
    """Those that the ledger alone tells."""
    year = [row for row in facts.moved if row.in_year]
    charges, revenue, came = charged(year), net_revenue(year), cash(year)
    credit = patient_credits(facts.stands)
    owed = receivable(facts.stands) - credit
    billed = sum(one.billed for one in facts.aged)
    over_90 = sum(sum(one.buckets[3:]) for one in facts.aged)
    over_120 = sum(one.buckets[4] for one in facts.aged)
    held = credit - sum(one.credit for one in facts.aged)
    paid = sum(facts.cohort.get(account, 0) for account in PAYER_SIDE | PATIENT_SIDE)
    due = -facts.cohort.get("charges", 0) - facts.cohort.get("contractual_adjustment", 0)
    bad_debt = sum(row.cents for row in year if row.account == "bad_debt")
    charity = sum(row.cents for row in year if row.account == "financial_assistance")
    written = facts.counts.get("denial_write_off", (0, 0, 0, 0))[2]
    all_open = "ageing.all"
    return {
        "days_in_ar": _days("days_in_ar", owed, charges, all_open, "charges"),
        "net_days_in_ar": _days("net_days_in_ar", owed, revenue, all_open, "revenue"),
        "over_90": _share("over_90", over_90, billed, "ageing.both.over_90", "ageing.both.billed"),
        "over_120": _share(
            "over_120", over_120, billed, "ageing.both.over_120", "ageing.both.billed"
        ),
        "net_collection": _share("net_collection", paid, due, "cohort_paid", "cohort_due"),
        "gross_collection": _share("gross_collection", came, charges, "cash", "charges"),
        "denial_write_off": _share(
            "denial_write_off", written, revenue, "denial_write_off", "revenue"
        ),
        "bad_debt": _share("bad_debt", bad_debt, charges, "bad_debt", "charges"),
        "charity": _share("charity", charity, charges, "charity", "charges"),
        "cash_of_net": _share("cash_of_net", came, revenue, "cash", "revenue"),
        "credit_days": _days("credit_days", held, revenue, "ageing.both.credits", "revenue"),
        "cost_to_collect": _costs(facts),
    }


def _costs(facts: Facts) -> Figure:
    """Of the months alone whose costs were entered."""
    entered, _, cost, _ = facts.counts.get("cost_to_collect", (0, 0, 0, 0))
    months = set(facts.months) if entered == len(facts.months) else set()
    came = cash([row for row in facts.moved if row.month in months])
    if not months:
        kpi = KPIS["cost_to_collect"]
        return Figure(
            kpi=kpi, value=None, numerator=Money(cost) if entered else None, denominator=None,
            numerator_rows="cost_to_collect" if entered else "",
        )  # fmt: skip
    return _share("cost_to_collect", cost, came, "cost_to_collect", "cash_of_months")


def _counted(facts: Facts) -> dict[str, Figure]:
    figures = {}
    for key, (rows, counted, cents, some) in facts.counts.items():
        if key in ("denial_write_off", "cost_to_collect"):
            continue
        if key == "paid_at_desk":
            figures[key] = _share(key, some, cents, f"{key}.n", key)
        else:
            figures[key] = Figure.of_counts(key, counted, rows)
    if "disputes" in facts.counts:
        figures["disputes"] = _disputes(facts)
    _, _, cents, some = facts.counts.get("denials", (0, 0, 0, 0))
    figures["denied_dollars"] = _share("denied_dollars", some, cents, "denials.n", "denials")
    return figures


def _disputes(facts: Facts) -> Figure:
    began, statements = facts.counts["disputes"][0], facts.counts["e_statements"][0]
    value = ratio(began * 1000, statements)
    return replace(
        Figure.of_counts("disputes", began, statements),
        value=None if value is None else int(value * 10),
        denominator_rows="e_statements",
    )


def _lags(facts: Facts) -> dict[str, Figure]:
    figures = {}
    for key, place, source in (
        ("charge_lag", 1, "charge_lag"),
        ("charge_lag_p90", 2, "charge_lag"),
        ("first_statement", 1, "first_statement"),
        ("dispute_days", 1, "dispute_days"),
    ):
        if source not in facts.lags:
            continue
        found = facts.lags[source]
        days, kpi = found[place], KPIS[key]
        figures[key] = Figure(
            kpi=kpi,
            value=None if days is None else int(days) * 10,
            numerator=None if days is None else int(days),
            denominator=found[0],
            denominator_rows=source,
        )
    return figures


def _share(key: str, part: int, whole: int, part_rows: str, whole_rows: str) -> Figure:
    value = share(part, whole)
    return Figure(
        kpi=KPIS[key],
        value=None if value is None else value.of_thousand,
        numerator=Money(part),
        denominator=Money(whole),
        numerator_rows=part_rows,
        denominator_rows=whole_rows,
    )


def _days(key: str, amount: int, of_year: int, amount_rows: str, year_rows: str) -> Figure:
    """Days of an average day's amount: a 365th of the year's, which is what stands beside it."""
    value = ratio(amount * DAYS_OF_YEAR, of_year)
    return Figure(
        kpi=KPIS[key],
        value=None if value is None else int(value * 10),
        numerator=Money(amount),
        denominator=Money(of_year),
        numerator_rows=amount_rows,
        denominator_rows=year_rows,
    )
