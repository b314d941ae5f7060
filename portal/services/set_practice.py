"""Set the practice's name, contact and policy from its TOML file."""

from __future__ import annotations

import tomllib
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import inspect

from billing.money import Money
from billing.text_templates import ORG_LONGEST, short_name
from portal.db import transaction
from portal.models.practice import Practice
from portal.services.refusal import Refusal


class PracticeRefusedError(Refusal):
    """The file names an unknown setting, lacks a needed one, or a value cannot be used."""


def set_practice(*, toml: str) -> None:
    """Create or update the one practice row.

    The keys are those of docs/files.md. Raises PracticeRefusedError, naming every key at fault;
    nothing is changed then.
    """
    values = _values(toml)
    with transaction() as session:
        practice = session.get(Practice, 1)
        if practice is None:
            session.add(Practice(id=1, **values))
        else:
            for key, value in values.items():
                setattr(practice, key, value)


def _values(toml: str) -> dict[str, Any]:
    try:
        values: dict[str, Any] = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise PracticeRefusedError(f"the practice file is not TOML: {error}") from error
    columns = {c.key: c.columns[0] for c in inspect(Practice).column_attrs if c.key != "id"}
    if "statement_floor_cents" in values:
        values["statement_floor"] = Money(values.pop("statement_floor_cents"))
    unknown = sorted(set(values) - set(columns))
    needed = {
        key for key, column in columns.items() if not column.nullable and column.default is None
    }
    missing = sorted(needed - set(values))
    if unknown or missing:
        raise PracticeRefusedError(
            f"practice settings: unknown {unknown or 'none'}, missing {missing or 'none'}"
        )
    if values.get("text_name"):
        _check_text_name(values["text_name"])
    if "time_zone" in values:
        _check_zone(values["time_zone"])
    return values


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError) as error:
        raise PracticeRefusedError(f"time_zone: {name!r} is not a time zone") from error


def _check_text_name(name: str) -> None:
    """MSG-10: with a longer name a text would be two."""
    if short_name(name) != name:
        raise PracticeRefusedError(
            f"text_name: {name!r} has more than {ORG_LONGEST} letters, or one that texts lack"
        )
