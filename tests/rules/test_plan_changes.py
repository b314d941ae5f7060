"""PLAN-14, PLAN-15: letters by the clock, what a person may change alone, and what-if stories."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.money import ZERO, Money
from billing.plan_changes import (
    ChangeReason,
    may_restart,
    owed_anew,
    take_in,
)
from billing.plan_clock import PlanLetter, letter_due, steps_between
from billing.plan_events import BillAdded, Disputed, Paid, PlanEvent, Signed
from billing.plan_standing import PlanStanding, fold
from billing.plan_what_if import What, what_if, what_ifs
from billing.plans import Policy, Terms, by_budget, by_months, schedule
from billing.state_pack import STATES
from billing.transitions import PLAN, PlanState, next_state
from tests.rules.plan_facts import FIRST_ON, SIGNED, SIGNED_ON, facts, some_terms, terms

DAY = timedelta(days=1)


def letters(policy: Policy, *happened: PlanEvent, days: range) -> list[tuple[int, PlanLetter]]:
    """The letters of a run on each of those days after the first due day, each remembered."""
    sent: dict[tuple[PlanLetter, date], date | None] = {}
    found = []
    for n in days:
        standing = fold(terms(), [SIGNED, *happened], FIRST_ON + n * DAY, policy=policy)
        due = letter_due(standing, sent)
        if due is not None:
            sent[due.letter, due.since] = due.cure_by
            found.append((n, due.letter))
            if due.letter is PlanLetter.DEFAULTED:
                break
    return found


def test_PLAN_14_the_letters_of_somebody_who_never_pays() -> None:
    assert letters(Policy(), days=range(120)) == [
        (1, PlanLetter.MISSED),
        (10, PlanLetter.REMINDER),
        (30, PlanLetter.SECOND_MISS),
        (60, PlanLetter.DEFAULTED),
    ]


def test_PLAN_14_New_Jersey_waits_sixty_days_before_anything_counts_as_missed() -> None:
    policy = Policy(grace_days=STATES["NJ"].grace_days)
    # The second instalment counts as missed 61 days after 15 February; both are needed.
    assert letters(policy, days=range(150))[-1] == (92, PlanLetter.DEFAULTED)


def test_PLAN_14_no_default_before_the_cure_date_of_a_letter_that_went_late() -> None:
    found = letters(Policy(), days=range(70, 120))
    assert found == [(70, PlanLetter.SECOND_MISS), (86, PlanLetter.DEFAULTED)]


def test_PLAN_14_one_missed_instalment_alone_is_no_default() -> None:
    month = timedelta(days=31)
    paid = [
        Paid(on=FIRST_ON + n * month, payment=f"p{n}", amount=Money(100_00), numbers=(n + 1,))
        for n in range(1, 6)
    ]
    found = letters(Policy(), *paid, days=range(200))
    assert PlanLetter.DEFAULTED not in {letter for _, letter in found}


def test_PLAN_14_nothing_that_is_disputed_is_ever_late() -> None:
    disputed = Disputed(on=SIGNED_ON, dispute="d", amount=Money(600_00))
    assert letters(Policy(), disputed, days=range(200)) == []
    standing = fold(terms(), [SIGNED, disputed], date(2027, 9, 1))
    assert (standing.past_due, standing.default_due) == (ZERO, False)


def test_PLAN_16_a_completed_plan_gets_one_letter() -> None:
    paid = Paid(on=FIRST_ON, payment="p", amount=Money(600_00))
    assert letters(Policy(), paid, days=range(40)) == [(0, PlanLetter.COMPLETED)]


def standing_at(on: date, *happened: PlanEvent) -> PlanStanding:
    return fold(terms(), [SIGNED, *happened], on)


@pytest.mark.parametrize(
    ("restarted", "on_time", "hardship", "expected"),
    [
        ([], 3, False, None),
        ([], 2, False, ChangeReason.TOO_FEW_ON_TIME),
        ([], 0, True, None),
        ([364], 3, False, ChangeReason.RESTARTED_THIS_YEAR),
        ([365], 3, False, None),
        ([900, 500], 3, True, ChangeReason.RESTARTED_TWICE),
    ],
)
def test_PLAN_15_a_restart_once_a_year_after_three_on_time_and_twice_in_all(
    restarted: list[int], on_time: int, hardship: bool, expected: ChangeReason | None
) -> None:
    days = [SIGNED_ON - n * DAY for n in restarted]
    assert may_restart(SIGNED_ON, restarted=days, on_time=on_time, hardship=hardship) is expected


@settings(max_examples=60, deadline=None)
@given(some_terms, facts)
def test_PLAN_15_a_bill_taken_in_covers_all_that_is_owed_from_the_next_day_on(
    agreed: Terms, happened: list[PlanEvent]
) -> None:
    on = SIGNED_ON + 200 * DAY
    added = BillAdded(on=on, amount=Money(77_77), bill="new")
    before = fold(agreed, [SIGNED, *happened, added], on)
    anew = take_in(before, owed_anew(before))
    for new in (anew.same_end, anew.same_amount):
        assert new.first_on > on
        assert schedule(new).total == owed_anew(before)
        after = fold(agreed, [SIGNED, *happened, added, Signed(on=on, seq=1, terms=new)], on)
        assert (after.total, after.remaining) == (new.total, new.total)
        assert (after.outside, after.state) == (ZERO, PlanState.ACTIVE)
        assert after.paid + after.paid_before == before.paid + before.paid_before
    tallest = max((row.amount for row in before.instalments if row.left), default=owed_anew(before))
    capped = anew.same_amount.instalments in {60, owed_anew(before).cents}
    assert capped or schedule(anew.same_amount).instalments[0].amount <= tallest


def test_what_if_tells_every_story_by_budget_and_by_months_with_the_plans_own_code() -> None:
    months = by_months(Money(600_05), 6, ZERO, FIRST_ON, 15)
    budget = by_budget(Money(600_05), Money(100_01), ZERO, FIRST_ON, 15)
    assert what_ifs(months, SIGNED_ON) == what_ifs(budget, SIGNED_ON)
    told = {story.what: story for story in what_ifs(months, SIGNED_ON, bill=Money(50_00))}
    assert set(told) == set(What)
    dues = {what: [line.left.cents for line in story.after] for what, story in told.items()}
    usual = 100_01
    assert dues == {
        What.BILL_ADDED_SAME_END: [110_01, 110_01, 110_01, 110_01, 110_00],
        What.BILL_ADDED_SAME_AMOUNT: [91_68, 91_68, 91_67, 91_67, 91_67, 91_67],
        What.BILL_FALLS: [0, usual, usual, usual, usual, 50_00],
        What.REFUNDED: [usual, usual, usual, usual, 100_00, usual],
        What.PAID_EARLY: [0, 0, usual, usual, usual, 100_00],
        What.PAID_SHORT: [0, 50_01, usual, usual, usual, 100_00],
        What.PAID_LATE: [0, 0, usual, usual, usual, 100_00],
        What.MISSED: [0, usual, usual, usual, usual, 100_00],
    }
    signed = {what for what, story in told.items() if story.needs_signature}
    assert signed == {What.BILL_ADDED_SAME_END, What.BILL_ADDED_SAME_AMOUNT}
    assert told[What.MISSED].past_due == Money(usual)
    assert told[What.REFUNDED].ends_after == date(2027, 7, 15)
    assert told[What.BILL_ADDED_SAME_AMOUNT].ends_after == date(2027, 7, 15)
    assert told[What.BILL_ADDED_SAME_END].ends_after == date(2027, 6, 15)


@settings(max_examples=80, deadline=None)
@given(some_terms, st.none() | st.integers(1, 200_000).map(Money))
def test_what_if_has_an_answer_for_any_terms(agreed: Terms, bill: Money | None) -> None:
    for story in what_ifs(agreed, SIGNED_ON, bill=bill):
        assert story.before
        assert story.after


def test_what_if_before_and_after_of_a_running_plan() -> None:
    paid = Paid(on=FIRST_ON, payment="p", amount=Money(250_00))
    before, after = what_if(terms(), [SIGNED], [paid], FIRST_ON)
    assert (before.next_amount, after.next_amount) == (Money(100_00), Money(50_00))
    assert (before.next_due, after.next_due) == (FIRST_ON, date(2027, 3, 15))


def test_PLAN_14_every_way_that_facts_can_move_a_plan_is_one_the_table_allows() -> None:
    for kept in PlanState:
        for found in PlanState:
            state = kept
            for step in steps_between(kept, found):
                following = next_state(PLAN, state, step)
                assert isinstance(following, PlanState), (kept, found, step)
                state = following
            assert state is found or not steps_between(kept, found)
