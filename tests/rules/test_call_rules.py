"""COLL-5, COLL-13 to 15, COLL-21: when a call about a bill may begin, what counts as having told of help, what a voicemail says."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.call_rules import (
    CALLS_MOST,
    Call,
    Outcome,
    is_telling,
    may_call,
    message_words,
    silent_attempts,
)

NEW_YORK, HONOLULU = "America/New_York", "Pacific/Honolulu"
DAY = date(2026, 3, 2)


def at(day: date, hour: int = 11, minute: int = 0, zone: str = NEW_YORK) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone))


def call(day: date, outcome: Outcome | None = Outcome.NO_ANSWER, **kwargs) -> Call:
    return Call(at=at(day), on=day, outcome=outcome, **kwargs)


def ask(moment: datetime, calls=(), written=(), zones=(NEW_YORK,)):
    return may_call(moment, calls=calls, written=written, zones=zones, practice_zone=NEW_YORK)


def back(days: int) -> date:
    return DAY - timedelta(days=days)


def test_COLL_14_nothing_so_far_and_the_hours_open_may_call_now() -> None:
    assert ask(at(DAY)).now
    assert ask(at(DAY)).again_at == at(DAY)


@pytest.mark.parametrize(
    ("hour", "minute", "opens"), [(11, 59, False), (12, 0, True), (16, 59, True), (17, 0, False)]
)
def test_COLL_15_no_call_at_hours_that_they_asked_us_not_to_use(
    hour: int, minute: int, opens: bool
) -> None:
    answer = may_call(
        at(DAY, hour, minute),
        calls=(),
        written=(),
        zones=(NEW_YORK,),
        practice_zone=NEW_YORK,
        asked_from=time(12),
        asked_until=time(17),
    )
    assert answer.now is opens
    if not opens:
        assert answer.rule_ids == ("COLL-15",)
        assert answer.again_at == at(DAY if hour < 12 else DAY + timedelta(days=1), 12)


def test_COLL_15_hours_that_they_asked_for_never_widen_the_laws() -> None:
    early = may_call(
        at(DAY, 7), calls=(), written=(), zones=(NEW_YORK,), practice_zone=NEW_YORK,
        asked_from=time(6), asked_until=time(23),
    )  # fmt: skip
    assert early.again_at == at(DAY, 8)
    never = may_call(
        at(DAY, 12), calls=(), written=(), zones=(NEW_YORK,), practice_zone=NEW_YORK,
        asked_until=time(7),
    )  # fmt: skip
    assert (never.rule_ids, never.again_at) == (("COLL-15",), None)


@pytest.mark.parametrize("ago", range(10))
def test_COLL_14_no_call_within_seven_days_after_a_conversation_whose_day_is_the_first(
    ago: int,
) -> None:
    for outcome, inbound in product(Outcome, (False, True)):
        answer = ask(at(DAY), [call(back(ago), outcome, inbound=inbound)])
        talked = outcome in {Outcome.SPOKE, Outcome.REFUSED}
        assert answer.now is (ago >= 7 or not talked)
        if not answer.now:
            assert answer.rule_ids == ("COLL-14",)
            assert answer.again_at == at(back(ago) + timedelta(days=7), 8)


def test_COLL_13_the_fourth_contact_in_seven_days_is_denied_over_all_channels() -> None:
    for calls in range(4):
        days = [back(i + 1) for i in range(3)]
        answer = ask(at(DAY), [call(d) for d in days[:calls]], days[calls:])
        assert answer.rule_ids == ("COLL-13",)
        assert answer.again_at == at(back(3) + timedelta(days=7), 8)
    assert ask(at(DAY), [call(back(1))], [back(2)]).now
    assert ask(at(DAY), [call(back(1)), call(back(7))], [back(2)]).now


def test_COLL_13_what_they_began_is_no_contact_of_ours() -> None:
    assert ask(at(DAY), [call(DAY, Outcome.NO_ANSWER, inbound=True)] * 5).now


def test_COLL_14_eight_calls_in_seven_days_are_denied_by_both_caps() -> None:
    week = [call(back(i)) for i in range(CALLS_MOST)]
    assert ask(at(DAY), week).rule_ids == ("COLL-13", "COLL-14")
    assert ask(at(DAY), week[:6]).rule_ids == ("COLL-13",)


def test_COLL_14_a_call_that_was_begun_and_has_no_outcome_counts() -> None:
    assert not ask(at(DAY), [call(back(1), None)] * 3).now


@pytest.mark.parametrize(
    ("hour", "minute", "open_"),
    [(7, 59, False), (8, 0, True), (20, 59, True), (21, 0, False), (0, 0, False)],
)
def test_COLL_15_calls_between_eight_and_twenty_one(hour: int, minute: int, open_: bool) -> None:
    answer = ask(at(DAY, hour, minute))
    assert answer.now is open_
    assert answer.rule_ids == (() if open_ else ("COLL-15",))


def test_COLL_15_both_zones_must_be_inside() -> None:
    zones = (NEW_YORK, HONOLULU)
    assert ask(at(DAY, 12), zones=zones).again_at == at(DAY, 8, zone=HONOLULU)
    assert ask(at(DAY, 14), zones=zones).now  # nine in Honolulu
    assert not ask(at(DAY, 16, zone=HONOLULU), zones=zones).now  # 21:00 in New York


def test_COLL_15_the_caps_and_the_hours_are_both_told() -> None:
    answer = ask(at(DAY, 6), [call(back(6), Outcome.SPOKE)])
    assert answer.rule_ids == ("COLL-14", "COLL-15")
    assert answer.again_at == at(DAY + timedelta(days=1), 8)


@given(
    ours=st.lists(st.integers(0, 20), max_size=12),
    written=st.lists(st.integers(0, 20), max_size=6),
    talks=st.lists(st.integers(0, 20), max_size=3),
    hour=st.integers(0, 23),
)
def test_COLL_14_what_is_named_as_again_is_open_and_never_breaks_a_cap(
    ours: list[int], written: list[int], talks: list[int], hour: int
) -> None:
    calls = [call(back(n)) for n in ours] + [call(back(n), Outcome.SPOKE) for n in talks]
    texts = [back(n) for n in written]
    answer = ask(at(DAY, hour), calls, texts)
    assert answer.again_at is not None
    assert answer.again_at >= at(DAY, hour)
    assert ask(answer.again_at, calls, texts).now
    on = answer.again_at.astimezone(ZoneInfo(NEW_YORK)).date()
    recent = [c.on for c in calls if c.on > on - timedelta(days=7)]
    assert len(recent) < 7
    assert len(recent) + sum(d > on - timedelta(days=7) for d in texts) < 3
    assert all(on >= c.on + timedelta(days=7) for c in calls if c.talked)
    assert answer.again_at.tzinfo is UTC or answer.now


@pytest.mark.parametrize("outcome", [*Outcome, None])
@pytest.mark.parametrize("told", [True, False])
def test_COLL_5_only_a_person_on_the_line_is_told(outcome: Outcome | None, told: bool) -> None:
    one = call(DAY, outcome, told_of_help=told)
    assert is_telling(one) is (told and outcome in {Outcome.SPOKE, Outcome.REFUSED})
    assert silent_attempts([one]) == ()


def test_COLL_5_three_days_without_an_answer_are_an_attempt_and_a_wrong_number_is_none() -> None:
    days = [back(3), back(2), back(1)]
    assert silent_attempts([call(d) for d in days]) == (back(1),)
    assert silent_attempts([call(days[0])] * 3) == ()
    wrong = [call(d, Outcome.WRONG_NUMBER) for d in days]
    assert silent_attempts(wrong) == ()
    theirs = [call(d, Outcome.NO_ANSWER, inbound=True) for d in days]
    assert silent_attempts(theirs) == ()
    mixed = [call(days[0]), call(days[1], Outcome.LEFT_MESSAGE), call(days[2])]
    assert silent_attempts(mixed) == (back(1),)
    assert silent_attempts([call(back(n)) for n in range(7)]) == (back(4), back(1))


@pytest.mark.parametrize(("ago", "counts"), [(60, True), (61, False)])
def test_COLL_5_days_without_an_answer_count_together_within_sixty_days(
    ago: int, counts: bool
) -> None:
    days = [call(back(ago)), call(back(1)), call(DAY)]
    assert silent_attempts(days) == ((DAY,) if counts else ())


PRESSING = (
    *("bill", "balance", "owe", "debt", "pay", "collect", "account", "past due", "amount"),
    *("legal", "agency", "credit"),
)


def test_COLL_21_a_voicemail_says_who_called_and_never_why() -> None:
    words = message_words(practice="Sample Family Practice", caller="Cora", phone="(212) 555-0100")
    assert [word for word in PRESSING if word in words.casefold()] == []
    assert "Cora" in words
    assert "(212) 555-0100" in words
