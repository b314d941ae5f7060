"""What must be proven before a final notice, a placement and a lawsuit: each step on its boundary days (COLL-2 to COLL-5)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from billing.gate import (
    Clocks,
    Episode,
    FinalNotice,
    GateFacts,
    may_place,
    may_send_final_notice,
    may_sue,
    too_old_on,
)
from billing.holds import MATRIX, Action, Allowed, Condition, Denied, Effect, rule_of
from billing.money import Money
from billing.organisation import Organisation
from billing.state_rules import Terms

D0 = date(2026, 1, 5)
NOBODY = Organisation(states_of_service=("OH",), is_501r_hospital=False)


def day(number: int) -> date:
    return D0 + timedelta(days=number)


NOTICE = FinalNotice(
    sent_on=day(90), deadline_on=day(120), names=frozenset({"placement"}), encloses_summary=True
)
EPISODE = Episode(
    visit_id=1,
    clocks=Clocks(
        service_on=date(2025, 11, 3), responsible_on=date(2026, 1, 2), first_statement_on=D0
    ),
    balance=Money(200_00),
    statements=(day(0), day(30), day(60), day(90)),
    notices=(NOTICE,),
)
READY = GateFacts(
    organisation=NOBODY,
    episodes=(EPISODE,),
    oral_attempts=(day(90),),
    screened_on=day(60),
)


def ids(answer: Allowed | Denied) -> tuple[str, ...]:
    return answer.rule_ids if isinstance(answer, Denied) else ()


def place(at: int = 121, **changes: object) -> tuple[str, ...]:
    episode = {k: v for k, v in changes.items() if k in Episode.__slots__ and k != "conditions"}
    rest = {k: v for k, v in changes.items() if k not in episode}
    facts = replace(READY, episodes=(replace(EPISODE, **episode),), **rest)  # type: ignore[arg-type]
    return ids(may_place(facts, day(at)))


def test_COLL_2_with_every_step_proven_the_gate_opens() -> None:
    assert place() == ()


@pytest.mark.parametrize(
    ("at", "rules"), [(119, ("COLL-3", "COLL-4", "COLL-5")), (120, ("COLL-3", "COLL-4")), (121, ())]
)
def test_COLL_3_days_119_and_120_are_too_early_and_121_is_not(
    at: int, rules: tuple[str, ...]
) -> None:
    assert place(at) == rules


def test_COLL_3_bundled_bills_count_from_the_latest_first_statement() -> None:
    later = replace(
        EPISODE,
        visit_id=2,
        clocks=replace(EPISODE.clocks, first_statement_on=day(10), responsible_on=day(5)),
        statements=(day(10), day(40), day(70), day(100)),
        notices=(replace(NOTICE, sent_on=day(100), deadline_on=day(130)),),
    )
    both = replace(READY, episodes=(EPISODE, later), oral_attempts=(day(100),), screened_on=day(70))
    assert "COLL-3" in ids(may_place(both, day(130)))
    assert may_place(both, day(131)) == Allowed()
    # What was done before the later one was told of, was not about it.
    before = replace(both, oral_attempts=(day(9),), screened_on=day(9))
    assert ids(may_place(before, day(131))) == ("COLL-5", "FA-8")
    # Alone, the older one was ready ten days before.
    assert may_place(replace(both, episodes=(EPISODE,)), day(130)) == Allowed()


def test_CORE_3_without_a_first_statement_nothing_goes() -> None:
    clocks = replace(EPISODE.clocks, first_statement_on=None)
    assert set(place(clocks=clocks)) == {"CORE-3", "COLL-3", "COLL-4", "COLL-5", "FA-8"}


def test_DISP_2_days_in_a_dispute_do_not_count() -> None:
    assert place(121, held_days=1) == ("COLL-3",)
    assert place(122, held_days=1) == ()
    ended = day(110)
    assert place(123, dispute_ended_on=ended, held_days=1) == ("DISP-2",)
    assert place(124, dispute_ended_on=ended, held_days=1) == ()


@pytest.mark.parametrize("told", range(4))
def test_STMT_10_four_statements_first(told: int) -> None:
    assert place(statements=EPISODE.statements[:told]) == ("STMT-10",)
    # The same day twice is one statement.
    assert place(statements=(day(0),) * 4) == ("STMT-10",)


@pytest.mark.parametrize(
    "notice",
    [
        replace(NOTICE, sent_on=day(89)),  # before D90
        replace(NOTICE, sent_on=day(92)),  # 29 days before
        replace(NOTICE, deadline_on=day(119)),  # a last day too near
        replace(NOTICE, deadline_on=day(121)),  # its last day is the patient's
        replace(NOTICE, names=frozenset({"lawsuit"})),  # an action that it does not name
        replace(NOTICE, encloses_summary=False),
    ],
)
def test_COLL_4_a_notice_that_lacks_anything_is_none(notice: FinalNotice) -> None:
    assert place(notices=(notice,)) == ("COLL-4",)
    assert place(notices=()) == ("COLL-4",)


def test_COLL_4_it_counts_once_the_last_day_that_it_names_is_over() -> None:
    """Until that day, it says, one word of theirs stops everything: the day is theirs to its end."""
    late = replace(NOTICE, sent_on=day(95), deadline_on=day(125))
    assert place(125, notices=(late,)) == ("COLL-4",)
    assert place(126, notices=(late,)) == ()


def test_PLAN_14_a_plan_that_was_lost_needs_a_notice_after_it() -> None:
    assert place(plan_defaulted_on=day(91)) == ("COLL-4",)
    assert place(plan_defaulted_on=day(90)) == ()


def test_COLL_5_an_oral_attempt_thirty_days_before_and_after_the_first_statement() -> None:
    assert place(oral_attempts=()) == ("COLL-5",)
    assert place(oral_attempts=(day(-1),)) == ("COLL-5",)
    assert place(oral_attempts=(day(92),)) == ("COLL-5",)
    assert place(oral_attempts=(day(91),)) == ()


def test_FA_8_screened_since_the_first_statement() -> None:
    assert place(screened_on=None) == place(screened_on=day(-1)) == ("FA-8",)
    assert place(screened_on=day(122)) == ("FA-8",)
    assert place(screened_on=day(121)) == ()


def test_STMT_9_an_itemised_bill_within_thirty_days_where_Texas_binds() -> None:
    texas = Organisation(is_501r_hospital=False)  # nobody said that it is no Texas facility
    on_time = replace(EPISODE.clocks, responsible_on=D0 - timedelta(days=30))
    late = replace(EPISODE.clocks, responsible_on=D0 - timedelta(days=31))
    assert place(organisation=texas, clocks=on_time) == ()
    assert place(organisation=texas, clocks=late) == ("STMT-9",)
    assert place(clocks=late) == ()


def test_CORE_2_rows_that_nobody_reviewed_deny() -> None:
    assert place(unreviewed_rows=("COLL-T4-NJ",)) == ("CORE-2",)


def test_COLL_T4_a_plan_was_offered_first() -> None:
    nj = {"terms": Terms(plan_offer_first=True), "terms_rules": {"plan_offer_first": "COLL-T4"}}
    assert place(**nj) == place(plan_offered_on=day(-1), **nj) == ("COLL-T4",)
    assert place(plan_offered_on=day(90), **nj) == ()


def test_COLL_T4_the_notice_says_in_bold_that_nothing_was_reported() -> None:
    terms = Terms(not_reported_in_bold=True)
    nj = {"terms": terms, "terms_rules": {"not_reported_in_bold": "COLL-T4"}}
    assert place(**nj) == ("COLL-T4",)
    said = replace(NOTICE, not_reported_in_bold=True)
    assert place(notices=(said,), **nj) == place(notices=(NOTICE, said), **nj) == ()
    late = replace(said, sent_on=day(95))
    assert place(notices=(NOTICE, late), **nj) == ("COLL-T4",)


def test_COLL_T_a_states_longer_wait_counts() -> None:
    terms = {"terms": Terms(wait_days=130), "terms_rules": {"wait_days": "COLL-T12"}}
    assert place(130, **terms) == ("COLL-T12",)
    assert place(131, **terms) == ()
    longer = {"terms": Terms(notice_days=40), "terms_rules": {}}
    assert place(129, **longer) == ("COLL-4",)
    assert place(130, **longer) == ()


def test_COLL_23_too_old_by_the_states_years_or_the_shortest() -> None:
    old = replace(EPISODE, clocks=replace(EPISODE.clocks, service_on=date(2024, 2, 29)))
    assert too_old_on(old, Terms(time_limit_years=6)) == date(2030, 3, 1)
    assert too_old_on(old, Terms()) == date(2027, 3, 1)
    last = date(2023, 5, 6)  # three years before day 121, which is May 6, 2026
    assert place(clocks=replace(EPISODE.clocks, service_on=last)) == ()
    before = replace(EPISODE.clocks, service_on=last - timedelta(days=1))
    assert place(clocks=before) == ("COLL-23",)
    years = {"terms": Terms(time_limit_years=6), "terms_rules": {}}
    assert place(clocks=before, **years) == ()


def test_STMT_11_where_nothing_is_owed_nothing_goes() -> None:
    assert place(balance=Money(0)) == ("STMT-11",)
    assert "STMT-11" in ids(may_place(replace(READY, episodes=()), day(121)))


@pytest.mark.parametrize("condition", Condition)
@pytest.mark.parametrize("of_visit", [True, False])
def test_CORE_6_one_held_bill_keeps_all(condition: Condition, of_visit: bool) -> None:
    held = frozenset({condition})
    facts = (
        replace(READY, episodes=(replace(EPISODE, conditions=held),))
        if of_visit
        else replace(READY, conditions=held)
    )
    for action, asked in (
        (Action.PLACEMENT, may_place(facts, day(121))),
        (Action.FINAL_NOTICE, may_send_final_notice(facts, day(121))),
    ):
        if MATRIX[condition][action] is Effect.OK:
            assert asked == Allowed()
        else:
            assert asked == Denied((rule_of(condition, action),), held)


def test_COLL_17_what_a_manager_cleared_opens_only_its_own_cell() -> None:
    facts = replace(
        READY,
        conditions=frozenset({Condition.ATTORNEY, Condition.BANKRUPTCY}),
        clearances=frozenset(
            {(Condition.ATTORNEY, Action.PLACEMENT), (Condition.BANKRUPTCY, Action.PLACEMENT)}
        ),
    )
    assert ids(may_place(facts, day(121))) == ("COLL-24",)
    attorney = replace(facts, conditions=frozenset({Condition.ATTORNEY}))
    assert may_place(attorney, day(121)) == Allowed()
    assert "COLL-17" in ids(may_sue(attorney, day(121)))


@pytest.mark.parametrize(("at", "rules"), [(89, ("STMT-10",)), (90, ())])
def test_STMT_10_a_final_notice_from_day_90_on(at: int, rules: tuple[str, ...]) -> None:
    assert ids(may_send_final_notice(READY, day(at))) == rules


def test_COLL_27_a_lawsuit_needs_more() -> None:
    assert ids(may_sue(READY, day(121))) == ("COLL-27",)
    sworn = replace(READY, affidavit_on=day(110))
    assert may_sue(sworn, day(121)) == Allowed()
    assert ids(may_sue(replace(READY, affidavit_on=day(90)), day(121))) == ("COLL-27",)
    md = replace(
        sworn,
        terms=Terms(suit_wait_days=240, suit_above=Money(500_00)),
        terms_rules={"suit_wait_days": "COLL-T7", "suit_above": "COLL-T7"},
    )
    assert ids(may_sue(md, day(121))) == ("COLL-T7",)
    assert may_place(md, day(121)) == Allowed()
