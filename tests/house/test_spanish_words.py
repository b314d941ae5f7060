"""One Spanish word for one thing: docs/look.md has the list (LANG-3, STMT-15)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import translations

ROOT = Path(__file__).resolve().parents[2]
# A bill is a `factura`. `cuenta` is an account and part of `estado de cuenta`, a statement; and a turn of speech.
BILL, ACCOUNT = (
    re.compile(r"\bbills?\b", re.IGNORECASE),
    re.compile(r"\baccounts?\b", re.IGNORECASE),
)
CUENTA = re.compile(r"\bcuentas?\b", re.IGNORECASE)
STATEMENT = re.compile(r"\bestados? de cuenta\b", re.IGNORECASE)
SPEECH = re.compile(r"\b(?:lo que cuenta|por (?:su|mi) cuenta|ya no cuenta)\b", re.IGNORECASE)
# An estimate is an `estimado`, as the federal notice of good-faith estimates says it.
OTHER_ESTIMATE = re.compile(r"\b(?:presupuestos?|estimaci[oó]n(?:es)?)\b", re.IGNORECASE)
# Words that stand in both languages in their module; `account` is what they say of an account.
BOTH = {
    "billing/assistance_letter.py": {"Cuentas"},
    "billing/notice_words_es.py": set(),
    "billing/text_templates.py": set(),
    "billing/text_wording.py": set(),
    "portal/queries/esign_words.py": set(),
    "portal/services/corrected_letter.py": set(),
    "portal/services/dispute_letters.py": set(),
    "portal/services/starter_forms.py": set(),
}


def cuenta(words: str) -> list[str]:
    """Where it says `cuenta` outside of a statement and of turns of speech."""
    return CUENTA.findall(SPEECH.sub("", STATEMENT.sub("", words)))


def pairs() -> Iterator[tuple[str, str]]:
    for message in translations.catalogue():
        yield from zip(
            translations.forms(message.id), translations.forms(message.string), strict=False
        )


def constants(path: str) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_LANG_3_a_bill_is_a_factura() -> None:
    seen, wrong = 0, []
    for english, spanish in pairs():
        if BILL.search(english) and not ACCOUNT.search(english):
            seen += 1
            if cuenta(spanish):
                wrong.append((english, spanish))
    assert seen > 100, "no sentences about bills: the test looks in the wrong place"
    assert wrong == []


def test_LANG_3_an_account_is_no_factura() -> None:
    """One word for both would leave unclear what went to somebody else."""
    wrong = [
        (english, spanish)
        for english, spanish in pairs()
        if ACCOUNT.search(english) and not BILL.search(english) and "factura" in spanish.lower()
    ]
    assert wrong == []


def test_LANG_3_an_estimate_is_an_estimado() -> None:
    assert [pair for pair in pairs() if OTHER_ESTIMATE.search(pair[1])] == []
    wrong = {
        path: [words for words in constants(path) if OTHER_ESTIMATE.search(words)] for path in BOTH
    }
    assert {path: found for path, found in wrong.items() if found} == {}


@pytest.mark.parametrize("path", BOTH)
def test_LANG_3_letters_texts_and_consents_say_the_same_words(path: str) -> None:
    assert [words for words in constants(path) if cuenta(words) and words not in BOTH[path]] == []


def test_LANG_3_no_sentence_ends_with_two_stops() -> None:
    """A moment ends in `a.m.`, so a sentence goes on after it."""
    ends = re.compile(r"%\((?:when|moment|clock|time)\)s\.")
    assert [spanish for _, spanish in pairs() if ends.search(spanish)] == []
