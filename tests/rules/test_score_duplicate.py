"""ID-5: what makes two records likely to be one person, and what never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.queries.staff_duplicates import LIKELY
from portal.services.score_duplicate import PersonFacts, score

TESTA = PersonFacts(
    last_name="Sample",
    first_name="Roberta",
    birth_on=date(1980, 3, 4),
    sex="F",
    street="1 Sample Street",
    postal_code="12345",
    mobile="+15555550101",
    email="testa@example.com",
    members=frozenset({(1, "XYZ123")}),
)
BARE = PersonFacts(last_name="Sample", first_name="Roberta", birth_on=date(1980, 3, 4))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"first_name": "Bobbie", "street": "", "mobile": "", "email": ""},
        {"last_name": "Sample-Example"},
        {"last_name": "Sampel"},
        {"birth_on": date(1980, 4, 3)},
        {"birth_on": date(1980, 3, 14)},
        {"first_name": "R", "members": frozenset()},
        {"last_name": "Othername"},  # a new last name; all else agrees
    ],
)
def test_ID_5_one_person_spelled_in_two_ways_is_likely(change: dict[str, object]) -> None:
    found = score(TESTA, replace(TESTA, **change))
    assert found.score >= LIKELY, found


@pytest.mark.parametrize(
    "change",
    [
        {"first_name": "Devon"},  # twins: all else agrees
        {"suffix": "Jr.", "birth_on": date(2005, 3, 4)},
        {"birth_on": date(1990, 7, 21)},
    ],
)
def test_ID_5_twins_and_parents_are_not_likely(change: dict[str, object]) -> None:
    found = score(TESTA, replace(TESTA, **change))
    assert found.score < LIKELY, found


def test_ID_5_father_and_son_of_one_birthday_are_told_apart_by_suffix() -> None:
    junior, senior = replace(BARE, suffix="Jr"), replace(BARE, suffix="Sr.")
    assert score(junior, senior).score < LIKELY


def test_ID_5_name_and_birth_date_alone_are_worth_a_look() -> None:
    assert score(BARE, BARE).score >= LIKELY


def test_ID_5_the_reasons_say_what_agrees_and_what_does_not() -> None:
    found = score(TESTA, replace(TESTA, first_name="Devon"))
    assert {"same birth date", "same phone", "different first names"} <= set(found.reasons)


texts = st.text(alphabet="abcdeé -'", max_size=8)
people = st.builds(
    PersonFacts,
    last_name=texts,
    first_name=texts,
    birth_on=st.dates(date(1920, 1, 1), date(2020, 12, 31)),
    suffix=st.sampled_from(["", "Jr", "Sr"]),
    sex=st.sampled_from(["F", "M", "U"]),
    postal_code=st.sampled_from(["", "12345", "12345-6789"]),
)


@given(people, people)
def test_ID_5_the_score_does_not_depend_on_who_comes_first(
    one: PersonFacts, other: PersonFacts
) -> None:
    there, back = score(one, other), score(other, one)
    assert there.score == back.score
    assert set(there.reasons) == set(back.reasons)
    assert 0 <= there.score <= 100
