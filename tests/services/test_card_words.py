"""SCH-14: every refusal and every flaw says in plain words what to do."""

from __future__ import annotations

import pytest

from portal.card_ports import CardFault, CardFlaw
from portal.queries.card_words import refusal_words, retake_words
from tests.reading_grade import reading_grade


@pytest.mark.parametrize("fault", CardFault)
def test_STMT_14_a_refusal_is_plain(fault):
    assert reading_grade(refusal_words(fault)) <= 8


@pytest.mark.parametrize("flaw", CardFlaw)
def test_STMT_14_advice_to_take_a_better_picture_is_plain(flaw):
    assert reading_grade(retake_words(flaw)) <= 8
