"""PLAN-10, code by code: what is tried again, when, how often, and what never is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from billing.due_days import bank_holidays
from billing.retries import BANK, CARD, NOT_MADE, Decline, decline_of, next_try_on

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("kind", "code", "decline"),
    [
        (CARD, "generic_decline", Decline.SOFT),
        (CARD, "insufficient_funds", Decline.SOFT),
        (CARD, "do_not_honor", Decline.SOFT),
        (CARD, "lost_card", Decline.HARD),
        (CARD, "stolen_card", Decline.HARD),
        (CARD, "expired_card", Decline.HARD),
        (CARD, "a_word_of_next_year", Decline.HARD),
        (CARD, "", Decline.HARD),
        (CARD, "revocation_of_authorization", Decline.REVOKED),
        (CARD, "authentication_required", Decline.ASKS),
        (BANK, "insufficient_funds", Decline.SHORT),
        *((BANK, code, Decline.SHORT) for code in ("R01", "R09")),
        *((BANK, code, Decline.HARD) for code in ("R02", "R03", "R04", "R05", "R29", "R08", "R16")),
        *((BANK, code, Decline.REVOKED) for code in ("R07", "R10", "debit_not_authorized")),
        (CARD, NOT_MADE, Decline.SOFT),
        (BANK, NOT_MADE, Decline.SOFT),
        (BANK, "account_closed", Decline.HARD),
        (BANK, "generic_decline", Decline.HARD),
    ],
)
def test_PLAN_10_each_code_has_its_kind(kind: str, code: str, decline: Decline) -> None:
    assert decline_of(kind, code) is decline


def tries(decline: Decline, took: int = 0) -> list[int]:
    """The days after the first try on which it is tried again; each answer takes so many days."""
    first, days, tried = MONDAY, [], MONDAY
    for number in range(1, 20):
        following = next_try_on(
            decline,
            tries=number,
            first_on=first,
            failed_on=tried + timedelta(days=took),
            closed=bank_holidays(2026),
        )
        if following is None:
            return days
        days.append((following - first).days)
        tried = following
    raise AssertionError("it never ends")


def test_PLAN_10_a_soft_decline_is_tried_four_times_in_all() -> None:
    assert tries(Decline.SOFT) == [1, 3, 7]


def test_PLAN_10_a_bank_debit_is_presented_twice_more_and_never_after_half_a_year() -> None:
    assert tries(Decline.SHORT, took=4) == [7, 18]
    late = MONDAY + timedelta(days=178)
    wanted = {"tries": 1, "first_on": MONDAY, "failed_on": late}
    assert next_try_on(Decline.SHORT, **wanted) is None


@pytest.mark.parametrize("decline", [Decline.HARD, Decline.REVOKED, Decline.ASKS])
def test_PLAN_10_everything_else_is_never_tried_again(decline: Decline) -> None:
    assert tries(decline) == []


def test_PLAN_10_a_card_that_was_answered_late_is_not_tried_in_the_past() -> None:
    on = next_try_on(Decline.SOFT, tries=1, first_on=MONDAY, failed_on=MONDAY + timedelta(days=5))
    assert on == MONDAY + timedelta(days=6)
