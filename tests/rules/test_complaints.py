"""Free words that dispute a bill, those that may, and those that do not (DISP-1)."""

from __future__ import annotations

import pytest

from billing.bill_disputes import Kind
from billing.complaints import Complaint, read_complaint

PLAIN = {
    "This bill is wrong": Kind.AMOUNT,
    "the amount on my statement is incorrect!": Kind.AMOUNT,
    "I don’t owe this": Kind.AMOUNT,
    "You overcharged me": Kind.AMOUNT,
    "That is not my bill": Kind.NOT_MINE,
    "not mine": Kind.NOT_MINE,
    "I already paid this": Kind.ALREADY_PAID,
    "I paid it at the desk in May": Kind.ALREADY_PAID,
    "My insurance should pay for this": Kind.INSURANCE,
    "Medicare was supposed to cover that": Kind.INSURANCE,
    "You billed me twice": Kind.DUPLICATE,
    "I never had this test": Kind.NOT_RECEIVED,
    "Somebody used my name": Kind.IDENTITY_THEFT,
    "La factura está equivocada": Kind.AMOUNT,
    "Ya lo pagué": Kind.ALREADY_PAID,
    "No es mi factura": Kind.NOT_MINE,
    "Mi seguro debería pagar": Kind.INSURANCE,
}


@pytest.mark.parametrize("words", PLAIN)
def test_DISP_1_plain_words_are_a_dispute(words: str) -> None:
    assert read_complaint(words) == Complaint(PLAIN[words], sure=True)


@pytest.mark.parametrize(
    "words",
    [
        "Is this bill wrong?",
        "Did insurance pay this?",
        "something is wrong with my login",
        "Should my insurance cover this",
        "I want to complain",
    ],
)
def test_DISP_1_what_may_be_one_is_for_a_person(words: str) -> None:
    found = read_complaint(words)
    assert found is not None
    assert not found.sure


@pytest.mark.parametrize(
    "words", ["Thank you!", "When is my visit", "Can I pay by check?", "See you Monday", "C", ""]
)
def test_DISP_1_what_says_nothing_of_it_is_none(words: str) -> None:
    assert read_complaint(words) is None
