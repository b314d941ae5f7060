"""Python's English sentences in Spanish: whole ones by the catalogue, those with values by its patterns.

A statement keeps its sentences as they were written, amounts and dates in them. `Your plan put $50.00 of this toward
your yearly deductible.` fits the id `Your plan put %(deductible)s of this toward your yearly deductible.`; what stands in
its places is kept, a date in the form of the language, known words in its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.dates import format_date
from babel.messages.mofile import read_mo

PLACE = re.compile(r"%\((\w+)\)s")
SENTENCES = re.compile(r"(?<=[.?]) ")
DATES = (
    (re.compile(r"\b[A-Z][a-z]{2,8} \d{1,2}, \d{4}\b"), ("%B %d, %Y", "%b %d, %Y"), "long"),
    (re.compile(r"\b[A-Z][a-z]{2} \d{1,2}\b(?!,)"), ("%b %d",), "d MMM"),
)


@cache
def _catalogue(path: Path) -> dict[str, str]:
    with path.open("rb") as compiled:
        found = {
            m.id: str(m.string)
            for m in read_mo(compiled)
            if m.id and m.string and isinstance(m.id, str)
        }
    # Without places nothing is formatted, so a doubled percent sign is a single one.
    return {
        id_ if PLACE.search(id_) else id_.replace("%%", "%"): (
            words if PLACE.search(id_) else words.replace("%%", "%")
        )
        for id_, words in found.items()
    }


@dataclass(frozen=True, slots=True)
class _Pattern:
    """An id with places; `mark` is its longest piece of words, which a text must have to be worth a try."""

    length: int  # of its own words
    mark: str
    fits: re.Pattern[str]
    words: str


@cache
def _patterns(path: Path) -> tuple[_Pattern, ...]:
    """Ids with places as patterns, those with the most words first; a bare place would fit anything."""
    found = [
        _pattern(id_, words)
        for id_, words in _catalogue(path).items()
        if PLACE.search(id_) and re.search(r"[a-z]{2}", PLACE.sub("", id_)) and "<" not in id_
    ]
    return tuple(sorted(found, key=lambda one: one.length, reverse=True))


def _pattern(id_: str, words: str) -> _Pattern:
    pieces, seen = [], set[str]()
    split = [piece.replace("%%", "%") for piece in PLACE.split(id_)]
    for number, piece in enumerate(split):
        if number % 2 == 0:
            pieces.append(re.escape(piece))
        elif piece in seen:
            pieces.append(f"(?P={piece})")
        else:
            seen.add(piece)
            pieces.append(f"(?P<{piece}>.+?)")
    own = split[::2]
    fits = re.compile("".join(pieces), re.DOTALL)
    return _Pattern(len("".join(own)), max(own, key=len), fits, words)


def in_words_of(path: Path, english: str, language: str) -> str:
    """The catalogue's words for one English text: for as many of its sentences together as it knows."""
    pieces, said, at = SENTENCES.split(english), [], 0
    while at < len(pieces):
        ends = range(len(pieces), at, -1)
        found, at = _longest(path, pieces, at, ends, language)
        said.append(found)
    return " ".join(said)


def _longest(path: Path, pieces: list[str], at: int, ends: range, language: str) -> tuple[str, int]:
    """The words for the sentences from here on and where they end; one sentence as it is when none are known."""
    for end in ends:
        found = _known(path, " ".join(pieces[at:end]), language)
        if found is not None:
            return found, end
    for end in reversed(ends):  # a full stop may stand inside a name, as in "St. Luke"
        found = _known(path, " ".join(pieces[at:end]), language, stops=True)
        if found is not None:
            return found, end
    return pieces[at], at + 1


def _known(path: Path, english: str, language: str, *, stops: bool = False) -> str | None:
    """The words for the whole text; `stops`: sentences may end inside its places."""
    whole = _catalogue(path).get(english)
    if whole is not None:
        return whole
    for pattern in _patterns(path):
        fits = pattern.fits.fullmatch(english) if pattern.mark in english else None
        if fits and (stops or not any(map(SENTENCES.search, fits.groups()))):
            parts = {name: _inner(path, part, language) for name, part in fits.groupdict().items()}
            return pattern.words % parts
    return None


def _inner(path: Path, part: str, language: str) -> str:
    """What stands in a place: known words, with a small first letter too; else its dates in the language's form."""
    found = _known(path, part, language)
    if found is None and part[:1].islower():
        found = _known(path, part[:1].upper() + part[1:], language)
        found = found and found[:1].lower() + found[1:]
    return dated(part, language) if found is None else found


def dated(text: str, language: str) -> str:
    """Dates written in English, as the language writes them."""
    for pattern, forms, style in DATES:
        text = pattern.sub(_rewriter(forms, style, language), text)
    return text


def _rewriter(forms: tuple[str, ...], style: str, language: str) -> Callable[[re.Match[str]], str]:
    def rewrite(found: re.Match[str]) -> str:
        day = next(_read(found[0], forms), None)
        return found[0] if day is None else str(format_date(day, style, locale=language))

    return rewrite


def _read(text: str, forms: tuple[str, ...]) -> Iterator[datetime]:
    for form in forms:
        try:
            # A leap year, so that February 29 reads when no year is written.
            yield datetime.strptime(
                text if "%Y" in form else f"{text}, 2024", form if "%Y" in form else f"{form}, %Y"
            ).replace(tzinfo=UTC)
        except ValueError:
            continue
