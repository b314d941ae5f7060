"""FA-3, FA-4, FA-8, COLL-T: what somebody with assistance owes; more income never gets more help."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billing.assistance import (
    CoveredLine,
    Means,
    Presumed,
    Route,
    agb_hundredths,
    award,
    in_hardship,
    terms,
)
from billing.assistance_scale import (
    DEFAULT_SCALE,
    FLOORS,
    Hardship,
    Scale,
    ScaleRefused,
    Tier,
    check_scale,
    floors_for,
)
from billing.money import ZERO, Money, total_of

DAY = date(2026, 6, 1)
ONE = Money(15_960_00)  # the poverty line of one person, 2026


def means(percent: Fraction | int, **changes: object) -> Means:
    found = Means(
        household=1, income=Money(int(ONE.cents * percent / 100)), states=("OH",), applied_on=DAY
    )
    return replace(found, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("percent", "discount", "cap"),
    [(0, 100, 0), (200, 100, 0), (250, 75, 5), (300, 60, 5), (350, 40, 10), (400, 25, 10)],
)
def test_FA_3_each_row_of_the_scale_at_its_edge(percent: int, discount: int, cap: int) -> None:
    at = means(percent)
    found = terms(at, DEFAULT_SCALE)
    assert (found.discount, found.cap) == (discount, Money(at.income.cents * cap // 100))
    if percent:
        above = terms(replace(at, income=at.income + Money(1)), DEFAULT_SCALE)
        assert above.discount < discount


def test_FA_3_above_the_last_row_there_is_none() -> None:
    found = terms(means(401), DEFAULT_SCALE)
    assert (found.route, found.helps, found.discount) == (Route.NONE, False, 0)


def test_FA_3_hardship_helps_above_the_scale() -> None:
    rich = means(500)
    quarter = Money(rich.income.cents // 4)
    assert not in_hardship(replace(rich, owed_in_year=quarter), Hardship())
    pressed = terms(replace(rich, owed_in_year=quarter + Money(1)), DEFAULT_SCALE)
    assert (pressed.route, pressed.discount) == (Route.HARDSHIP, 25)
    assert pressed.cap == Money(rich.income.cents // 10)
    tenth = Money(rich.income.cents // 10)
    assert terms(replace(rich, paid_in_year=tenth), DEFAULT_SCALE).route is Route.NONE
    paid = terms(replace(rich, paid_in_year=tenth + Money(1)), DEFAULT_SCALE)
    assert paid.route is Route.HARDSHIP


@pytest.mark.parametrize(
    ("state", "percent", "least"),
    [
        ("MD", 200, 100), ("MD", 300, 75), ("MD", 400, 50), ("MD", 500, 35),
        ("CA", 400, 25), ("NY", 400, 25), ("CO", 250, 75),
    ],
)  # fmt: skip
def test_FA_3_a_state_gives_at_least_its_floor(state: str, percent: int, least: int) -> None:
    mean = Scale((Tier(100, 100, 0),), None)
    assert terms(means(percent, states=(state,)), mean).discount == least
    elsewhere = means(percent, states=("OH", state))
    assert terms(elsewhere, mean).discount == least  # of the practice's own state too
    assert terms(means(percent), mean).route is Route.NONE


def test_FA_3_the_kindest_of_scale_and_floor_counts() -> None:
    found = terms(means(300, states=("MD",)), DEFAULT_SCALE)
    assert (found.route, found.discount) == (Route.FLOOR, 75)
    assert found.cap == Money(means(300).income.cents * 5 // 100)  # the scale's cap still holds
    assert found.because == ("FA-3", "COLL-T7")


def test_COLL_T_floors_begin_on_their_day_and_are_not_said_to_be_reviewed() -> None:
    assert floors_for(("md", "OH"), date(2024, 12, 31)) == ()
    assert [floor.state for floor in floors_for((" md ",), DAY)] == ["MD"]
    assert not any(floor.reviewed for floor in FLOORS)


def test_FA_8_what_proves_by_itself_forgives_all() -> None:
    for ground in Presumed:
        found = terms(means(900, presumed=ground), DEFAULT_SCALE)
        assert (found.route, found.discount, found.cap) == (Route.PRESUMED, 100, ZERO)


def test_FA_3_the_default_scale_passes_its_own_check() -> None:
    check_scale(DEFAULT_SCALE)


@pytest.mark.parametrize(
    ("scale", "words"),
    [
        (Scale(()), "at least one row"),
        (Scale((Tier(200, 100, 0), Tier(200, 50))), "rows go up"),
        (Scale((Tier(200, 100, 0), Tier(250, 40), Tier(300, 41)), None), "more than the"),
        (Scale((Tier(200, 100, 0), Tier(250, 50, 10), Tier(300, 50, 5)), None), "less in a year"),
        (Scale((Tier(200, 100, 0), Tier(250, 50), Tier(300, 50, 5)), None), "less in a year"),
        (Scale((Tier(99, 100, 0),), None), "nothing is asked for"),
        (Scale((Tier(200, 90, 5),), None), "nothing is asked for"),
        (Scale((Tier(200, 100, 0), Tier(300, 101))), "from 0% to 100%"),
        (Scale((Tier(200, 100),), None), "go together"),
        (Scale((Tier(200, 100, 0), Tier(300, 20, 10)), Hardship(discount=21)), "no kinder"),
        (Scale((Tier(200, 100, 0), Tier(300, 30, 10)), Hardship(cap=9)), "no kinder"),
        (Scale((Tier(200, 100, 0), Tier(300, 30, 10)), Hardship(debt_over=0)), "begins between"),
    ],
)
def test_FA_3_a_scale_that_could_favour_more_income_is_refused(scale: Scale, words: str) -> None:
    with pytest.raises(ScaleRefused, match=words):
        check_scale(scale)


caps = st.none() | st.integers(0, 30)
scales = st.builds(
    Scale,
    st.lists(st.builds(Tier, st.integers(50, 600), st.integers(0, 100), caps), max_size=5).map(
        lambda tiers: (Tier(150, 100, 0), *sorted(tiers, key=lambda tier: tier.up_to))
    ),
    st.none()
    | st.builds(
        Hardship, st.integers(1, 40), st.integers(1, 40), st.integers(0, 60), st.integers(1, 30)
    ),
)


@given(
    scale=scales | st.just(DEFAULT_SCALE),
    incomes=st.tuples(st.integers(0, 12_000_000), st.integers(0, 12_000_000)),
    states=st.lists(st.sampled_from(["OH", "MD", "CA", "NY", "CO", "AK"]), min_size=1, max_size=2),
    owed=st.integers(0, 3_000_000),
    shares=st.lists(st.integers(0, 900_000), min_size=1, max_size=4),
    agb=st.none() | st.integers(0, 10_000),
)
def test_FA_3_a_higher_income_never_pays_less(
    *,
    scale: Scale,
    incomes: tuple[int, int],
    states: list[str],
    owed: int,
    shares: list[int],
    agb: int | None,
) -> None:
    try:
        check_scale(scale)
    except ScaleRefused:
        return
    lines = [
        CoveredLine(charge_id=n, gross=Money(share * 2), due=Money(share), paid=ZERO)
        for n, share in enumerate(shares)
    ]
    asked = []
    for income in sorted(incomes):
        found = terms(
            Means(
                household=2,
                income=Money(income),
                states=tuple(states),
                applied_on=DAY,
                owed_in_year=Money(owed),
            ),
            scale,
        )
        limit = agb if found.helps else None
        asked.append(
            (found.discount, award(lines, discount=found.discount, agb=limit, cap=found.cap))
        )
    (poorer_discount, poorer), (richer_discount, richer) = asked
    assert poorer_discount >= richer_discount
    assert poorer.owes <= richer.owes


line_sets = st.lists(
    st.builds(
        lambda n, gross, due, paid: CoveredLine(
            charge_id=n, gross=Money(gross), due=Money(due), paid=Money(paid)
        ),
        st.integers(1, 99), st.integers(0, 500_000), st.integers(-20_000, 300_000),
        st.integers(0, 200_000),
    ),
    max_size=6,
)  # fmt: skip


@example(  # the whole discount is rounded up by nearly a cent, and one line takes all of it
    lines=[
        CoveredLine(charge_id=n, gross=ZERO, due=ZERO, paid=Money(paid))
        for n, paid in ((1, 1), (2, 7))
    ],
    discount=13,
    agb=None,
    cap=None,
    counted=0,
)
@given(
    lines=line_sets,
    discount=st.integers(0, 100),
    agb=st.none() | st.integers(0, 10_000),
    cap=st.none() | st.integers(0, 400_000),
    counted=st.integers(0, 100_000),
)
def test_FA_4_every_line_is_right_to_the_cent(
    lines: list[CoveredLine], discount: int, agb: int | None, cap: int | None, counted: int
) -> None:
    found = award(
        lines,
        discount=discount,
        agb=agb,
        cap=None if cap is None else Money(cap),
        counted=Money(counted),
    )
    for one in found.lines:
        assert one.off + one.owes == one.line.share
        assert one.off >= ZERO or one.line.share <= ZERO
        assert one.owes - one.line.paid == one.due_after - one.back
        if one.line.share <= ZERO:
            assert one.off == ZERO
        elif agb is not None:
            assert one.owes.cents * 10_000 <= agb * one.line.gross.cents  # FA-4
    positive = [one for one in found.lines if one.line.share > ZERO]
    shares = total_of(one.line.share for one in positive)
    owes = total_of(one.owes for one in positive)
    assert owes <= Money(shares.cents * (100 - discount) // 100)
    if cap is not None:
        assert owes <= max(Money(cap - counted), ZERO)
    if agb is None and cap is None:  # and no kinder than the scale says
        assert owes == Money(shares.cents * (100 - discount) // 100)
        off = shares - owes  # rounded once for all, then each line's part by largest remainder
        for one in positive:
            exact = Fraction(off.cents * one.line.share.cents, shares.cents)
            assert abs(one.off.cents - exact) < 1


def test_FA_4_the_lower_of_scale_and_agb() -> None:
    line = CoveredLine(charge_id=1, gross=Money(100_00), due=Money(80_00), paid=ZERO)
    assert award([line], discount=25, agb=50_00).owes == Money(50_00)  # AGB is lower
    assert award([line], discount=75, agb=50_00).owes == Money(20_00)  # the scale is lower
    assert award([line], discount=0, agb=33_33).owes == Money(33_33)


def test_COLL_9_what_was_paid_beyond_it_is_told() -> None:
    line = CoveredLine(charge_id=1, gross=Money(200_00), due=Money(30_00), paid=Money(70_00))
    found = award([line], discount=60, agb=None)
    assert (found.owes, found.off) == (Money(40_00), Money(60_00))
    assert (found.due_after, found.back) == (ZERO, Money(30_00))


def test_FA_3_the_cap_of_a_year_counts_what_was_left_before() -> None:
    lines = [
        CoveredLine(charge_id=n, gross=Money(900_00), due=Money(300_00), paid=ZERO)
        for n in (1, 2, 3)
    ]
    found = award(lines, discount=25, agb=None, cap=Money(500_00), counted=Money(100_00))
    assert [one.owes.cents for one in found.lines] == [133_33, 133_33, 133_34]
    assert (
        award(lines, discount=25, agb=None, cap=Money(500_00), counted=Money(600_00)).owes == ZERO
    )


@pytest.mark.parametrize(
    ("allowed", "gross", "found"),
    [(40_00, 100_00, 40_00), (1_00, 3_00, 33_33), (150_00, 100_00, 100_00), (0, 0, None)],
)
def test_FA_4_amounts_generally_billed_round_down(
    allowed: int, gross: int, found: int | None
) -> None:
    assert agb_hundredths(allowed=Money(allowed), gross=Money(gross)) == found


def test_FA_2_no_household_no_income_below_zero() -> None:
    with pytest.raises(ValueError, match="at least one person"):
        terms(means(100, household=0), DEFAULT_SCALE)
    with pytest.raises(ValueError, match="below zero"):
        terms(means(100, income=Money(-1)), DEFAULT_SCALE)
