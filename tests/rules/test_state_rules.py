"""The state pack: the strictest value wins, a row applies in its days, and an unread row blocks (CORE-1, CORE-2, COLL-T)."""

import re
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.money import Money
from billing.organisation import UNREAD, Organisation
from billing.state_rows import STATE_RULES
from billing.state_rules import Binds, Terms, rules_for, strictest, unreviewed

ROOT = Path(__file__).resolve().parents[2]
ON = date(2026, 11, 26)
PLAIN = Organisation(
    is_501r_hospital=False,
    is_large_facility_va=False,
    texas_facility_license=False,
    states_of_service=("OH",),
)
_DAYS, _CAPS = st.integers(0, 400), st.none() | st.integers(0, 1000)
TERMS = st.builds(
    Terms,
    wait_days=_DAYS,
    suit_wait_days=_DAYS,
    notice_days=_DAYS,
    suit_above=st.integers(0, 100_000).map(Money),
    contacts_a_week=_CAPS,
    interest_bp=_CAPS,
    plan_percent_of_income=_CAPS,
    time_limit_years=_CAPS,
    **{f.name: st.booleans() for f in fields(Terms) if f.default is False},
)


def _no_looser(one: Terms, than: Terms) -> bool:
    """Typed from the rule, field by field, without the code that merges."""
    at_least = (
        one.wait_days >= than.wait_days
        and one.suit_wait_days >= than.suit_wait_days
        and one.notice_days >= than.notice_days
        and one.suit_above >= than.suit_above
    )
    caps = [
        (one.contacts_a_week, than.contacts_a_week),
        (one.interest_bp, than.interest_bp),
        (one.plan_percent_of_income, than.plan_percent_of_income),
        (one.time_limit_years, than.time_limit_years),
    ]
    at_most = all(theirs is None or (mine is not None and mine <= theirs) for mine, theirs in caps)
    prohibitions = (
        "plan_offer_first", "screening_first", "itemised_bill_first", "appeal_stops_all",
        "no_credit_reporting", "no_home_lien", "no_wage_garnishment", "no_sale",
        "not_reported_in_bold",
    )  # fmt: skip
    banned = all(getattr(one, name) or not getattr(than, name) for name in prohibitions)
    return at_least and at_most and banned


@given(a=TERMS, b=TERMS)
def test_CORE_2_the_effective_rule_is_never_looser_than_either(a: Terms, b: Terms) -> None:
    both = strictest((a, b))
    assert _no_looser(both, a)
    assert _no_looser(both, b)
    assert both == strictest((b, a))
    assert strictest((a,)) == strictest((a, a)) == a


def _of(patient: str, *facilities: str, on: date = ON, who: Organisation = PLAIN) -> Terms:
    rows = rules_for(STATE_RULES, patient_state=patient, facility_states=facilities, on=on, who=who)
    return strictest(row.terms for row in rows)


def test_COLL_T4_New_Jersey_follows_its_people_and_its_offices() -> None:
    for terms in (_of("NJ", "OH"), _of("OH", "NJ")):
        assert (terms.wait_days, terms.notice_days, terms.interest_bp) == (120, 30, 300)
        assert terms.plan_offer_first
        assert terms.not_reported_in_bold
    assert _of("OH", "OH") == Terms()


def test_CORE_2_two_states_together_take_the_stricter_of_each_field() -> None:
    both = _of("NJ", "CO")
    assert (both.plan_percent_of_income, both.wait_days) == (2, 120)


def test_COLL_T_a_row_counts_from_its_day() -> None:
    assert _of("NY", "NY", on=date(2026, 8, 31)).contacts_a_week is None
    assert _of("NY", "NY", on=date(2026, 9, 1)).contacts_a_week == 3


@pytest.mark.parametrize("state", ["CA", "NY", "MD", "CO"])
def test_CORE_1_a_practice_that_never_said_it_is_no_hospital_is_bound_as_one(state: str) -> None:
    asked = replace(PLAIN, is_501r_hospital=None)
    assert _of(state, state, who=asked) == _of(
        state, state, who=replace(PLAIN, is_501r_hospital=True)
    )
    assert _of(state, state, who=asked) != _of(state, state)


def test_COLL_T7_Maryland_hospitals_wait_240_days_for_a_lawsuit() -> None:
    asked = replace(PLAIN, is_501r_hospital=None)
    terms = _of("MD", "MD", who=asked)
    assert (terms.suit_wait_days, terms.suit_above, terms.time_limit_years) == (
        240,
        Money(500_00),
        3,
    )


def test_CORE_2_every_state_has_rows_and_each_must_be_read() -> None:
    states = {row.state for row in STATE_RULES}
    assert len(states) == 52  # fifty states, DC and Puerto Rico
    read = {row.fingerprint for row in STATE_RULES if row.state == "NJ"}
    assert unreviewed(STATE_RULES, states={"NJ"}, reviewed=read) == ()
    assert unreviewed(STATE_RULES, states={"NJ", "OH"}, reviewed=read) == ("CORE-2-OH-rest",)
    assert unreviewed(STATE_RULES, states={"ZZ"}, reviewed=read) == ("ZZ",)
    assert unreviewed(STATE_RULES, states={""}, reviewed=read) == ("no state",)


def test_CORE_2_a_row_that_changed_is_unread_again() -> None:
    row = next(row for row in STATE_RULES if row.state == "NJ")
    changed = [replace(row, text=row.text + " And more.")]
    assert unreviewed(changed, states={"NJ"}, reviewed={row.fingerprint}) == (row.key,)
    stricter = [replace(row, terms=replace(row.terms, wait_days=121))]
    assert unreviewed(stricter, states={"NJ"}, reviewed={row.fingerprint}) == (row.key,)


def test_both_ways_round_are_one_law() -> None:
    by_key: dict[str, set[tuple[str, Terms, Binds]]] = {}
    for row in STATE_RULES:
        assert bool(row.patient_state) != bool(row.facility_state)
        by_key.setdefault(row.key, set()).add((row.text, row.terms, row.binds))
    assert all(len(said) == 1 for said in by_key.values())


@pytest.mark.parametrize(
    ("field", "binding", "free"),
    [
        ("is_501r_hospital", "is_hospital", False),
        ("is_large_facility_va", "is_large_in_virginia", False),
        ("texas_facility_license", "is_texas_facility", False),
        ("states_of_service", "is_texas_facility", ("OH",)),
        ("offers_plans_over_4_installments", "gives_credit", False),
    ],
)
def test_CORE_1_a_missing_field_is_the_strictest_branch(
    field: str, binding: str, free: object
) -> None:
    assert getattr(Organisation(), binding) is True
    assert getattr(Organisation(**{field: free}), binding) is False  # type: ignore[arg-type]  # one of them
    assert field in Organisation().missing


def test_CORE_1_every_answer_is_read_or_says_that_it_is_not() -> None:
    names = {field.name for field in fields(Organisation)}
    code = "".join(
        path.read_text()
        for path in (ROOT / "billing/organisation.py", *ROOT.glob("portal/queries/*.py"))
    )
    read = {name for name in names if re.search(rf"(self|organisation)\.{name}\b", code)}
    assert read == names - UNREAD.keys()


def test_COLL_30_credit_reporting_is_off_unless_somebody_says_otherwise() -> None:
    assert Organisation().furnishes_to_credit_bureaus is False
    assert "furnishes_to_credit_bureaus" not in Organisation().missing
