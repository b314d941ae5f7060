"""A statement's content as JSON and back, without loss; its hash proves that nothing was changed since."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, cast, get_args, get_origin, get_type_hints

from billing.money import Money
from portal.queries.statement_content import StatementContent


def to_json(content: StatementContent) -> dict[str, Any]:
    """Plain values: amounts as whole cents, dates as ISO text."""
    return cast("dict[str, Any]", _plain(content))


def from_json(data: Mapping[str, Any]) -> StatementContent:
    """The content that `to_json` wrote."""
    return cast("StatementContent", _typed(StatementContent, data))


def content_hash(data: Mapping[str, Any]) -> str:
    """SHA-256 over the JSON with sorted keys and no spaces."""
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return value.cents
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if dataclasses.is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    return value


def _typed(kind: Any, value: Any) -> Any:
    if isinstance(kind, types.UnionType):
        inner = next(arg for arg in get_args(kind) if arg is not type(None))
        return None if value is None else _typed(inner, value)
    if get_origin(kind) is tuple:
        return tuple(_typed(get_args(kind)[0], item) for item in value)
    if kind is Money:
        return Money(value)
    if kind is date:
        return date.fromisoformat(value)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        # What was added since an older statement was kept has its default there.
        hints = {name: hint for name, hint in _hints(kind).items() if name in value}
        return kind(**{name: _typed(hint, value[name]) for name, hint in hints.items()})
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
