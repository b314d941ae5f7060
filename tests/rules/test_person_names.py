"""Which names open a record, which a person looks at, and which are two people (ID-2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.queries.person_names import Likeness, Name, likeness

SAME = [
    # as on file, whatever the case, spaces and dots
    (("Sample", "Testa"), ("SAMPLE", "testa")),
    (("Sample", "Testa"), (" Sample ", "Testa.")),
    # accents and letters that have none
    (("Muñoz", "José"), ("Munoz", "Jose")),
    (("Sørensen", "Åse"), ("Sorensen", "Ase")),
    (("Łukasz", "Zoë"), ("Lukasz", "Zoe")),
    (("Weiß", "Jürgen"), ("Weiss", "Jurgen")),
    # apostrophes, hyphens, words apart or together
    (("O’Brien", "Pat"), ("Obrien", "Pat")),
    (("O'Brien", "Pat"), ("O Brien", "Pat")),
    (("Garcia-Lopez", "Maria"), ("Garcia Lopez", "Maria")),
    (("De La Cruz", "Ana"), ("Delacruz", "Ana")),
    (("van der Berg", "Jan"), ("Vanderberg", "Jan")),
    (("MacDonald", "Rory"), ("Mac Donald", "Rory")),
    # one name of a double name
    (("Garcia", "Maria"), ("Garcia-Lopez", "Maria")),
    (("Garcia Lopez", "Maria"), ("Lopez", "Maria")),
    (("de la Cruz Lopez", "Ana"), ("de la Cruz", "Ana")),
    # nicknames, both ways
    (("Sample", "Bob"), ("Sample", "Robert")),
    (("Sample", "Elizabeth"), ("Sample", "Liz")),
    (("Sample", "Bill"), ("Sample", "William")),
    (("Sample", "Peggy"), ("Sample", "Margaret")),
    # a second first name left out
    (("Sample", "Mary Ann"), ("Sample", "Mary")),
    (("Sample", "Mary-Ann"), ("Sample", "Maryann")),
    (("Sample", "José Luis"), ("Sample", "Jose")),
    # a suffix on one side only, wherever it stands
    (("Sample Jr.", "Testa"), ("Sample", "Testa")),
    (("Sample", "Testa", "III"), ("Sample", "Testa")),
    (("Sample", "Testa Jr"), ("Sample", "Testa", "Junior")),
    (("Sample Sr", "Testa"), ("Sample", "Testa", "sr.")),
]
CLOSE = [
    # father and son
    (("Sample", "Testa", "Jr."), ("Sample", "Testa", "Sr.")),
    (("Sample II", "Testa"), ("Sample", "Testa", "III")),
    # one letter
    (("Gonzalez", "Ana"), ("Gonzales", "Ana")),
    (("Sample", "Katherine"), ("Sample", "Katharine")),
    (("Smaple", "Testa"), ("Sample", "Testa")),
    # an initial for a name
    (("Sample", "T"), ("Sample", "Testa")),
    # two nicknames of one name
    (("Sample", "Peggy"), ("Sample", "Maggie")),
]
DIFFERENT = [
    (("Sample", "Testa"), ("Sample", "Samuel")),
    (("Sample", "Daniel"), ("Sample", "Danielle")),
    (("Sample", "Testa"), ("Example", "Testa")),
    (("Lee", "Ann"), ("Lew", "Ann")),  # short names are not mistyped, they are others
    (("de la Cruz", "Ana"), ("de la Rosa", "Ana")),  # small words are no name
    (("van Berg", "Jan"), ("van Dyke", "Jan")),
    (("Garcia-Lopez", "Ana"), ("Garcia-Mendez", "Ana")),
    (("Sample", "Ann"), ("Sample", "Annabel Ruth")),
    (("Sample", ""), ("Sample", "Testa")),
    (("", "Testa"), ("Sample", "Testa")),
    (("-", "'"), ("Sample", "Testa")),
    (("Testa", "Sample"), ("Sample", "Testa")),  # first for last
]


@pytest.mark.parametrize(
    ("grade", "one", "other"),
    [
        (grade, one, other)
        for grade, table in (
            (Likeness.SAME, SAME),
            (Likeness.CLOSE, CLOSE),
            (Likeness.DIFFERENT, DIFFERENT),
        )
        for one, other in table
    ],
)
def test_ID_2_names_agree_by_this_table(
    grade: Likeness, one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    assert likeness(Name(*one), Name(*other)) is grade
    assert likeness(Name(*other), Name(*one)) is grade, "whichever is on file"


TEXT = st.text(max_size=12)


@given(last=TEXT, first=TEXT, last_2=TEXT, first_2=TEXT)
def test_ID_2_any_two_names_compare_alike_both_ways(
    last: str, first: str, last_2: str, first_2: str
) -> None:
    one, other = Name(last, first), Name(last_2, first_2)
    assert likeness(one, other) is likeness(other, one)


@given(last=st.text("abcdefgh", min_size=2, max_size=9), first=st.text("ijkl", min_size=2))
def test_ID_2_a_name_is_its_own(last: str, first: str) -> None:
    assert likeness(Name(last, first), Name(last.upper(), first.title())) is Likeness.SAME
