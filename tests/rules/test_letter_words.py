"""New words of a letter: parts change, fields stay, nothing forbidden or hard (STMT-14, COLL-12, LANG-3)."""

from __future__ import annotations

import pytest

from billing.letter_words import faults_in, grade_of, parts_of, with_parts
from billing.notice_shipped import WORDS
from billing.notice_text import EXACT, Words, sentences_of
from billing.notices import NoticeKind
from tests.reading_grade import reading_grade

EVERY = [(language, kind) for language in WORDS for kind in WORDS[language]]
KIND = NoticeKind.DISPUTE_RECEIVED


def changed(extra: str, kind: NoticeKind = KIND, language: str = "en") -> tuple[str, ...]:
    """What stands against the shipped words with one more sentence in the last part."""
    before = WORDS[language][kind]
    texts = [text for _, text in parts_of(before)]
    texts[-1] += f"\n{extra}"
    return faults_in(kind, language, with_parts(before, before["title"], texts), before)


@pytest.mark.parametrize(("language", "kind"), EVERY)
def test_STMT_14_the_shipped_words_pass_and_come_back_unchanged(
    language: str, kind: NoticeKind
) -> None:
    words = WORDS[language][kind]
    texts = [text for _, text in parts_of(words)]
    assert with_parts(words, words["title"], texts) == words
    assert faults_in(kind, language, words, words) == ()
    if language == "en":
        plain = sentences_of(words).replace("{", "").replace("}", "")
        assert abs(grade_of(plain) - reading_grade(plain)) <= 1


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        ("Call {nobody}.", "no field {nobody}"),
        ("Call { now.", "brace"),
        ("Pay or we call the police.", "police"),
        ("Our collections department waits.", "collections department"),
    ],
)
def test_COLL_12_what_no_letter_says_is_refused(extra: str, says: str) -> None:
    assert any(says in fault for fault in changed(extra))


def test_STMT_14_hard_words_and_long_sentences_are_refused() -> None:
    hard = "Institutional representatives subsequently determined administrative responsibilities. "
    assert any("grade" in fault for fault in changed(hard * 12))
    assert any(
        "Sentences have" in fault for fault in changed("so we say " * 200 + "it.", language="es")
    )
    assert changed("We are glad to help.") == ()


def test_a_field_that_stood_must_stand() -> None:
    before = WORDS["en"][KIND]
    texts = [text.replace("{phone}", "us") for _, text in parts_of(before)]
    found = faults_in(KIND, "en", with_parts(before, before["title"], texts), before)
    assert "The field {phone} must stand." in found


def test_a_laws_own_words_and_the_parts_themselves_do_not_change() -> None:
    words = Words(
        title="T",
        blocks=[{"paragraphs": ["One."]}, {"paragraphs": ["By law."], "style": EXACT}],
    )
    assert parts_of(words) == (("", "One."),)
    assert with_parts(words, "T", ["Two.\r\n\r\nThree."])["blocks"] == [
        {"paragraphs": ["Two.", "Three."]},
        {"paragraphs": ["By law."], "style": EXACT},
    ]
    with pytest.raises(ValueError, match="other parts"):
        with_parts(words, "T", ["Two.", "Ours instead of the law’s."])
    empty = with_parts(words, "T", [" "])
    assert "The title and each part need words." in faults_in(KIND, "en", empty, words)
