"""The notice of free language help on paper: each language's sentence, in its own letters, for whoever sees or listens."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from fontTools.ttLib import TTFont

from billing.language_help import BY_TAG, in_english, on_paper, tags_of
from billing.notice_text import LANGUAGES
from billing.notices import NoticeKind
from portal.adapters.pdf import FONTS, LAYOUTS, SCRIPTS, TypstPrinter
from portal.queries.statement_print import statement_print
from tests.adapters.test_notice_pdf import made
from tests.adapters.test_pdf import CODE, RECEIPT, opened
from tests.pdf_text import pdf_runs, pdf_said
from tests.statement_samples import statement

PRINTER = TypstPrinter()
PHONE = "(202) 555-0100"
# Papers that say nothing of care or its cost to a patient; every other layout ends with the notice.
WITHOUT = {
    "look",  # parts of layouts
    "language_help",
    "appeal",  # to payers
    "evidence",
    "report",  # for staff
    "disclosures",  # who saw a record
    "sample",  # proves an address
    "visit_letter",  # when and where a visit is
}
STATES = ("CA", "FL", "IL", "NJ", "NY", "OH")


def together(words: str) -> str:
    return "".join(words.split())


def alternatives(pdf: bytes) -> str:
    """What stands for a figure in the ears of a reader."""
    with opened(pdf) as document:
        found = [
            str(one.Alt)
            for one in document.objects
            if isinstance(one, pikepdf.Dictionary) and "/Alt" in one
        ]
    return together(" ".join(found))


def assert_said(pdf: bytes, tags: tuple[str, ...], phone: str = PHONE) -> None:
    said = pdf_said(pdf)
    assert together(in_english(phone)) in said
    for tag in tags:
        one = BY_TAG[tag]
        words = together(one.notice.replace("{phone}", phone))
        if tag in {"km", "th"}:
            assert words in alternatives(pdf), tag
        elif one.direction == "rtl":
            first = one.notice.split()[0].removesuffix(":")
            assert first[::-1] in said, tag  # as the eye finds it, from the right
            assert not Counter(words) - Counter(said), tag
        else:
            assert words in said, tag


@pytest.mark.parametrize("state", STATES)
def test_LANG_1_a_state_has_fifteen_languages_at_least_and_none_twice(state):
    assert len(tags_of(state)) >= 15
    assert len(set(tags_of(state))) == len(tags_of(state))
    assert set(tags_of(state)) <= set(BY_TAG)


@pytest.mark.parametrize("state", STATES)
def test_LANG_1_a_statement_says_it_in_the_languages_of_the_state(state):
    content = statement()
    notices = replace(content.notices, languages=tags_of(state))
    practice = replace(content.practice, phone=PHONE)
    pdf = PRINTER.print(
        "statement", statement_print(replace(content, notices=notices, practice=practice), CODE)
    )
    assert_said(pdf, tags_of(state))
    assert len(pdf) < 250_000


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_LANG_1_every_letter_ends_with_it(kind, language):
    assert_said(made(kind, language), tags_of("NY"))


def test_LANG_1_a_receipt_says_it():
    help_said = on_paper(PHONE, tags_of("NJ"))
    assert_said(PRINTER.print("receipt", {**RECEIPT, "language_help": help_said}), tags_of("NJ"))


def test_LANG_1_an_older_statement_says_it_in_the_languages_of_the_whole_country():
    assert [one["tag"] for one in on_paper(PHONE)["others"]] == list(tags_of("OH"))


@pytest.mark.parametrize("path", sorted(LAYOUTS.glob("*.typ")), ids=lambda path: path.stem)
def test_LANG_1_every_layout_about_care_or_its_cost_ends_with_it(path: Path):
    carries = "#language-help(data.language_help)" in path.read_text() or path.stem == "notice"
    assert carries == (path.stem not in WITHOUT)


@pytest.mark.parametrize("tag", BY_TAG)
def test_LANG_1_our_fonts_have_every_letter_of_the_notice(tag):
    letters: set[int] = set()
    for path in [*SCRIPTS.glob("*.?tf"), *FONTS.glob("*.ttf")]:
        letters |= set(TTFont(path).getBestCmap())
    said = set(map(ord, BY_TAG[tag].notice.replace("{phone}", PHONE)))
    assert not said - letters, "run styles/make_language_fonts.py"


def test_LANG_1_arabic_letters_join():
    """More shapes than letters: one stands alone, begins, goes on and ends in different ones."""
    help_said: dict[str, Any] = on_paper(PHONE, ("ar",))
    pdf = PRINTER.print("receipt", {**RECEIPT, "language_help": help_said})
    with opened(pdf) as document:
        font = next(
            font
            for page in document.pages
            for font in page.Resources["/Font"].values()
            if "Arabic" in str(font.BaseFont)
        )
        shapes = font.ToUnicode.read_bytes().count(b">\n") - 1
    assert shapes > len({one for one in BY_TAG["ar"].notice if one >= "\u0600"})
    assert any("Arabic" in name for name, _, _ in pdf_runs(pdf))


def test_LANG_1_the_fonts_come_with_their_licence():
    assert "SIL OPEN FONT LICENSE" in (SCRIPTS / "OFL.txt").read_text()
    assert sum(path.stat().st_size for path in SCRIPTS.iterdir()) < 400_000
