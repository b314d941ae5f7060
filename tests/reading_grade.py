"""The Flesch-Kincaid grade of a text, counted offline (STMT-14)."""

from __future__ import annotations

import re

WORD = re.compile(r"[A-Za-z']+")
SENTENCE_END = re.compile(r"[.?:](?:\s|$)")


def grade(text: str) -> float:
    """US school grade; numbers, amounts and dates are not words."""
    words = WORD.findall(text)
    sentences = max(1, len(SENTENCE_END.findall(text)))
    syllables = sum(map(_syllables, words))
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str) -> int:
    word = re.sub(r"(?:[^laeiouy]e|ed|es)$", "", word.lower()) if len(word) > 3 else word.lower()
    return max(1, len(re.findall(r"[aeiouy]+", word)))
