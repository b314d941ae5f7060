"""Addresses compile once a process, not once an app: each test has apps of its own, with the same hundreds of them."""

from __future__ import annotations

from werkzeug.routing import Rule

MADE = ("_parts", "_trace", "_converters")


def compile_rules_once() -> None:
    """Remember what werkzeug compiles for a rule: it depends on nothing but the rule's own words and the converters."""
    compiled = Rule.compile
    known: dict[tuple[object, ...], Rule] = {}

    def remembered(rule: Rule) -> None:
        assert rule.map is not None
        converters = tuple(sorted(rule.map.converters.items()))
        key = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), rule.merge_slashes)
        first = known.get((*key, converters))
        if first is None:
            compiled(rule)
            known[*key, converters] = rule
            return
        for name in MADE:
            setattr(rule, name, getattr(first, name))
        rule.arguments |= first.arguments
        rule._build = first._build.__func__.__get__(rule, None)  # type: ignore[attr-defined]  # a bound method
        rule._build_unknown = first._build_unknown.__func__.__get__(rule, None)  # type: ignore[attr-defined]  # as above

    Rule.compile = remembered  # type: ignore[method-assign]  # its own method, remembered
