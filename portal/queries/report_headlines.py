"""What a manager looks at first: eight figures, each with its target, whether it is met, and the last twelve months."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from billing.money import Money
from portal.db import read_only
from portal.queries.kpi_facts import AUTO_LINES, FACTS
from portal.queries.kpi_figures import (
    DAYS_OF_YEAR,
    Facts,
    Figure,
    aimed,
    money_figures,
    params,
    read_facts,
)
from portal.queries.kpi_words import target_words, value_words
from portal.queries.report_ageing import BUCKETS
from portal.queries.report_facts import (
    Moved,
    cash,
    charged,
    net_revenue,
    patient_credits,
    receivable,
)
from portal.queries.report_shapes import (
    Chart,
    Finality,
    Series,
    end_of_month,
    months_back,
    ratio,
    share,
    whole_months,
)
from portal.queries.settings import settings_on

MONTHS = 12
RATES = ("denials", "auto_posted", "no_shows")
# The answers' lines were counted beforehand.
_LINES_BY_MONTH = (
    "SELECT 'auto_posted' AS key, date_trunc('month', t.day)::date AS month, sum(t.lines) AS whole,"  # noqa: S608 (our own words only)
    " sum(t.alone) AS part, coalesce(sum(t.lines) FILTER (WHERE t.day > :quarter), 0) AS whole_now,"
    f" coalesce(sum(t.alone) FILTER (WHERE t.day > :quarter), 0) AS part_now FROM ({AUTO_LINES}) t GROUP BY 2"
)
_BY_MONTH = text(
    _LINES_BY_MONTH
    + "".join(
        f" UNION ALL SELECT '{key}' AS key, date_trunc('month', t.day)::date AS month, count(*) AS whole,"  # noqa: S608 (our own words only)
        f" count(*) FILTER (WHERE t.counted) AS part, count(*) FILTER (WHERE t.day > :quarter) AS whole_now,"
        f" count(*) FILTER (WHERE t.counted AND t.day > :quarter) AS part_now FROM ({FACTS[key]}) t GROUP BY 2"
        for key in RATES
        if key != "auto_posted"
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One figure; `report` is where what stands behind it is shown."""

    title: str
    value: str
    target: str
    met: str  # in words
    chart: Chart
    report: str


def headlines(on: date) -> tuple[Finality, tuple[Headline, ...]]:
    """The figures as of the end of the day."""
    months = months_back(on, MONTHS)
    with read_only() as session:
        facts = read_facts(session, on, ("over_90",))
        asked = params(facts.finality)
        year = {
            "first": months[0],
            "start": facts.finality.ends_at - timedelta(days=(on - months[0]).days + 1),
            "quarter": asked["first"] - timedelta(days=1),
        }
        rates = session.execute(_BY_MONTH, asked | year).all()
        settings = settings_on(session, on)
    figures = aimed({**money_figures(facts), **_rates_now(rates)}, settings)
    return facts.finality, (
        _line(figures["days_in_ar"], "days", months, _days_in_ar(facts, months), "roll-forward"),
        _over_90(figures["over_90"], facts),
        _cash(facts, months),
        _line(figures["cash_of_net"], "percent", months, _cash_of_net(facts, months), "kpis"),
        *(_rate(figures[key], [row for row in rates if row.key == key], months) for key in RATES),
        _line(
            figures["credit_days"],
            "money",
            months,
            _at_ends(facts, months, patient_credits),
            "ageing",
        ),
    )


def _line(
    figure: Figure, unit: str, months: Sequence[date], values: Sequence[int | None], report: str
) -> Headline:
    return Headline(
        title=figure.kpi.name,
        value=value_words(figure.kpi, figure.value),
        target=target_words(figure.kpi, figure.target),
        met=met_words(figure.met),
        report=report,
        chart=Chart(
            title=f"{figure.kpi.name}, 12 months"
            if unit != "money"
            else "Credits at the end of each month",
            kind="line",
            unit=unit,
            labels=_short(months),
            series=(Series(name=figure.kpi.name, values=tuple(values)),),
            target=figure.target if unit != "money" else None,
        ),
    )


def _over_90(figure: Figure, facts: Facts) -> Headline:
    ages = tuple(sum(one.buckets[n] for one in facts.aged) for n in range(len(BUCKETS)))
    return Headline(
        title=figure.kpi.name,
        value=value_words(figure.kpi, figure.value),
        target=target_words(figure.kpi, figure.target),
        met=met_words(figure.met),
        report="ageing",
        chart=Chart(
            title="Billed and open, by age",
            kind="bars",
            unit="money",
            labels=BUCKETS,
            series=(Series(name="Owed", values=ages),),
        ),
    )


def _cash(facts: Facts, months: Sequence[date]) -> Headline:
    values = [cash(_of(facts.moved, month)) for month in months]
    return Headline(
        title="Cash of the month so far",
        value=str(Money(values[-1])),
        target="–",
        met="No target",
        report="cash",
        chart=Chart(
            title="Cash by month",
            kind="bars",
            unit="money",
            labels=_short(months),
            series=(Series(name="Cash", values=tuple(values)),),
        ),
    )


def _rates_now(rows: Sequence[Any]) -> dict[str, Figure]:
    """The same shares over the time that the KPIs look at."""
    sums = {
        key: [
            sum(getattr(row, part) for row in rows if row.key == key)
            for part in ("part_now", "whole_now")
        ]
        for key in RATES
    }
    return {key: Figure.of_counts(key, part, whole) for key, (part, whole) in sums.items()}


def _rate(figure: Figure, rows: Sequence[Any], months: Sequence[date]) -> Headline:
    by_month = {row.month: share(row.part, row.whole) for row in rows}
    points = [by_month.get(month) for month in months]
    values = [None if point is None else point.of_thousand for point in points]
    return _line(figure, "percent", months, values, "kpis")


def _days_in_ar(facts: Facts, months: Sequence[date]) -> list[int | None]:
    """At the end of each month, by the charges of the twelve months before."""
    owed = _at_ends(
        facts, months, lambda balances: receivable(balances) - patient_credits(balances)
    )
    charges = [
        sum(charged(_of(facts.moved, one)) for one in whole_months(end_of_month(month), MONTHS))
        for month in months
    ]
    days = [ratio(a * DAYS_OF_YEAR, c) for a, c in zip(owed, charges, strict=True)]
    return [None if one is None else int(one * 10) for one in days]


def _cash_of_net(facts: Facts, months: Sequence[date]) -> list[int | None]:
    points = [share(cash(_of(facts.moved, m)), net_revenue(_of(facts.moved, m))) for m in months]
    return [None if point is None else point.of_thousand for point in points]


def _at_ends(
    facts: Facts, months: Sequence[date], what: Callable[[Mapping[str, int]], int]
) -> list[int]:
    """A sum of balances at the end of each month: what stands now less what moved since."""
    values = []
    for month in months:
        later = [row for row in facts.moved if row.month > month]
        balances = {
            code: cents - sum(row.cents for row in later if row.account == code)
            for code, cents in facts.stands.items()
        }
        values.append(what(balances))
    return values


def _of(rows: Sequence[Moved], month: date) -> list[Moved]:
    return [row for row in rows if row.month == month]


def _short(months: Sequence[date]) -> tuple[str, ...]:
    return tuple(f"{month:%b}" for month in months)


def met_words(met: bool | None) -> str:
    """As a manager reads it."""
    return {True: "Met", False: "Not met", None: "No target"}[met]
