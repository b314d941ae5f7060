"""What is in force where the rules leave a choice: on any day, and with every change before and ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from billing.settings import REGISTRY, Key, Rule, Section, Settings, shown
from portal.db import read_only
from portal.models.identity import Login
from portal.models.settings import PracticeSetting


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one setting, in words."""

    value: str
    effective_from: date
    by: str
    at: datetime
    reason: str
    ahead: bool  # its day has not come


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """One setting as the page shows it."""

    key: Key
    rule: Rule
    value: str
    default: str
    changes: tuple[Change, ...]  # the newest first

    @property
    def ahead(self) -> tuple[Change, ...]:
        return tuple(one for one in self.changes if one.ahead)

    @property
    def bounds(self) -> str:
        return f"{shown(self.key, self.rule.least)} to {shown(self.key, self.rule.most)}"


# One JSON object of key and value; the practice's file says which statement floor it starts with.
IN_FORCE = f"""
SELECT jsonb_build_object(
    '{Key.STATEMENT_FLOOR.value}', (SELECT statement_floor_cents FROM practices WHERE id = 1))
  || coalesce((SELECT jsonb_object_agg(newest.key, newest.value) FROM (
       SELECT DISTINCT ON (key) key, value FROM practice_settings WHERE effective_from <= :on
        ORDER BY key, effective_from DESC, id DESC) newest), '{{}}')
"""  # noqa: S608 (a key of ours)
_IN_FORCE = text(IN_FORCE)


def in_force(on: date) -> ScalarSelect[Any]:
    """The same as a column of another query, for `settings_of`."""
    return text(IN_FORCE).bindparams(on=on).columns(found=JSONB).scalar_subquery()


def settings_on(session: Session, on: date) -> Settings:
    """Everything in force on the day, in one query."""
    return settings_of(session.scalar(_IN_FORCE, {"on": on}))


def settings_of(found: Mapping[str, int | None]) -> Settings:
    """From a column of `IN_FORCE`, for a query that reads it beside other things."""
    return Settings(
        {Key(key): value for key, value in found.items() if key in REGISTRY and value is not None}
    )


def setting(session: Session, key: Key, on: date) -> int:
    """One of them, as the registry counts it."""
    return settings_on(session, on).count(key)


def setting_now(key: Key, on: Any) -> ColumnElement[int]:
    """The same inside another query, for what runs before each page; `on` is an expression there."""
    newest = (
        select(PracticeSetting.value)
        .where(PracticeSetting.key == key.value, PracticeSetting.effective_from <= on)
        .order_by(PracticeSetting.effective_from.desc(), PracticeSetting.id.desc())
        .limit(1)
    )
    return func.coalesce(newest.scalar_subquery(), REGISTRY[key].default)


def settings_page(on: date) -> dict[Section, tuple[SettingRow, ...]]:
    """Every setting by section, with who changed it when and why, and what is scheduled."""
    with read_only() as session:
        now = settings_on(session, on)
        rows = session.execute(_CHANGES).all()
    changes: dict[str, list[Change]] = {}
    for row, by in rows:
        if row.key in REGISTRY:
            changes.setdefault(row.key, []).append(_change(row, by, on))
    return {
        section: tuple(
            _row(key, rule, now, changes.get(key, ()))
            for key, rule in REGISTRY.items()
            if rule.section is section
        )
        for section in Section
    }


def setting_page(key: Key, on: date) -> SettingRow:
    """One setting with its history."""
    with read_only() as session:
        now = settings_on(session, on)
        rows = session.execute(_CHANGES.where(PracticeSetting.key == key.value)).all()
    return _row(key, REGISTRY[key], now, [_change(row, by, on) for row, by in rows])


_CHANGES = (
    select(PracticeSetting, func.coalesce(func.nullif(Login.name, ""), Login.email))
    .join(Login, Login.id == PracticeSetting.login_id)
    .order_by(PracticeSetting.effective_from.desc(), PracticeSetting.id.desc())
)


def _row(key: Key, rule: Rule, now: Settings, changes: Sequence[Change]) -> SettingRow:
    return SettingRow(
        key=key,
        rule=rule,
        value=shown(key, now.count(key)),
        default=shown(key, rule.default),
        changes=tuple(changes),
    )


def _change(row: PracticeSetting, by: str, on: date) -> Change:
    return Change(
        value=shown(Key(row.key), row.value),
        effective_from=row.effective_from,
        by=by,
        at=row.at,
        reason=row.reason,
        ahead=row.effective_from > on,
    )
