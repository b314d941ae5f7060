"""Addresses compile once a process, not once an app: each test has apps of its own, with the same hundreds of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule


def compile_rules_once() -> None:
    """Remember what werkzeug compiles for a rule: it depends on nothing but the rule's own words."""
    compiled = Rule._compile_builder
    known: dict[tuple[object, ...], Callable[..., Any]] = {}

    def remembered(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in known:
            known[key] = compiled(rule, append_unknown)
        return known[key]

    Rule._compile_builder = remembered  # type: ignore[method-assign]  # its own method, remembered
