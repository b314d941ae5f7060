"""Prints a statement from its stored content (goal: 40 a second on one core, ten times WeasyPrint)."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import Any

import weasyprint

from benchmarks.claims import NOW
from benchmarks.database import empty_practice
from benchmarks.measure import by_turns, size, tell
from benchmarks.practice import sent_statement
from portal.adapters.pdf import TypstPrinter
from portal.queries.statement_json import from_json
from portal.queries.statement_print import PrintedCode, statement_print

STYLE = """<style>@page { size: letter; margin: 20mm } body { font: 10pt sans-serif }
table { width: 100%; border-collapse: collapse } td { border-bottom: 1px solid #999; padding: 2pt }</style>"""
CODE = PrintedCode("ABCD-EFGH-JKLM", (NOW + timedelta(days=60)).date(), "ABCD-EFGH-JKMN")


def plain_html(words: Any) -> str:
    """Everything that a statement says, in the plainest boxes."""
    if isinstance(words, dict):
        rows = "".join(
            f"<tr><td>{escape(str(key))}<td>{plain_html(value)}"
            for key, value in words.items()
            if value and key != "qr"
        )
        return f"<table>{rows}</table>"
    if isinstance(words, list | tuple):
        return "".join(f"<div>{plain_html(one)}</div>" for one in words)
    return escape(str(words))


def main() -> None:
    with empty_practice() as (_, home):
        stored = sent_statement(home).content
    printer, count = TypstPrinter(), size(40, 2)
    number = iter(range(1_000_000))

    def kindbill() -> None:
        for _ in range(count):
            # Another number each time, as in a day's mail: the compiler remembers what it saw.
            words = statement_print(from_json(stored), CODE) | {"number": f"S{next(number)}"}
            printer.print("statement", words)

    def peer() -> None:
        words = plain_html(statement_print(from_json(stored), CODE))
        weasyprint.HTML(string=f"{STYLE}<h1>Statement</h1>{words}").write_pdf()

    kindbill()  # the first one loads the fonts; a printer process stays
    peer()
    ours, theirs = by_turns(kindbill, peer)
    tell(
        "Statement PDFs, one core",
        count / ours,
        "PDF/s",
        peer="WeasyPrint",
        peer_value=1 / theirs,
        goal=10,
    )


if __name__ == "__main__":
    main()
