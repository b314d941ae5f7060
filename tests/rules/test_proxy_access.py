"""When a grant opens an account, and in what (HIPAA-9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.proxy_access import (
    ProxyScope,
    Standing,
    birthday,
    included,
    is_live,
    months_later,
)

BORN = date(2008, 3, 2)
OF_MINOR = Standing(
    accepted=True,
    ended=False,
    ends_on=date(2026, 3, 2),
    of_minor=True,
    birth_on=BORN,
    confidential=False,
    shared=False,
)
OF_ADULT = replace(OF_MINOR, of_minor=False, birth_on=date(1980, 4, 5), ends_on=date(2027, 3, 2))
DAYS = st.dates(date(1990, 1, 1), date(2060, 1, 1))


@pytest.mark.parametrize(
    ("born", "last_day", "day"),
    [
        (BORN, date(2026, 3, 1), date(2026, 3, 2)),
        (date(2008, 2, 29), date(2026, 2, 28), date(2026, 3, 1)),
        (date(2012, 2, 29), date(2030, 2, 28), date(2030, 3, 1)),
        (date(2007, 12, 31), date(2025, 12, 30), date(2025, 12, 31)),
    ],
)
def test_HIPAA_9_at_18_a_parents_access_ends_by_itself(
    born: date, last_day: date, day: date
) -> None:
    """The row may say a later day: only the birth date counts."""
    grant = replace(OF_MINOR, birth_on=born, ends_on=date(2099, 1, 1))
    assert birthday(born, 18) == day == last_day + timedelta(days=1)
    assert is_live(grant, last_day)
    assert not is_live(grant, day)


def test_HIPAA_9_access_ends_on_its_day() -> None:
    assert is_live(OF_ADULT, date(2027, 3, 1))
    assert not is_live(OF_ADULT, date(2027, 3, 2))


@pytest.mark.parametrize(
    "lack", [{"accepted": False}, {"ended": True}, {"confidential": True}, {"shared": True}]
)
def test_HIPAA_9_each_lack_closes_it(lack: dict[str, bool]) -> None:
    assert is_live(OF_MINOR, date(2026, 3, 1))
    assert not is_live(replace(OF_MINOR, **lack), date(2026, 3, 1))


def test_a_confidential_adults_own_choice_stands() -> None:
    assert is_live(replace(OF_ADULT, confidential=True), date(2026, 3, 2))


@given(st.builds(Standing, accepted=st.booleans(), ended=st.booleans(), ends_on=DAYS,
                 of_minor=st.booleans(), birth_on=DAYS, confidential=st.booleans(), shared=st.booleans()), DAYS)  # fmt: skip
def test_HIPAA_9_no_day_brings_back_what_is_over(grant: Standing, on: date) -> None:
    if not is_live(grant, on):
        later = on + timedelta(days=1)
        assert grant.accepted is not True or not is_live(grant, later)


def test_nobody_pays_what_they_may_not_see() -> None:
    assert included(["pay"]) == {ProxyScope.PAY, ProxyScope.BILLS}
    assert included(["full"]) == frozenset(ProxyScope)
    assert included(["insurance"]) == {ProxyScope.INSURANCE}


def test_a_month_later_is_never_skipped() -> None:
    assert months_later(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert months_later(date(2026, 3, 2), 24) == date(2028, 3, 2)
