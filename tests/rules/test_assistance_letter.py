"""FA-10, COLL-9: the letter names everything, in short words, in English and Spanish."""

from dataclasses import replace
from datetime import date

import pytest

from billing.assistance_letter import (
    LANGUAGES,
    POLICY_WORDS_ES,
    LetterFacts,
    LetterWords,
    letter_words,
)
from billing.assistance_reasons import (
    POLICY_WORDS,
    PROOF_WORDS,
    PolicyLine,
    Proof,
    ReasonRefused,
    check_reason,
)
from billing.money import ZERO, Money
from tests.reading_grade import reading_grade

PART = LetterFacts(
    outcome="partial",
    practice="Riverside Family Medicine",
    phone="(212) 555-0101",
    name="Testa Sample",
    accounts=("9000-0001", "9000-0002"),
    decided_on=date(2026, 6, 10),
    applied_on=date(2026, 6, 1),
    household=3,
    income=Money(61_470_00),
    percent=225_00,
    guideline_year=2026,
    discount=75,
    before=Money(400_00),
    off=Money(300_00),
    owes=Money(100_00),
    paid=Money(20_00),
    due_after=Money(80_00),
    back=ZERO,
    agb=56_25,
    cap=Money(3_073_50),
    effective_on=date(2026, 6, 1),
    ends_on=date(2027, 5, 31),
    covers_since=date(2025, 10, 4),
    appeal_by=date(2026, 7, 10),
    instalments=3,
    instalment=Money(26_67),
)
FULL = replace(
    PART, outcome="approved", discount=100, off=Money(400_00), owes=ZERO, due_after=ZERO,
    back=Money(20_00), instalments=0, instalment=ZERO,
)  # fmt: skip
NO = replace(PART, outcome="denied", policy_line="income_above", due_after=Money(380_00))
CASES = {"part": PART, "full": FULL, "no": NO, "credit": replace(FULL, back=Money(4_99))}


def everything(words: LetterWords) -> str:
    rows = [f"{label}: {value}" for label, value in (*words.measured, *words.amounts)]
    total = [": ".join(words.total)] if words.total else []
    return "\n".join([words.title, words.text(), *rows, *total])


@pytest.mark.parametrize("language", LANGUAGES)
def test_FA_10_every_field_stands_in_the_letter_of_a_partial_award(language: str) -> None:
    said = everything(letter_words(PART, language))
    days = {
        "en": ("June 1, 2026", "May 31, 2027", "July 10, 2026", "October 4, 2025"),
        "es": (
            "1 de junio de 2026", "31 de mayo de 2027", "10 de julio de 2026",
            "4 de octubre de 2025",
        ),
    }[language]  # fmt: skip
    for field in (
        "9000-0001, 9000-0002", ": 3", "$61,470.00", "225%", "75%", "$400.00", "-$300.00",
        "$100.00", "-$20.00", "$80.00", "56.25%", "$3,073.50", "$26.67", "(212) 555-0101",
        "2026", *days,
    ):  # fmt: skip
        assert field in said, field


@pytest.mark.parametrize("language", LANGUAGES)
def test_FA_10_a_no_says_the_line_of_the_policy_and_how_to_go_on(language: str) -> None:
    said = everything(letter_words(NO, language))
    words = POLICY_WORDS if language == "en" else POLICY_WORDS_ES
    assert words[PolicyLine.INCOME_ABOVE] in said
    assert ("July 10, 2026" if language == "en" else "10 de julio de 2026") in said
    assert "$380.00" in said
    assert "75%" not in said


def test_COLL_9_what_goes_back_is_said_from_five_dollars_on() -> None:
    assert "send $20.00 back to you in 30 days" in everything(letter_words(FULL, "en"))
    assert "keep it for your next bill" in everything(letter_words(CASES["credit"], "en"))


def test_FA_8_a_presumed_award_asks_nothing_about_income() -> None:
    said = everything(letter_words(replace(FULL, presumed=True), "en"))
    assert "Income" not in said
    assert "People" not in said


@pytest.mark.parametrize("case", CASES)
def test_FA_10_the_letter_reads_at_grade_8_or_below(case: str) -> None:
    assert reading_grade(letter_words(CASES[case], "en").text()) <= 8


@pytest.mark.parametrize("line", PolicyLine)
def test_FA_10_each_reason_reads_at_grade_8_or_below_beside_its_letter(line: PolicyLine) -> None:
    assert line in POLICY_WORDS_ES
    text = letter_words(replace(NO, policy_line=line.value), "en").text()
    assert reading_grade(text) <= 8


@pytest.mark.parametrize("case", CASES)
def test_LANG_3_nothing_english_is_left_in_the_spanish_letter(case: str) -> None:
    said = everything(letter_words(CASES[case], "es"))
    assert not {"the", "your", "you", "and", "bills"} & set(said.lower().replace(".", " ").split())


def test_an_unknown_language_reads_english() -> None:
    assert letter_words(PART, "tlh") == letter_words(PART, "en")


def test_FA_7_the_list_is_closed_and_each_line_has_words() -> None:
    assert set(PROOF_WORDS) == set(Proof)
    assert set(POLICY_WORDS) == set(PolicyLine)
    words = " ".join(PROOF_WORDS.values()).lower()
    assert not any(never in words for never in ("ssn", "citizen", "immigration", "asset"))
    assert "social security" in words  # the award letter, never the number


def test_FA_10_a_no_needs_a_line_of_the_policy_and_papers_that_were_asked_for() -> None:
    check_reason("approved", "", asked=False)
    check_reason("denied", "income_above", asked=False)
    check_reason("denied", "not_answered", asked=True)
    with pytest.raises(ReasonRefused, match="Choose"):
        check_reason("denied", "", asked=True)
    with pytest.raises(ReasonRefused, match="Ask for them"):
        check_reason("denied", "not_answered", asked=False)
