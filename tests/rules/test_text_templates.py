"""Every text in every language and grade: its length, its letters, its variables, its words."""

from __future__ import annotations

import re
from itertools import permutations
from string import Formatter

import pytest

from billing.text_templates import (
    ALLOWED,
    FORBIDDEN,
    LINK_LONGEST,
    LONGEST,
    ORG_LONGEST,
    PHONE_LONGEST,
    TEMPLATES,
    Grade,
    TextTooLong,
    render,
    room,
    short_name,
    without_link,
    wording,
)
from billing.text_wording import KINDS, kinds_in_words
from billing.visit_texts import VISIT_ANSWERS, VISIT_TEXTS

WORST = {
    "org": "W" * ORG_LONGEST,
    "url": "h" * LINK_LONGEST,
    "phone": "0" * PHONE_LONGEST,
    "amount": "$99,999.99",
    "due": "Sep 30",
    "day": "Wed Sep 30",
    "time": "12:30 pm",
    "next_step": "12:30 pm",
    "code": "000000",
    "kinds": "visits, bills and payments",
}
EVERY = [
    (name, language, grade)
    for name, languages in TEMPLATES.items()
    for language, grades in languages.items()
    for grade in grades
]


def fields(body: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(body) if field}


@pytest.mark.parametrize(("name", "language", "grade"), EVERY)
def test_MSG_10_the_longest_merge_fits_one_text_of_gsm_7(name: str, language: str, grade: Grade):
    body, _ = render(name, language=language, grade=grade, **WORST)
    assert room(body) <= LONGEST


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_MSG_10_every_choice_of_kinds_is_confirmed_in_one_text(language: str, number: int):
    for chosen in permutations(KINDS[language], number):
        kinds = kinds_in_words(chosen, language=language)
        body, version = render("opt_in", language=language, **(WORST | {"kinds": kinds}))
        assert room(body) <= LONGEST
        assert f".{language}." in version


def test_MSG_22_kinds_are_named_in_the_language_of_the_text():
    three = ("billing", "payments", "visits")
    assert set(KINDS) == set(TEMPLATES["opt_in"])
    assert kinds_in_words(three, language="es") == "facturas, pagos y citas"
    assert kinds_in_words(three[:2], language="en") == "bills and payments"
    assert kinds_in_words(three[:1], language="fr") == "bills"


@pytest.mark.parametrize(("name", "language", "grade"), EVERY)
def test_MSG_9_a_grade_fills_in_only_what_it_may(name: str, language: str, grade: Grade):
    assert fields(TEMPLATES[name][language][grade]) <= ALLOWED[grade]


@pytest.mark.parametrize("name", [*VISIT_TEXTS, *VISIT_ANSWERS])
def test_MSG_9_the_bare_text_of_a_visit_says_neither_day_nor_hour(name: str):
    for grades in TEMPLATES[name].values():
        assert not fields(grades[Grade.LINK]) & {"day", "time"}
        assert not re.search(r"\bCANCEL\b", " ".join(grades.values()))


def test_MSG_9_a_richer_grade_falls_back_to_the_next_that_says_less():
    text = wording("visit_tasks", language="en", grade=Grade.FULL)
    assert text.version.endswith(".en.amount")
    assert wording("new_message", language="es", grade=Grade.FULL).version.endswith(".es.link")


@pytest.mark.parametrize(("name", "language", "grade"), EVERY)
def test_MSG_16_no_word_of_a_collector(name: str, language: str, grade: Grade):
    body = TEMPLATES[name][language][grade]
    assert not FORBIDDEN.search(body)
    assert "!" not in body
    assert body.startswith("{org}: ")


@pytest.mark.parametrize("word", ["Collections", "legal", "credit", "debt", "past due", "deuda"])
def test_MSG_16_the_lint_sees_the_words(word: str):
    assert FORBIDDEN.search(f"This is {word} here")


@pytest.mark.parametrize("name", TEMPLATES)
def test_MSG_22_every_text_has_a_spanish_one_of_the_same_grades(name: str):
    assert set(TEMPLATES[name]) == {"en", "es"}
    assert set(TEMPLATES[name]["en"]) == set(TEMPLATES[name]["es"])
    assert Grade.LINK in TEMPLATES[name]["en"]


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in TEMPLATES
        if name
        not in {"opt_out", "opt_out_emergency", "opt_out_visit", "emergency", "code", "opt_in"}
    ],
)
def test_MSG_2_every_text_tells_how_to_end_them(name: str):
    for grades in TEMPLATES[name].values():
        assert all("STOP" in body for body in grades.values())


def test_MSG_11_yes_is_never_an_answer_to_us():
    words = [
        body
        for langs in TEMPLATES.values()
        for grades in langs.values()
        for body in grades.values()
    ]
    assert not [body for body in words if re.search(r"\b(YES|Reply Y)\b", body)]


def test_MSG_22_an_unknown_language_is_english_and_a_missing_grade_the_least():
    assert wording("code", language="fr", grade=Grade.FULL) == wording("code", language="en")


def test_MSG_10_a_text_that_does_not_fit_is_refused():
    with pytest.raises(TextTooLong):
        render("new_statement", language="en", **(WORST | {"org": "W" * 80}))
    with pytest.raises(TextTooLong):
        render("new_statement", language="en", **(WORST | {"org": "Clínica"}))
    assert room("[]") == 4


def test_MSG_20_the_kept_copy_has_no_token():
    assert without_link("x: http://localhost:8000/t/abcDEF123 Call") == "x: [link] Call"
    assert without_link("no link") == "no link"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Riverside Family Medicine", "Riverside Family"),
        ("Example Clinic", "Example Clinic"),
        ("Clínica Familiar", "Clinica Familiar"),
        ("W" * 40, "W" * 22),
    ],
)
def test_MSG_10_a_long_name_is_cut_between_words(name: str, short: str):
    assert short_name(name) == short
