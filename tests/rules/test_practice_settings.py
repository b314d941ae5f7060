"""What the rules leave to the practice: names, bounds, and what somebody may type."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from billing.money import Money
from billing.settings import (
    REGISTRY,
    Key,
    SettingRefused,
    Settings,
    check_value,
    read_value,
    shown,
)


def test_every_key_has_a_rule_whose_default_is_allowed_and_reads_as_it_is_shown() -> None:
    assert set(REGISTRY) == set(Key)
    for key, rule in REGISTRY.items():
        check_value(key, rule.default)
        for value in (rule.default, rule.least, rule.most):
            assert read_value(key, shown(key, value)) == value, key


@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        (Key.STATEMENT_FLOOR, "7.5", 7_50),
        (Key.STATEMENT_FLOOR, "$10", 10_00),
        (Key.TARGET_DENIALS, "2.25 %", 2_25),
        (Key.STATEMENT_CYCLE_DAYS, "31 days", 31),
        (Key.OFFICE_OPENS, "7:30 AM", 7 * 60 + 30),
        (Key.OFFICE_CLOSES, "18:15", 18 * 60 + 15),
        (Key.OFFICE_OPENS, "12:05 am", 5),
        (Key.WEEKEND_IS_AFTER_HOURS, "No", 0),
    ],
)
def test_what_is_typed_reads(key: Key, typed: str, value: int) -> None:
    assert read_value(key, typed) == value


@pytest.mark.parametrize("typed", ["", "x", "-1", "1.5", "99:99", "1e3", "1,00"])
def test_what_does_not_read_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(SettingRefused, match="write it like 30 days"):
        read_value(Key.STATEMENT_CYCLE_DAYS, typed)


def test_STMT_10_STMT_12_OPS_19_bounds_keep_to_the_rules() -> None:
    for key, value in (
        (Key.STATEMENT_CYCLE_DAYS, 27),
        (Key.STATEMENT_LEAST_APART_DAYS, 20),
        (Key.SMALL_BALANCE_AT_MOST, 10_00),
        (Key.TEXTS_PER_WEEK, 4),
    ):
        with pytest.raises(SettingRefused, match="from"):
            check_value(key, value)


def test_values_are_told_as_what_they_are() -> None:
    settings = Settings({Key.STATEMENT_FLOOR: 7_00, Key.OFFICE_OPENS: 450})
    assert settings.money(Key.STATEMENT_FLOOR) == Money(7_00)
    assert settings.clock(Key.OFFICE_OPENS) == time(7, 30)
    assert settings.span(Key.STATEMENT_CYCLE_DAYS) == timedelta(days=30)
    assert settings.span(Key.BREAK_GLASS_MINUTES) == timedelta(hours=1)
    assert settings.yes(Key.WEEKEND_IS_AFTER_HOURS)
