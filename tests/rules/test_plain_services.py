"""Every code has words of our own, and what is private is known (STMT-8, STMT-22)."""

import pytest

from portal.queries.plain_services import describe, is_sensitive, place_words
from portal.services.procedure_words import PROCEDURE_WORDS, procedure_words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("99213", "Office visit"),
        ("71046", "Chest X-ray"),
        ("70553", "CT or MRI scan"),
        ("27447", "Bone, joint or muscle procedure"),
        ("D0120", "Dental service"),
        ("0001F", "Medical service"),
    ],
)
def test_a_code_is_described_by_its_kind(code, words):
    assert describe(code) == words


@pytest.mark.parametrize("code", ["", "00001", "ABC", "9921"])
def test_what_is_no_code_has_no_words(code):
    assert describe(code) == ""


def test_known_codes_keep_their_closer_words_and_unknown_ones_are_honest():
    assert procedure_words("85025") == PROCEDURE_WORDS["85025"]
    assert procedure_words("27447") == "Bone, joint or muscle procedure"
    assert procedure_words("ZZZ") == "Medical service (code ZZZ)"


@pytest.mark.parametrize("code", ["87491", "90834", "81025", "58300", "87389", "H0001", "80307"])
def test_STMT_22_private_services_are_known(code):
    assert is_sensitive(code)


@pytest.mark.parametrize("code", ["99213", "85025", "71046", "A4570", ""])
def test_STMT_22_common_services_are_named(code):
    assert not is_sensitive(code)


def test_a_place_without_words_stays_unsaid():
    assert (place_words("11"), place_words("99")) == ("Our office", "")
