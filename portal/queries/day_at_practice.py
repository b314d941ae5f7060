"""The practice's day of a moment, as a part of another query."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.models.practice import Practice

Moment = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]


def day_at_practice(moment: Moment | ColumnElement[Any]) -> ColumnElement[date]:
    """On the wall calendar of the practice, where UTC may have the next one already."""
    zone = func.coalesce(select(Practice.time_zone).scalar_subquery(), "UTC")
    return func.date(func.timezone(zone, moment))
