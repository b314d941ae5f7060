"""Request validation and response shapes from the installed stripe library's own generated types.

So the stand-in moves with the client that the portal uses, and no copy of the API is kept by hand.
"""

from __future__ import annotations

import functools
import re
import sys
import types
import typing
from collections.abc import Callable
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin

import typing_extensions

from sandbox.errors import ApiError, invalid
from sandbox.store import Json

REQUEST_OPTIONS = frozenset(
    [
        "api_key",
        "stripe_version",
        "stripe_account",
        "stripe_context",
        "max_network_retries",
        "idempotency_key",
        "content_type",
        "headers",
    ]
)
WRAPPERS = (NotRequired, Required, typing_extensions.NotRequired, typing_extensions.Required)
REMOVED = {"payment_method_types": "allowed_payment_method_types"}  # since 2026-09-30.endive


class Refused(Exception):
    """A parameter that the API does not take; Stripe's code and words."""

    def __init__(self, code: str, message: str, param: str) -> None:
        super().__init__(message)
        self.code, self.message, self.param = code, message, param

    def as_answer(self) -> ApiError:
        """The 400 that Stripe would give."""
        if self.param in REMOVED:
            return invalid(
                f"{self.param} is no longer supported; use {REMOVED[self.param]}.",
                f"{self.param}_no_longer_supported",
                self.param,
            )
        return invalid(self.message, self.code, self.param)


def unflatten(pairs: list[tuple[str, str]]) -> Json:
    """Form fields such as a[b][0][c]=v and expand[]=x as nested objects and lists."""
    root: Json = {}
    for key, value in pairs:
        parts = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", key)
        here = root
        for part in parts[:-1]:
            here = here.setdefault(part or str(len(here)), {})
            if not isinstance(here, dict):
                raise Refused("parameter_invalid", f"Invalid {key}", key)
        here[parts[-1] or str(len(here))] = value
    nested = _with_lists(root)
    return nested if isinstance(nested, dict) else {}


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    items = {key: _with_lists(item) for key, item in value.items()}
    if items and all(key.isdigit() for key in items):
        return [items[key] for key in sorted(items, key=int)]
    return items


def validate(params: type, raw: Json) -> tuple[Json, list[str]]:
    """The request's parameters in their declared types, and what it wants expanded."""
    rest = {key: value for key, value in raw.items() if key != "expand"}
    return _typed_dict(params, rest, ""), raw.get("expand", [])


@functools.cache
def _hints(params: type) -> dict[str, Any]:
    # Option types are declared in another module, imported there for type checkers only.
    module = vars(sys.modules[params.__module__])
    extra = {"StripeContext": str, "Mapping": typing.Mapping}
    return typing.get_type_hints(params, module, extra, include_extras=True)


def _coerce(declared: Any, value: Any, path: str) -> Any:
    origin = get_origin(declared)
    if declared is Any:
        return value
    if origin in WRAPPERS:
        return _coerce(get_args(declared)[0], value, path)
    if origin in TAKEN_BY:
        return TAKEN_BY[origin](get_args(declared), value, path)
    if typing_extensions.is_typeddict(declared):
        return _typed_dict(declared, value, path)
    return _scalar(declared, value, path)


def _list(choices: tuple[Any, ...], value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise Refused("parameter_invalid_array", f"Invalid array: {path}", path)
    return [_coerce(choices[0], item, f"{path}[{i}]") for i, item in enumerate(value)]


def _mapping(_choices: tuple[Any, ...], value: Any, path: str) -> Json:
    if not isinstance(value, dict):
        raise Refused("parameter_invalid_object", f"Invalid object: {path}", path)
    return value


def _first_that_fits(choices: tuple[Any, ...], value: Any, path: str) -> Any:
    """The value in the first type of the union that takes it; else the deepest complaint."""
    # `Literal[...] | str` keeps clients open to new values; the server knows them all.
    closed = any(get_origin(c) is Literal and any(get_args(c)) for c in choices)
    deepest: Refused | None = None
    for choice in choices:
        if choice is types.NoneType or (closed and choice is str):
            continue
        try:
            return _coerce(choice, value, path)
        except Refused as refused:
            if deepest is None or len(refused.param) > len(deepest.param):
                deepest = refused
    raise deepest or Refused("parameter_invalid", f"Invalid {path}", path)


def _literal(choices: tuple[Any, ...], value: Any, path: str) -> Any:
    if value in choices:
        return value
    listed = ", ".join(map(str, choices))
    raise Refused("parameter_invalid_string_enum", f"Invalid {path}: must be one of {listed}", path)


def _typed_dict(declared: Any, value: Any, path: str) -> Json:
    if not isinstance(value, dict):
        raise Refused("parameter_invalid_object", f"Invalid object: {path}", path)
    hints, taken = _hints(declared), {}
    for key, item in value.items():
        inner = f"{path}[{key}]" if path else key
        if key not in hints or (not path and key in REQUEST_OPTIONS):
            raise Refused("parameter_unknown", f"Received unknown parameter: {inner}", inner)
        taken[key] = _coerce(hints[key], item, inner)
    for key in declared.__required_keys__:
        if key not in value and get_origin(hints[key]) not in WRAPPERS[::2]:
            inner = f"{path}[{key}]" if path else key
            raise Refused("parameter_missing", f"Missing required param: {inner}.", inner)
    return taken


def _scalar(declared: Any, value: Any, path: str) -> Any:
    text = str(value)
    if declared is int:
        if not re.fullmatch(r"-?\d+", text):
            raise Refused("parameter_invalid_integer", f"Invalid integer: {text}", path)
        return int(text)
    if declared is bool:
        if text.lower() not in {"true", "false"}:
            raise Refused("parameter_invalid_boolean", f"Invalid boolean: {text}", path)
        return text.lower() == "true"
    if declared is float:
        try:
            return float(text)
        except ValueError:
            raise Refused("parameter_invalid_decimal", f"Invalid decimal: {text}", path) from None
    if isinstance(value, dict | list):
        raise Refused("parameter_invalid", f"Invalid string: {path}", path)
    return value


TAKEN_BY: dict[Any, Callable[[tuple[Any, ...], Any, str], Any]] = {
    Union: _first_that_fits,
    types.UnionType: _first_that_fits,
    Literal: _literal,
    list: _list,
    dict: _mapping,
}


@functools.cache
def _defaults(shape_of: type) -> tuple[tuple[str, Any], ...]:
    """Every attribute the library declares for the object, with the value of an unset one."""
    found: list[tuple[str, Any]] = []
    for name, declared in shape_of.__annotations__.items():
        if name.startswith("_") or name in {"OBJECT_NAME", "deleted"}:
            continue
        spelled = str(declared)
        if name == "metadata":
            found.append((name, dict))
        elif "Optional" in spelled or "NoneType" in spelled or "None" in spelled:
            found.append((name, None))
        elif spelled.startswith(("typing.List", "list[", "List[")):
            found.append((name, list))
        elif declared is bool or spelled == "bool":
            found.append((name, False))
        elif declared is int or spelled == "int":
            found.append((name, 0))
        else:
            found.append((name, None))
    return tuple(found)


def shape(shape_of: type, **values: Any) -> Json:
    """An object with every attribute that the client library declares, then ours on top."""
    base = {name: (value() if callable(value) else value) for name, value in _defaults(shape_of)}
    return {**base, **values}
