"""How hard a text is to read: the US school grade of Flesch and Kincaid, by textstat (STMT-14)."""

from __future__ import annotations

import re

import textstat

# Amounts, dates, codes and addresses are read out, not understood word by word.
NO_WORDS = re.compile(r"https?://\S+|\S*\d\S*|[$\N{MINUS SIGN}]")


def reading_grade(text: str) -> float:
    """The grade of the words of a text."""
    return float(textstat.flesch_kincaid_grade(NO_WORDS.sub(" ", text)))
