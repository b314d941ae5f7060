"""The steps before a visit, and the tasks of the office (SCH-10, SCH-12, SCH-13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.check_in import (
    Card,
    Facts,
    Step,
    asks_form,
    copay,
    is_ready,
    may_check_in,
    needs_card,
    next_step,
    steps,
)
from billing.money import ZERO, Money
from billing.visit_tasks import (
    DECIDE,
    NOBODY_TOLD,
    TOLD,
    Stage,
    TaskKind,
    VisitNeeds,
    business_days_before,
    escalation,
    is_business_day,
    must_override,
    tasks_of,
)

AT = datetime(2026, 3, 10, 14, tzinfo=UTC)
WHOLE = Facts(
    emergency=False,
    arrived=False,
    has_record=True,
    intent="insurance",
    forms_open=("consent",),
    due=Money(3000),
    done={},
)
THANKSGIVING = date(2026, 11, 26)


def _names(facts: Facts) -> list[Step]:
    return [one.step for one in steps(facts)]


def test_SCH_12_every_step_in_its_order_and_the_first_that_is_open_is_next():
    assert _names(WHOLE) == list(Step)
    assert next_step(WHOLE) is Step.IDENTITY
    some = replace(WHOLE, done={Step.IDENTITY: AT, Step.COVERAGE: AT})
    assert next_step(some) is Step.CONTACT


def test_SCH_12_ready_once_forms_are_signed_and_money_was_spoken_of():
    done = dict.fromkeys((Step.IDENTITY, Step.CONTACT, Step.COVERAGE, Step.ACCIDENT), AT)
    almost = replace(WHOLE, done=done, forms_open=())
    assert next_step(almost) is Step.PAYMENT
    assert is_ready(replace(almost, paid=Money(3000)))
    assert is_ready(replace(almost, done={**done, Step.PAYMENT: AT}))  # later, or help: PLAN-8


@pytest.mark.parametrize("arrived", [False, True])
def test_SCH_13_an_emergency_visit_is_never_asked_for_money(arrived: bool):
    assert Step.PAYMENT not in _names(replace(WHOLE, emergency=True, arrived=arrived))


def test_SCH_13_nor_for_insurance_before_somebody_was_seen():
    assert Step.COVERAGE not in _names(replace(WHOLE, emergency=True, arrived=False))


@pytest.mark.parametrize("due", [None, ZERO])
def test_SCH_12_nothing_known_or_nothing_due_makes_no_payment_step(due: Money | None):
    assert Step.PAYMENT not in _names(replace(WHOLE, due=due))


def test_SCH_12_somebody_new_has_no_payment_step_yet():
    assert Step.PAYMENT not in _names(replace(WHOLE, has_record=False))


def test_SCH_12_open_from_three_days_ahead_until_it_is_over():
    early, late = AT.date() - timedelta(days=4), AT.date() - timedelta(days=3)
    assert not may_check_in(state="booked", starts_on=AT.date(), today=early, days=3)
    assert may_check_in(state="booked", starts_on=AT.date(), today=late, days=3)
    for state in ("held", "canceled", "done", "no_show"):
        assert not may_check_in(state=state, starts_on=AT.date(), today=late, days=3)


@pytest.mark.parametrize(
    ("shown", "changed", "on", "needed"),
    [
        (None, None, date(2026, 3, 1), True),
        (date(2025, 3, 1), None, date(2025, 12, 31), False),
        (date(2025, 3, 1), None, date(2026, 1, 2), True),
        (date(2025, 3, 1), None, date(2026, 3, 1), False),
        (date(2025, 3, 1), None, date(2026, 3, 2), True),
        (date(2025, 3, 1), None, date(2026, 4, 1), True),
        (date(2026, 2, 1), date(2026, 2, 20), date(2026, 3, 1), True),
        (date(2026, 2, 20), date(2026, 2, 20), date(2026, 3, 1), False),
    ],
)
def test_SCH_10_a_card_is_asked_for_again(shown, changed, on, needed):
    assert needs_card(Card(1, shown, changed), on=on) is needed


@pytest.mark.parametrize(
    ("given_", "asked"),
    [
        ({"signed_on": None}, True),
        ({"signed_on": date(2026, 1, 1)}, False),
        ({"signed_on": date(2026, 1, 1), "same_version": False}, True),
        ({"signed_on": date(2026, 1, 1), "every_visit": True}, True),
        ({"signed_on": date(2025, 3, 11), "renew_months": 12}, False),
        ({"signed_on": date(2025, 3, 10), "renew_months": 12}, True),
        ({"signed_on": date(2026, 3, 10), "every_visit": True, "signed_here": True}, False),
    ],
)
def test_SCH_12_a_form_is_asked_once_a_version_or_again_after_its_time(given_, asked):
    usual = {"every_visit": False, "renew_months": None, "signed_here": False, "same_version": True}
    assert asks_form(**{**usual, **given_}, on=date(2026, 3, 10)) is asked


def test_SCH_12_the_amount_is_the_verified_copay_or_the_estimate_or_nothing():
    facts = {"copay_primary": 2500, "copay_urgent": 0}
    ask = {"facts": facts, "estimate": Money(18000)}
    assert copay(intent="insurance", copay_class="primary", **ask) == Money(2500)
    assert copay(intent="insurance", copay_class="urgent", **ask) == ZERO
    assert copay(intent="insurance", copay_class="specialist", **ask) is None
    assert copay(intent="self_pay", copay_class="primary", **ask) == Money(18000)
    assert copay(intent="do_not_file", copay_class="primary", facts={}, estimate=ZERO) is None


NEEDS = VisitNeeds(
    starts_on=date(2026, 12, 1),  # a Tuesday after Thanksgiving
    booked_on=date(2026, 11, 2),
    insured=True,
    needs_referral=True,
    needs_authorisation=True,
    may_cost=True,
    card_old=True,
)


def test_SCH_10_deadlines_count_business_days_over_a_holiday():
    due = {(task.kind, task.stage): task.due_on for task in tasks_of(NEEDS, {THANKSGIVING})}
    assert due == {
        (TaskKind.COVERAGE, Stage.BOOKING): date(2026, 11, 2),
        (TaskKind.COVERAGE, Stage.AHEAD): date(2026, 11, 25),
        (TaskKind.COVERAGE, Stage.DAY): date(2026, 12, 1),
        (TaskKind.REFERRAL, Stage.NONE): date(2026, 11, 25),
        (TaskKind.AUTHORISATION, Stage.NONE): date(2026, 11, 25),
        (TaskKind.CARD, Stage.NONE): date(2026, 11, 25),
        (TaskKind.ESTIMATE, Stage.NONE): date(2026, 11, 27),
    }


def test_SCH_10_booked_for_the_same_day_there_is_one_check_of_the_coverage():
    today = tasks_of(replace(NEEDS, booked_on=NEEDS.starts_on), {THANKSGIVING})
    assert [task.stage for task in today if task.kind is TaskKind.COVERAGE] == [Stage.BOOKING]
    assert {task.due_on for task in today} == {NEEDS.starts_on}


def test_SCH_10_who_pays_oneself_has_an_estimate_and_nothing_to_verify():
    assert [task.kind for task in tasks_of(replace(NEEDS, insured=False), ())] == [
        TaskKind.ESTIMATE
    ]


@pytest.mark.parametrize(
    ("on", "risen"),
    [
        (date(2026, 11, 25), NOBODY_TOLD),
        (date(2026, 11, 26), NOBODY_TOLD),
        (date(2026, 11, 27), TOLD),
        (date(2026, 11, 29), TOLD),
        (date(2026, 11, 30), DECIDE),
        (date(2026, 12, 1), DECIDE),
    ],
)
def test_SCH_10_a_referral_rises_two_days_ahead_and_is_decided_the_day_before(on: date, risen: int):
    ask = {"starts_on": NEEDS.starts_on, "on": on, "holidays": {THANKSGIVING}}
    assert escalation("referral", **ask) == risen
    assert escalation("coverage", **ask) == NOBODY_TOLD


@pytest.mark.parametrize(
    ("verified", "stopped"),
    [
        (None, True),
        (date(2026, 11, 24), True),
        (date(2026, 11, 25), False),
        (date(2026, 12, 1), False),
    ],
)
def test_SCH_10_unverified_is_a_hard_stop(verified: date | None, stopped: bool):
    ask = {"verified_on": verified, "starts_on": NEEDS.starts_on, "holidays": {THANKSGIVING}}
    assert must_override(insured=True, **ask) is stopped
    assert not must_override(insured=False, **ask)


@given(st.dates(date(2025, 1, 1), date(2030, 1, 1)), st.integers(0, 6), st.integers(1, 5))
def test_SCH_10_there_lie_so_many_business_days_between(day: date, off: int, count: int):
    holidays = {day - timedelta(days=off)}
    found = business_days_before(day, count, holidays)
    between = [found + timedelta(days=n) for n in range((day - found).days)]
    assert sum(is_business_day(one, holidays) for one in between) == count
    assert is_business_day(found, holidays)
