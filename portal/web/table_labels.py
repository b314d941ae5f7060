"""Cells that know the words of their column: on a phone a row is a card, and the head of the table is gone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Flask
from markupsafe import Markup, escape

OPENED = re.compile(r"<(tr|td|th)\b([^>]*)>")
SPANNED = re.compile(r'\b(col|row)span="(\d+)"')


def labelled(rows: Markup, heads: Sequence[str | tuple[str, str]]) -> Markup:
    """The same rows, each `td` with its column's words in `data-label`; the heads are those of the table macro.

    Where a row is a head and one cell, the words would only be said again in every row.
    """
    if len(heads) == len(("head", "cell")):
        return rows
    words = [head if isinstance(head, str) else head[0] for head in heads]
    filled = [0] * len(words)  # by column: the rows that a cell from above still reaches
    column = 0

    def opened(found: re.Match[str]) -> str:
        nonlocal column
        tag, attributes = found.groups()
        if tag == "tr":
            filled[:] = [max(reach - 1, 0) for reach in filled]
            column = 0
            return found[0]
        while column < len(words) and filled[column]:
            column += 1
        at, spans = column, {kind: int(count) for kind, count in SPANNED.findall(attributes)}
        column += spans.get("col", 1)
        filled[at:column] = [spans.get("row", 1)] * len(filled[at:column])
        if tag == "th" or at >= len(words):
            return found[0]
        return f'<td data-label="{escape(words[at])}"{attributes}>'

    return Markup(OPENED.sub(opened, rows))  # noqa: S704 (the rows are markup already; the words are escaped)


def register(app: Flask) -> None:
    """Give the table macro this filter."""
    app.add_template_filter(labelled)
