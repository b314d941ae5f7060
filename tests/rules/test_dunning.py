"""The calendar of an account: what is due on which day, and that what is on record is never due again (STMT-10)."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from billing.dunning import Deliveries, Due, Step, bundle_due, due
from billing.gate import Clocks, Episode, FinalNotice, GateFacts, missing_for_placement
from billing.money import Money
from billing.organisation import Organisation
from billing.state_rules import Terms

D0 = date(2026, 1, 5)
CLOCKS = Clocks(service_on=date(2025, 12, 1), first_statement_on=D0)
OWED = Money(100_00)


def day(number: int) -> date:
    return D0 + timedelta(days=number)


def steps(at: int, done: Deliveries, **fields: int) -> set[Step]:
    return {one.step for one in due(CLOCKS, OWED, done, day(at), **fields)}


FOUR = (day(0), day(30), day(60), day(90))


def test_STMT_10_statements_on_days_0_30_60_and_90_and_no_fifth() -> None:
    told: tuple[date, ...] = (day(0),)
    sent = []
    for at in range(1, 400):
        if Step.STATEMENT in steps(at, Deliveries(statements=told)):
            told += (day(at),)
            sent.append(at)
    assert sent == [30, 60, 90]


def test_COLL_4_the_final_notice_is_due_on_day_90_with_four_statements() -> None:
    assert Step.FINAL_NOTICE not in steps(89, Deliveries(statements=FOUR[:3]))
    assert Step.FINAL_NOTICE not in steps(120, Deliveries(statements=FOUR[:3]))
    assert Step.FINAL_NOTICE in steps(90, Deliveries(statements=FOUR))
    done = Deliveries(statements=FOUR, final_notices=(day(90),))
    assert Step.FINAL_NOTICE not in steps(400, done)
    # One from before its day is none.
    early = replace(done, final_notices=(day(89),))
    assert Step.FINAL_NOTICE in steps(90, early)


def test_FA_8_and_COLL_5_screening_and_the_call_come_before_the_gate() -> None:
    nothing = Deliveries(statements=FOUR)
    assert Step.SCREENING not in steps(59, nothing)
    assert Step.SCREENING in steps(60, nothing)
    assert Step.ORAL_ATTEMPT not in steps(89, nothing)
    assert Step.ORAL_ATTEMPT in steps(90, nothing)
    called = replace(nothing, oral_attempts=(day(-3),))
    assert Step.ORAL_ATTEMPT in steps(90, called)


def test_COLL_3_the_gate_opens_on_day_121_and_not_before_its_notice_and_call_are_old_enough() -> (
    None
):
    done = Deliveries(
        statements=FOUR,
        screened_on=day(60),
        oral_attempts=(day(90),),
        final_notices=(day(90),),
    )
    assert steps(120, done) == set()
    assert due(CLOCKS, OWED, done, day(121)) == (Due(step=Step.GATE_OPEN, due_on=day(121)),)
    late = replace(done, final_notices=(day(100),))
    assert (steps(130, late), steps(131, late)) == (set(), {Step.GATE_OPEN})
    for screened in (None, day(-1)):
        assert Step.GATE_OPEN not in steps(400, replace(done, screened_on=screened))


def test_COLL_3_COLL_4_the_day_on_which_the_gate_may_open_is_the_first_that_it_lets_pass() -> None:
    """The last day that the letter names, and what the law of a state adds, are waited for."""
    notice = FinalNotice(
        sent_on=day(90),
        deadline_on=day(125),
        names=frozenset({"placement"}),
        encloses_summary=True,
    )
    bill = Episode(visit_id=1, clocks=CLOCKS, balance=OWED, statements=FOUR, notices=(notice,))
    facts = GateFacts(
        organisation=Organisation(states_of_service=("OH",), is_501r_hospital=False),
        episodes=(bill,),
        oral_attempts=(day(90),),
        screened_on=day(60),
    )
    for terms, number in (
        (Terms(), 126),
        (Terms(wait_days=180), 181),
        (Terms(notice_days=60), 150),
    ):
        asked = replace(facts, terms=terms)
        [opens] = bundle_due(asked, day(400))
        assert opens == Due(step=Step.GATE_OPEN, due_on=day(number))
        assert missing_for_placement(asked, day(number)) == set()
        assert missing_for_placement(asked, day(number - 1)) != set()


def test_COLL_3_of_bills_that_go_together_a_step_counts_from_the_latest_first_statement() -> None:
    """Also where the other is younger, for the days of a long dispute: what was done before is due again."""
    disputed = Episode(visit_id=1, clocks=CLOCKS, balance=OWED, statements=FOUR, held_days=120)
    later = Episode(
        visit_id=2,
        clocks=replace(CLOCKS, first_statement_on=day(100)),
        balance=OWED,
        statements=(day(100), day(130), day(160), day(190)),
    )
    facts = GateFacts(
        organisation=Organisation(states_of_service=("OH",), is_501r_hospital=False),
        episodes=(disputed, later),
        oral_attempts=(day(90),),
        screened_on=day(60),
    )
    assert facts.youngest == disputed
    assert {"COLL-5", "FA-8"} <= missing_for_placement(facts, day(245))
    wanted = {Step.SCREENING, Step.ORAL_ATTEMPT, Step.FINAL_NOTICE}
    assert {one.step for one in bundle_due(facts, day(245))} == wanted


def test_DISP_2_days_in_a_dispute_move_every_step_but_no_statement() -> None:
    nothing = Deliveries(statements=FOUR)
    assert Step.ORAL_ATTEMPT not in steps(94, nothing, held_days=5)
    assert Step.ORAL_ATTEMPT in steps(95, nothing, held_days=5)


def test_CORE_3_nothing_is_due_without_a_first_statement_or_without_a_debt() -> None:
    unsent = replace(CLOCKS, first_statement_on=None)
    assert due(unsent, OWED, Deliveries(), day(400)) == ()
    assert due(CLOCKS, Money(0), Deliveries(statements=FOUR), day(400)) == ()


@given(
    statements=st.sets(st.integers(0, 200), max_size=6),
    screened=st.none() | st.integers(0, 200),
    calls=st.sets(st.integers(-10, 200), max_size=3),
    notices=st.sets(st.integers(0, 200), max_size=3),
    held=st.integers(0, 60),
    at=st.integers(0, 300),
)
def test_what_is_due_stays_due_until_it_is_done(  # type: ignore[no-untyped-def]  # six drawn values
    *, statements, screened, calls, notices, held, at
):
    done = Deliveries(
        statements=tuple(day(n) for n in sorted(statements)),
        screened_on=None if screened is None else day(screened),
        oral_attempts=tuple(day(n) for n in sorted(calls)),
        final_notices=tuple(day(n) for n in sorted(notices)),
    )
    today = due(CLOCKS, OWED, done, day(at), held_days=held)
    assert set(today) <= set(due(CLOCKS, OWED, done, day(at + 1), held_days=held))
    assert all(one.due_on <= day(at) for one in today)
    assert len({one.step for one in today}) == len(today)
