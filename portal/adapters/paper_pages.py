"""The child process of papers: a file on standard input becomes a plain PDF of its pages on standard output."""

from __future__ import annotations

import io
import json
import re
import resource
import sys

import pypdfium2
from PIL import Image, ImageOps

MAX_PIXELS = 50_000_000
MAX_SIDE = 2_400  # 200 dots an inch on a letter page
MOST_PAGES = 301  # one more than is taken, so that too many is seen
QUALITY = 85
MEMORY_BYTES = 2 * 1024**3
LETTER = (612.0, 792.0)  # points
MARGIN = 18.0
# What may hang at a page itself: scripts, and what programs wrote beside it. PDFium writes names plainly.
BESIDE = re.compile(rb"/(AA|JavaScript|JS|Metadata|PieceInfo)\b")


def pages_of(content: bytes) -> tuple[bytes, int]:
    """The pages of a PDF in a new one: what stands on them is drawn fast, all else stays behind."""
    source = pypdfium2.PdfDocument(content)
    count = min(len(source), MOST_PAGES)
    for number in range(count):
        page = source[number]
        pypdfium2.raw.FPDFPage_Flatten(page, pypdfium2.raw.FLAT_PRINT)
        page.close()
    made = pypdfium2.PdfDocument.new()
    made.import_pages(source, list(range(count)))
    saved = _saved(made)
    return (_drawn_anew(source, count) if BESIDE.search(saved) else saved), count


def _drawn_anew(source: pypdfium2.PdfDocument, count: int) -> bytes:
    """Each page as a drawing on a page of our own, as it is turned and cropped; nothing that hangs at it.

    Larger: what pages share, such as fonts, is copied for each.
    """
    made = pypdfium2.PdfDocument.new()
    for number in range(count):
        page = source[number]
        size = page.get_size()
        page.close()
        drawn = source.page_as_xobject(number, made)
        page = made.new_page(*size)
        page.insert_obj(drawn.as_pageobject())
        page.gen_content()
        page.close()
        drawn.close()
    return _saved(made)


def page_of_picture(kind: str, content: bytes) -> tuple[bytes, int]:
    """A picture, upright and whole, on one letter page; nothing that the camera wrote beside it."""
    opened = Image.open(io.BytesIO(content), formats=["JPEG" if kind == "jpeg" else "PNG"])
    if opened.width * opened.height > MAX_PIXELS:
        raise ValueError("too many dots")
    picture = ImageOps.exif_transpose(opened).convert("RGB")
    picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", quality=QUALITY)
    made = pypdfium2.PdfDocument.new()
    page = made.new_page(*LETTER)
    image = pypdfium2.PdfImage.new(made)
    image.load_jpeg(jpeg, pages=[page], inline=True)
    room = (LETTER[0] - 2 * MARGIN, LETTER[1] - 2 * MARGIN)
    scale = min(room[0] / picture.width, room[1] / picture.height)
    width, height = picture.width * scale, picture.height * scale
    matrix = pypdfium2.PdfMatrix().scale(width, height)
    image.set_matrix(matrix.translate((LETTER[0] - width) / 2, (LETTER[1] - height) / 2))
    page.insert_obj(image)
    page.gen_content()
    page.close()
    return _saved(made), 1


def _saved(document: pypdfium2.PdfDocument) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def main() -> None:
    """One file in, one PDF out; anything else ends this process with an error."""
    kind, seconds = sys.argv[1], int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    content = sys.stdin.buffer.read()
    pdf, count = pages_of(content) if kind == "pdf" else page_of_picture(kind, content)
    sys.stdout.buffer.write(json.dumps({"pages": count}).encode() + b"\n" + pdf)


if __name__ == "__main__":
    main()
