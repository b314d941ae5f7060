"""Papers that staff put into packets, opened in a process of their own as pictures of cards are, and bound into one PDF."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from portal.adapters.card_images import kind_of
from portal.office_ports import CleanPaper, UnusablePaper

MAX_BYTES = 20 * 1024 * 1024
MAX_PAGES = 300
CHECKOUT = Path(__file__).resolve().parents[2]
CPU_SECONDS = 20
LAST_RESORT_SECONDS = 120
TAKEN = {"pdf", "jpeg", "png"}
DAMAGED = "This file is damaged or has a password. Save it anew without one, or scan the paper."


class Papers:
    """A PaperDesk. A stranger's file is decoded in the child alone; what is bound here, the child made."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()  # PDFium is not made for threads

    def clean(self, content: bytes) -> CleanPaper:
        """The paper's pages as a new PDF."""
        if not content:
            raise UnusablePaper("The file is empty.")
        if len(content) > MAX_BYTES:
            raise UnusablePaper("The file is larger than 20 MB. Send it in parts.")
        kind = kind_of(content)
        if kind not in TAKEN:
            raise UnusablePaper("Send a PDF, a JPEG or a PNG.")
        return _answer(_child(kind or "", content))

    def bind(self, front: bytes, enclosures: Sequence[bytes]) -> CleanPaper:
        """Our own pages first, with their tags, then each enclosure's pages in order."""
        import pypdfium2  # heavy, and only whoever binds a packet needs it

        with self._one_at_a_time:
            bound = pypdfium2.PdfDocument(front)
            try:
                for content in enclosures:
                    paper = pypdfium2.PdfDocument(content)
                    bound.import_pages(paper)
                    paper.close()
                if len(bound) > MAX_PAGES:
                    raise UnusablePaper(f"A packet has at most {MAX_PAGES} pages. Leave some out.")
                file = io.BytesIO()
                bound.save(file)
                return CleanPaper(content=file.getvalue(), pages=len(bound))
            finally:
                bound.close()


def _child(kind: str, content: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            [sys.executable, "-m", "portal.adapters.paper_pages", kind, str(CPU_SECONDS)],
            input=content,
            capture_output=True,
            check=False,
            cwd=CHECKOUT,
            env={},
            timeout=LAST_RESORT_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise UnusablePaper(DAMAGED) from error


def _answer(done: subprocess.CompletedProcess[bytes]) -> CleanPaper:
    """A line of JSON, then the PDF; a child that crashed or ran into a limit says neither."""
    head, _, pdf = done.stdout.partition(b"\n")
    if done.returncode != 0 or not head:
        raise UnusablePaper(DAMAGED)
    pages = int(json.loads(head)["pages"])
    if pages > MAX_PAGES:
        raise UnusablePaper(
            f"This paper has more than {MAX_PAGES} pages. Send the ones that matter."
        )
    return CleanPaper(content=pdf, pages=pages)
