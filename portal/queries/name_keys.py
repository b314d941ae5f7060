"""What to look for in the name index: beginnings of words, and words with one typing mistake.

The database's function `name_keys` makes the other side (migration 0007).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import ARRAY, ColumnElement, Text, and_, func, literal
from sqlalchemy.orm import InstrumentedAttribute

LONGEST_START = 12
SHORTEST_MISTYPED = 4  # in a shorter word one letter changes too much
_NO_LETTER = re.compile(r"[^a-z0-9\s-]")  # accents fall away with their marks


def words_of(term: str) -> tuple[str, ...]:
    """The words of a name, folded as the index folds them."""
    plain = unicodedata.normalize("NFKD", term.lower().replace(",", " "))
    return tuple(word for word in re.split(r"[\s-]+", _NO_LETTER.sub("", plain)) if word)


def begins(
    last: InstrumentedAttribute[str], first: InstrumentedAttribute[str], words: Sequence[str]
) -> ColumnElement[bool]:
    """Each word begins a word of the name, whatever the order."""
    return and_(*(_any_of(last, first, [_start(word)]) for word in words))


def resembles(
    last: InstrumentedAttribute[str], first: InstrumentedAttribute[str], words: Sequence[str]
) -> ColumnElement[bool]:
    """The same, with a letter of each word missing, added, changed or out of place."""
    return and_(*(_any_of(last, first, [_start(word), *_mistyped(word)]) for word in words))


def _start(word: str) -> str:
    return f"^{word[:LONGEST_START]}"


def _mistyped(word: str) -> list[str]:
    if len(word) < SHORTEST_MISTYPED:
        return []
    return [f"~{word}", *(f"~{word[:at]}{word[at + 1 :]}" for at in range(len(word)))]


def _any_of(
    last: InstrumentedAttribute[str], first: InstrumentedAttribute[str], keys: list[str]
) -> ColumnElement[bool]:
    held = func.name_keys(last, first, type_=ARRAY(Text))
    return held.op("&&")(literal(keys, ARRAY(Text)))
