"""Layouts in `templates/print` printed by typst as tagged PDF/UA-1; what they say comes as plain data."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst

PORTAL = Path(__file__).resolve().parent.parent
LAYOUTS = PORTAL / "templates" / "print"
FONTS = PORTAL / "static" / "fonts"
SCRIPTS = LAYOUTS / "fonts"  # of the notice in many languages, for paper alone (LANG-1)
# The same data gives the same bytes: a document carries no moment of printing.
NO_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)


class UnknownLayout(LookupError):
    """There is no layout of that name."""


class TypstPrinter:
    """A PdfPrinter. One compiler, kept warm; it prints one document at a time."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._compiler = typst.Compiler(
            root=str(LAYOUTS), font_paths=[str(FONTS), str(SCRIPTS)], ignore_system_fonts=True
        )

    def print(self, layout: str, data: Mapping[str, Any]) -> bytes:
        """The PDF of one layout; refuses to print what would not be accessible."""
        path = LAYOUTS / f"{layout}.typ"
        if path.parent != LAYOUTS or not path.exists():
            raise UnknownLayout(layout)
        with self._one_at_a_time:
            pdf = self._compiler.compile(
                input=str(path),
                format="pdf",
                sys_inputs={"data": json.dumps(data)},
                pdf_standards=["ua-1"],
                timestamp=NO_MOMENT,
            )
        if not isinstance(pdf, bytes):
            raise TypeError(f"typst gave no single document for {layout}")
        return pdf
