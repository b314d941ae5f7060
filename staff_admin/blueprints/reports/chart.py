"""Where the bars and lines of a chart stand, so that the page draws them as plain SVG.

Chart libraries were looked at and left: pygal and matplotlib write style elements or attributes, which our Content
Security Policy forbids; here every colour is a class of styles/_charts.scss.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.money import Money
from portal.queries.report_shapes import Chart

WIDTH, HEIGHT = 560, 200
LEFT, RIGHT, TOP, BOTTOM = 64, 8, 12, 28
STEPS = (1, 2, 5, 10)
LABELS_AT_MOST = 7
MANY, MILLION = 10_000, 1_000_000  # dollars: from here on in thousands, in millions


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `series` counts from 0."""

    x: float
    y: float
    width: float
    height: float
    series: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A word beside an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart laid out: bars, or one path for each series with a dot for each value."""

    chart: Chart
    bars: tuple[Bar, ...]
    paths: tuple[str, ...]
    dots: tuple[tuple[float, float, int], ...]
    across: tuple[Tick, ...]  # below
    up: tuple[Tick, ...]  # at the left, each with its line
    zero: float
    target: float | None
    summary: str


def draw(chart: Chart) -> Drawing:
    """Lay the chart out between nothing and a round number above its highest value."""
    values = [value for one in chart.series for value in one.values if value is not None]
    if chart.target is not None:
        values.append(chart.target)
    low, high, step = _scale(min([0, *values]), max([0, *values]))
    height, room = HEIGHT - TOP - BOTTOM, (WIDTH - LEFT - RIGHT) / max(len(chart.labels), 1)

    def up(value: int) -> float:
        return round(TOP + height * (high - value) / (high - low), 1)

    ticks = range(low, high + 1, step)
    every = -(-len(chart.labels) // LABELS_AT_MOST) if chart.kind == "line" else 1
    places = [
        [(round(LEFT + (n + 0.5) * room, 1), v) for n, v in enumerate(one.values)]
        for one in chart.series
    ]
    points = [[(x, up(v)) for x, v in row if v is not None] for row in places]
    drawn = chart.kind == "line"
    return Drawing(
        chart=chart,
        bars=() if drawn else tuple(_bars(places, room, up)),
        paths=tuple(_path(row) for row in points) if drawn else (),
        dots=tuple((x, y, n) for n, row in enumerate(points) for x, y in row) if drawn else (),
        across=tuple(
            Tick(round(LEFT + (n + 0.5) * room, 1), label)
            for n, label in enumerate(chart.labels)
            if (len(chart.labels) - 1 - n) % every == 0
        ),
        up=tuple(Tick(up(value), _words(chart.unit, value)) for value in ticks),
        zero=up(0),
        target=None if chart.target is None else up(chart.target),
        summary=_summary(chart),
    )


def _bars(
    places: Sequence[Sequence[tuple[float, int | None]]], room: float, up: Callable[[int], float]
) -> Sequence[Bar]:
    width = round(room * 0.7 / len(places), 1)
    zero = up(0)
    bars = []
    for series, row in enumerate(places):
        for middle, value in row:
            if value:
                y = up(value)
                x = round(middle - room * 0.35 + series * width, 1)
                bars.append(Bar(x, min(y, zero), width, round(abs(y - zero), 1), series))
    return bars


def _path(points: Sequence[tuple[float, float]]) -> str:
    if not points:
        return ""
    return "M" + " L".join(f"{x} {y}" for x, y in points)


def _scale(low: int, high: int) -> tuple[int, int, int]:
    """Round limits and the step between lines, about four of them."""
    span = max(high - low, 4)
    power = 10 ** max(len(str(span // 4)) - 1, 0)
    step = next(n * power for n in STEPS if n * power * 4 >= span)
    return -(-low // -step) * -step if low < 0 else 0, max(-(-high // step) * step, step), step


def _words(unit: str, value: int) -> str:
    if unit == "money":
        dollars = Decimal(value) / 100
        if abs(dollars) >= MILLION:
            return f"${dollars / MILLION:.1f}M"
        return f"${dollars / 1000:.0f}k" if abs(dollars) >= MANY else f"${dollars:,.0f}"
    if unit == "count":
        return f"{value:,}"
    tenths = f"{Decimal(value) / 10:g}" if value % 10 else f"{value // 10}"
    return f"{tenths}%" if unit == "percent" else tenths


def _summary(chart: Chart) -> str:
    """What the picture says, for whoever hears it; every figure stands in the table beside it."""
    parts = []
    for one in chart.series:
        known = [
            (label, v) for label, v in zip(chart.labels, one.values, strict=True) if v is not None
        ]
        if known:
            top, last = max(known, key=lambda pair: pair[1]), known[-1]
            parts.append(
                f"{one.name}: highest {_said(chart.unit, top[1])} ({top[0]}), "
                f"{last[0]} {_said(chart.unit, last[1])}."
            )
    return " ".join(parts) or "Nothing to show."


def _said(unit: str, value: int) -> str:
    return str(Money(value)) if unit == "money" else _words(unit, value)
