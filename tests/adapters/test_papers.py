"""Papers for appeals: what comes in is made anew, what cannot be opened is refused in words, and a packet keeps its tags."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops

from portal.adapters.papers import Papers
from portal.adapters.pdf import TypstPrinter
from portal.office_ports import UnusablePaper
from portal.queries.esign_words import sample_words


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


def with_page_keys(turned: int) -> bytes:
    """A page with a script, metadata and private data of its own, a blue mark and a red filled-in box."""
    file, red = io.BytesIO(), b"1 0 0 rg 0 0 50 50 re f"
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(612, 792)).obj
        page.Rotate, page.CropBox = turned, pikepdf.Array([10, 10, 410, 510])
        page.Contents = pdf.make_stream(b"0 0 1 rg 20 20 100 60 re f")
        page.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="alert(1)"))
        page.Metadata = pdf.make_stream(b"<x>secret</x>")
        page.PieceInfo = pikepdf.Dictionary(X=pikepdf.Dictionary(Private="secret"))
        look = pdf.make_stream(red, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form)
        look.BBox = pikepdf.Array([0, 0, 50, 50])
        box = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Stamp, F=4, Rect=[200, 200, 250, 250]
        )
        box.AP = pikepdf.Dictionary(N=look)
        page.Annots = pdf.make_indirect(pikepdf.Array([pdf.make_indirect(box)]))
        pdf.save(file, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return file.getvalue()


def drawn(content: bytes) -> Image.Image:
    page = pypdfium2.PdfDocument(content)[0]
    return page.render(scale=0.5, may_draw_forms=False).to_pil()


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_what_hangs_at_a_page_stays_behind_and_the_page_looks_the_same(turned: int) -> None:
    content = with_page_keys(turned)
    clean = Papers().clean(content).content
    with pikepdf.open(io.BytesIO(clean)) as pdf:
        own = {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents"}
        assert set(pdf.pages[0].obj.keys()) <= own
        kept = b"".join(one.unparse(resolved=True) for one in pdf.objects if one is not None)
    assert not any(word in kept for word in (b"/JavaScript", b"/PieceInfo", b"/Metadata", b"/AA"))
    before, after = drawn(content), drawn(clean)
    assert after.getcolors() is not None
    assert {(0, 0, 255), (255, 0, 0)} <= {color for _, color in after.getcolors() or ()}
    assert (after.size, ImageChops.difference(before, after).getbbox()) == (before.size, None)


def test_more_pages_than_a_packet_takes_are_refused() -> None:
    file = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(301):
            pdf.add_blank_page()
        pdf.save(file)
    with pytest.raises(UnusablePaper, match="more than 300 pages"):
        Papers().clean(file.getvalue())


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
    said = {
        **sample_words("en"),
        "language": "en",
        "practice": "Example Family Practice",
        "code": "123456",
    }
    front = TypstPrinter().print("sample", said)
    enclosed = Papers().clean(picture("PNG"))
    bound = Papers().bind(front, [enclosed.content, enclosed.content])
    with pikepdf.open(io.BytesIO(bound.content)) as pdf:
        assert len(pdf.pages) == bound.pages == 3
        assert "/StructTreeRoot" in pdf.Root
        assert pdf.Root.MarkInfo.Marked
