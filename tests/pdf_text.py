"""What a person reads in a PDF that typst made: its glyphs, by the map to characters that it carries."""

from __future__ import annotations

import io
import re

import pikepdf

PAIR = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*(?:\n|$)")
RANGE = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")


def pdf_text(data: bytes) -> str:
    """The text of all pages, run after run."""
    return " ".join(text for _, _, text in pdf_runs(data))


def pdf_runs(data: bytes) -> list[tuple[str, float, str]]:
    """Each run of all pages: the name of its font, its points, its text."""
    runs: list[tuple[str, float, str]] = []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            fonts = page.Resources.get("/Font", {})
            maps = {
                str(name): _characters(font.ToUnicode.read_bytes()) for name, font in fonts.items()
            }
            current: dict[int, str] = {}
            name, size = "", 0.0
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tf":
                    current = maps[str(operands[0])]
                    name, size = str(fonts[str(operands[0])].BaseFont), float(operands[1])
                elif str(operator) in {"Tj", "TJ"}:
                    parts = operands[0] if str(operator) == "TJ" else operands
                    codes = b"".join(bytes(p) for p in parts if isinstance(p, pikepdf.String))
                    text = "".join(
                        current.get(int.from_bytes(codes[at : at + 2], "big"), "?")
                        for at in range(0, len(codes), 2)
                    )
                    runs.append((name, size, text))
    return runs


def pdf_said(data: bytes) -> str:
    """What a screen reader is told, spaces left out: where letters change places or shape, the words behind them."""
    said = ""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            fonts = page.Resources.get("/Font", {})
            maps = {
                str(name): _characters(font.ToUnicode.read_bytes()) for name, font in fonts.items()
            }
            current: dict[int, str] = {}
            open_marks: list[bool] = []
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) in {"BDC", "BMC"}:
                    marked = operands[1] if len(operands) > 1 else None
                    told = isinstance(marked, pikepdf.Dictionary) and "/ActualText" in marked
                    open_marks.append(told)
                    said += str(marked.ActualText) if told else ""
                elif str(operator) == "EMC":
                    open_marks.pop()
                elif str(operator) == "Tf":
                    current = maps[str(operands[0])]
                elif str(operator) in {"Tj", "TJ"} and not any(open_marks):
                    parts = operands[0] if str(operator) == "TJ" else operands
                    codes = b"".join(bytes(p) for p in parts if isinstance(p, pikepdf.String))
                    said += "".join(
                        current.get(int.from_bytes(codes[at : at + 2], "big"), "?")
                        for at in range(0, len(codes), 2)
                    )
    return "".join(said.split())


def _characters(cmap: bytes) -> dict[int, str]:
    found = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, text in PAIR.findall(block):
            found[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, text in RANGE.findall(block):
            for step, code in enumerate(range(int(first, 16), int(last, 16) + 1)):
                found[code] = chr(int(text, 16) + step)
    return found
