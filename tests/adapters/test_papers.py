"""Papers for appeals: what comes in is made anew, what cannot be opened is refused in words, and a packet keeps its tags."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from portal.adapters.papers import Papers
from portal.adapters.pdf import TypstPrinter
from portal.office_ports import UnusablePaper


def picture(kind: str, size: tuple[int, int] = (1200, 900)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (250, 250, 250)).save(file, kind)
    return file.getvalue()


def with_script() -> bytes:
    """A PDF of one page that would run a script when it is opened."""
    file = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(612, 792))
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        pdf.attachments["note.txt"] = b"hidden"
        pdf.save(file)
    return file.getvalue()


def locked() -> bytes:
    file = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(612, 792))
        pdf.save(file, encryption=pikepdf.Encryption(owner="x", user="secret"))
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_becomes_one_letter_page(kind: str) -> None:
    paper = Papers().clean(picture(kind))
    pdf = pypdfium2.PdfDocument(paper.content)
    assert (paper.pages, len(pdf), pdf[0].get_size()) == (1, 1, (612.0, 792.0))


def test_nothing_but_its_pages_is_taken_from_a_pdf() -> None:
    paper = Papers().clean(with_script())
    assert paper.pages == 1
    with pikepdf.open(io.BytesIO(paper.content)) as pdf:
        assert "/OpenAction" not in pdf.Root
        assert "/Names" not in pdf.Root
    assert b"JavaScript" not in paper.content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"Dear plan", "Send a PDF, a JPEG or a PNG."),
        (b"%PDF-1.7 and then nothing", "damaged"),
        (b"\x89PNG\r\n\x1a\nhalf", "damaged"),
        (locked(), "has a password"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_the_reason(content: bytes, words: str) -> None:
    with pytest.raises(UnusablePaper, match=words):
        Papers().clean(content)


def test_a_packet_has_our_tagged_pages_first_and_then_each_paper() -> None:
    said = {"practice": "Example Family Practice", "code": "123456"}
    front = TypstPrinter().print("sample", said)
    enclosed = Papers().clean(picture("PNG"))
    bound = Papers().bind(front, [enclosed.content, enclosed.content])
    with pikepdf.open(io.BytesIO(bound.content)) as pdf:
        assert len(pdf.pages) == bound.pages == 3
        assert "/StructTreeRoot" in pdf.Root
        assert pdf.Root.MarkInfo.Marked
