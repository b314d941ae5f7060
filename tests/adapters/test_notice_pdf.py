"""Letters on paper: tagged PDF/UA-1 in the letter's language, the window, New Jersey's 14 points, California's bytes."""

from __future__ import annotations

import re
from datetime import date

import pypdfium2
import pytest

from billing.notice_shipped import STATE_BLOCKS
from billing.notice_text import LANGUAGES, Words, with_language_help
from billing.notices import NoticeKind
from billing.state_pack import COLL_33
from portal.adapters.pdf import TypstPrinter
from portal.models.practice import Practice
from portal.queries.notice_print import printed, whole_blocks
from tests.adapters.test_pdf import opened, placed_texts, tags
from tests.pdf_text import pdf_runs, pdf_text
from tests.rules.test_notices import INTENTS, letter

PRINTER = TypstPrinter()
PRACTICE = Practice(
    name="Sample Family Practice",
    legal_name="Sample Family Practice LLC",
    street="10 River Road",
    street2="",
    city="Sampletown",
    state="NY",
    postal_code="10001",
    phone="(202) 555-0100",
    phone_hours="Monday to Friday, 9 to 5",
)


CLOSING = {
    "en": ("Keep this letter.", "Do you have a question?"),
    "es": ("Guarde esta carta.", "¿Tiene preguntas?"),
}


EXPECTED = {"en": "What we expect to bill", "es": "Lo que pensamos cobrar"}


def made(kind: NoticeKind = NoticeKind.FINAL_NOTICE, language: str = "en", *states: str) -> bytes:
    words = letter(kind, language, INTENTS[2] if kind is NoticeKind.FINAL_NOTICE else frozenset())
    first, *rest = words["blocks"]
    added = [block for state in states for block in STATE_BLOCKS[language][state]]
    return printed_letter(Words(title=words["title"], blocks=[first, *added, *rest]), language)


def printed_letter(words: Words, language: str) -> bytes:
    whole = with_language_help(words, phone=PRACTICE.phone, state=PRACTICE.state)
    return PRINTER.print(
        "notice",
        printed(
            whole,
            practice=PRACTICE,
            name="Testa Sample",
            lines=("1 Invented Street", "Sampletown, NY 10001"),
            account_number="4200017",
            number="12",
            language=language,
            on=date(2026, 3, 2),
        ),
    )


def page_texts(pdf: bytes) -> list[str]:
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)]


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_A11Y_2_every_letter_is_tagged_pdf_ua_in_its_language(kind, language):
    with opened(made(kind, language)) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert str(pdf.Root.Lang).startswith(language)
        assert "/H1" in tags(pdf)
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert "Testa" not in str(metadata)
        assert all(page.MediaBox[2:] == [612, 792] for page in pdf.pages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_COLL_T4_new_jersey_s_sentence_is_bold_and_14_points(language):
    pdf = made(NoticeKind.FINAL_NOTICE, language, "NJ")
    said = STATE_BLOCKS[language]["NJ"][0]["paragraphs"][0]
    assert said in " ".join(pdf_text(pdf).split())
    assert said in in_bold(pdf, 14)
    assert said not in in_bold(made(NoticeKind.FINAL_NOTICE, language), 14)


def in_bold(pdf: bytes, points: float) -> str:
    """The words that are set in bold letters of this size."""
    runs = [text for font, size, text in pdf_runs(pdf) if "Bold" in font and size == points]
    return " ".join(" ".join(runs).split())


def test_COLL_33_california_s_sentence_is_in_the_pdf_byte_for_byte():
    assert COLL_33 in " ".join(pdf_text(made(NoticeKind.FINAL_NOTICE, "en", "CA")).split())


def test_STMT_22_the_window_shows_name_and_address_alone():
    texts = placed_texts(made())
    shown = [(x, y) for page, x, y in texts if page == 0 and 0.6 < x < 5.4 and 2.05 < y < 3.6]
    assert {round(x, 2) for x, _ in shown} == {1.0}
    assert min(y for _, y in shown) > 2.5
    assert max(y for _, y in shown) < 3.2


def test_COLL_4_the_summary_is_a_page_of_its_own_in_the_same_envelope():
    with opened(made()) as pdf:
        assert len(pdf.pages) >= 2


def test_the_same_letter_prints_the_same_bytes():
    assert made() == made()


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_address_or_a_number_to_copy_stands_on_one_line(kind, language):
    """Spanish repeats a hyphen at which a line breaks: whoever typed that address would not arrive."""
    with pypdfium2.PdfDocument(made(kind, language)) as pdf:
        lines = [line for page in pdf for line in page.get_textpage().get_text_range().splitlines()]
    assert not [line for line in lines if re.search(r"https?://\S*-$|\(\d{3}\)$", line.strip())]
    assert not [line for line in lines if line.startswith(("-", "example.com"))]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("services", range(1, 9))
def test_NSA_3_the_closing_line_of_an_estimate_never_stands_alone(language, services):
    words = letter(NoticeKind.GOOD_FAITH_ESTIMATE, language, frozenset())
    [expected] = [one for one in words["blocks"] if one.get("heading") == EXPECTED[language]]
    expected["bullets"] = [f"Dr. Ada Sample: service {n}, 99213: $10.00" for n in range(services)]
    kept, asks = CLOSING[language]
    pages = [" ".join(page.split()) for page in page_texts(printed_letter(words, language))]
    assert [kept in page for page in pages] == [asks in page for page in pages]
    assert sum(asks in page for page in pages) == 1


def test_NSA_3_facts_that_follow_each_other_stand_in_one_table():
    blocks = whole_blocks(letter(NoticeKind.GOOD_FAITH_ESTIMATE, "en", frozenset()))
    [facts] = [one for one in blocks if one["rows"] and not one["heading"]]
    assert [label for label, _ in facts["rows"]] == ["Patient", "Born on", "Care", "Planned for"]
