"""Free text in CSV files for people: a spreadsheet must never take it for a formula."""

from __future__ import annotations

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain_cell(text: str) -> str:
    """Names, addresses and notes as text; amounts and ids stay as they are."""
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text
