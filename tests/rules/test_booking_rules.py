"""Who is new, until when one cancels alone, what is missed, what it costs, and who is offered (SCH-3..7)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from billing.booking_rules import (
    PayerClass,
    Policy,
    is_late_cancel,
    is_new_patient,
    is_no_show,
    may_cancel_self,
    missed_since,
    months_old,
    must_call,
    no_show_fee,
    payer_class,
)
from billing.money import ZERO, Money
from billing.visit_reasons import (
    CANCEL_WORDS,
    PATIENT_REASONS,
    PRACTICE_REASONS,
    CancelReason,
    reason_words,
)
from billing.who_may_book import WHY_WORDS, KindFacts, Person, ProviderFacts, WhyNot, why_not

STARTS = datetime(2026, 3, 9, 13, tzinfo=UTC)
ON, MINUTE = date(2026, 3, 9), timedelta(minutes=1)


@pytest.mark.parametrize("hours", [12, 24, 48])
def test_SCH_5_a_minute_before_the_boundary_and_a_minute_after(hours: int) -> None:
    policy, boundary = Policy(cancel_hours=hours), STARTS - timedelta(hours=hours)
    assert may_cancel_self(STARTS, policy, boundary - MINUTE)
    assert may_cancel_self(STARTS, policy, boundary)
    assert not may_cancel_self(STARTS, policy, boundary + MINUTE)
    assert is_late_cancel(STARTS, policy, boundary + MINUTE)
    assert not is_late_cancel(STARTS, policy, boundary - MINUTE)


def test_SCH_7_missed_a_quarter_of_an_hour_after_the_start() -> None:
    assert not is_no_show(STARTS, STARTS + 14 * MINUTE, Policy())
    assert is_no_show(STARTS, STARTS + 15 * MINUTE, Policy())
    assert is_no_show(STARTS, STARTS + 5 * MINUTE, Policy(no_show_minutes=5))
    assert [must_call(n, Policy()) for n in (2, 3, 4)] == [False, True, True]
    assert not must_call(9, Policy(no_show_limit=0))
    assert missed_since(date(2028, 2, 29)) == date(2027, 2, 28)
    assert missed_since(date(2026, 3, 9)) == date(2025, 3, 9)


def test_SCH_6_a_fee_is_off_by_default_and_never_with_medicaid() -> None:
    assert {no_show_fee(payer, Policy()) for payer in PayerClass} == {ZERO}
    fee = Policy(no_show_fee=Money(25_00))
    asked = {payer: no_show_fee(payer, fee) for payer in PayerClass}
    assert asked.pop(PayerClass.MEDICAID) == ZERO
    assert set(asked.values()) == {Money(25_00)}, "the same for all"
    assert payer_class(["CI", "MC"]) is PayerClass.MEDICAID
    assert payer_class(["CI", "MB"]) is PayerClass.MEDICARE
    assert payer_class(["BL"]) is PayerClass.COMMERCIAL
    assert payer_class([]) is PayerClass.NONE


def test_SCH_3_new_is_whom_the_specialty_has_not_seen_in_three_years() -> None:
    assert is_new_patient(None, ON)
    assert is_new_patient(date(2023, 3, 8), ON)
    assert not is_new_patient(date(2023, 3, 9), ON)
    assert not is_new_patient(date(2021, 2, 28), date(2024, 2, 28))
    assert is_new_patient(date(2021, 2, 27), date(2024, 2, 29))


def test_months_of_age_are_whole() -> None:
    assert months_old(date(2016, 3, 9), ON) == 120
    assert months_old(date(2016, 3, 10), ON) == 119
    assert months_old(ON, ON) == 0


PROVIDER = ProviderFacts(
    provider_id=1,
    specialty="heart",
    languages=frozenset({"en"}),
    skills=frozenset({"ecg"}),
    location_ids=frozenset({1}),
    payer_ids=frozenset({5}),
)
GROWN = Person(born_on=date(1980, 5, 4), sex="F", last_seen={"heart": date(2025, 1, 1)})


@pytest.mark.parametrize(
    ("provider", "kind", "person", "wish", "expected"),
    [
        ({}, {}, {}, {}, ()),
        ({"min_age_months": 600}, {}, {}, {}, (WhyNot.AGE,)),
        ({"max_age_months": 216}, {}, {}, {}, (WhyNot.AGE,)),
        ({}, {"max_age_months": 216}, {}, {}, (WhyNot.AGE,)),
        ({}, {"min_age_months": 600}, {}, {}, (WhyNot.AGE,)),
        ({"min_age_months": 600}, {}, {"born_on": None}, {}, ()),
        ({}, {"sex": "M"}, {}, {}, (WhyNot.SEX,)),
        ({}, {"sex": "M"}, {"sex": "U"}, {}, ()),
        ({}, {"for_whom": "new"}, {}, {}, (WhyNot.NEW_PATIENTS,)),
        ({}, {"for_whom": "new"}, {"last_seen": {}}, {}, ()),
        ({}, {"for_whom": "established"}, {}, {}, ()),
        ({}, {"for_whom": "established"}, {"last_seen": {}}, {}, (WhyNot.ESTABLISHED_ONLY,)),
        ({"takes_new": False}, {}, {}, {}, ()),
        (
            {"takes_new": False},
            {},
            {"last_seen": {"family": date(2026, 1, 1)}},
            {},
            (WhyNot.ESTABLISHED_ONLY,),
        ),
        ({}, {"skills": frozenset({"ecg"})}, {}, {}, ()),
        ({}, {"skills": frozenset({"ecg", "xray"})}, {}, {}, (WhyNot.SKILL,)),
        ({}, {}, {"payer_ids": frozenset({5, 6})}, {}, ()),
        ({}, {}, {"payer_ids": frozenset({6})}, {}, (WhyNot.NETWORK,)),
        ({"payer_ids": frozenset()}, {}, {"payer_ids": frozenset({6})}, {}, ()),
        ({}, {}, {}, {"language": "es"}, (WhyNot.LANGUAGE,)),
        ({}, {}, {}, {"location_ids": frozenset({2})}, (WhyNot.LOCATION,)),
        ({"booking": "view"}, {}, {}, {}, (WhyNot.VIEW_ONLY,)),
        ({"booking": "staff"}, {}, {}, {}, (WhyNot.STAFF_ONLY,)),
        ({}, {"self_booking": False}, {}, {}, (WhyNot.STAFF_ONLY,)),
        ({"booking": "staff"}, {"self_booking": False}, {}, {"for_staff": True}, ()),
        (
            {"booking": "view", "min_age_months": 600},
            {"sex": "M"},
            {},
            {"language": "es"},
            (WhyNot.AGE, WhyNot.SEX, WhyNot.LANGUAGE, WhyNot.VIEW_ONLY),
        ),
    ],
)
def test_SCH_3_every_reason_why_a_provider_is_not_offered(
    provider: dict, kind: dict, person: dict, wish: dict, expected: tuple[WhyNot, ...]
) -> None:
    from dataclasses import replace

    found = why_not(
        replace(PROVIDER, **provider),
        replace(KindFacts(), **kind),
        replace(GROWN, **person),
        on=ON,
        **wish,
    )
    assert found == expected


def test_every_code_has_words() -> None:
    assert set(WHY_WORDS) == set(WhyNot)
    assert set(CANCEL_WORDS) == set(CancelReason)
    assert set(PATIENT_REASONS) | set(PRACTICE_REASONS) <= set(CancelReason)
    assert reason_words("checkup") == "A checkup"
    assert reason_words("") == ""
