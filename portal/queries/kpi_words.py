"""Values and targets of KPIs as people read them."""

from __future__ import annotations

from billing.kpis import Better, Kpi, Unit
from portal.queries.report_shapes import Percent


def value_words(kpi: Kpi, tenths: int | None) -> str:
    """`41.2 days`, `12.5%`; a dash where it is not known."""
    if tenths is None:
        return "–"
    if kpi.unit is Unit.PERCENT:
        return str(Percent(tenths))
    return f"{tenths / 10:g} days" if kpi.unit is Unit.DAYS else f"{tenths / 10:g}"


def target_words(kpi: Kpi, tenths: int | None) -> str:
    """`at most 35 days`; a dash where there is none."""
    if tenths is None:
        return "–"
    return f"{'at most' if kpi.better is Better.LOW else 'at least'} {value_words(kpi, tenths)}"
