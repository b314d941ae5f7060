"""Python's English sentences in Spanish: whole ones by the catalogue, those with values by its patterns.

A statement keeps its sentences as they were written, amounts and dates in them. `Your plan put $50.00 of this toward
your yearly deductible.` fits the id `Your plan put %(deductible)s of this toward your yearly deductible.`; what stands in
its places is kept, a date in the form of the language, known words in its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.dates import format_date
from babel.messages.mofile import read_mo

PLACE = re.compile(r"%\((\w+)\)s")
SENTENCES = re.compile(r"(?<=[.?:]) ")
DATES = (
    (re.compile(r"\b[A-Z][a-z]{2,8} \d{1,2}, \d{4}\b"), ("%B %d, %Y", "%b %d, %Y"), "long"),
    (re.compile(r"\b[A-Z][a-z]{2} \d{1,2}\b(?!,)"), ("%b %d",), "d MMM"),
)


@cache
def _catalogue(path: Path) -> dict[str, str]:
    with path.open("rb") as compiled:
        found = {str(m.id): str(m.string) for m in read_mo(compiled) if m.id and m.string}
    # Without places nothing is formatted, so a doubled percent sign is a single one.
    return {
        id_ if PLACE.search(id_) else id_.replace("%%", "%"): (
            words if PLACE.search(id_) else words.replace("%%", "%")
        )
        for id_, words in found.items()
    }


@cache
def _patterns(path: Path) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Ids with places as patterns, those with the most words first; a bare place would fit anything."""
    found = [
        (_pattern(id_), words)
        for id_, words in _catalogue(path).items()
        if PLACE.search(id_) and re.search(r"[a-z]{2}", PLACE.sub("", id_)) and "<" not in id_
    ]
    return tuple(sorted(found, key=lambda pair: len(PLACE.sub("", pair[1])), reverse=True))


def _pattern(id_: str) -> re.Pattern[str]:
    pieces, seen = [], set[str]()
    for number, piece in enumerate(PLACE.split(id_)):
        if number % 2 == 0:
            pieces.append(re.escape(piece.replace("%%", "%")))
        elif piece in seen:
            pieces.append(f"(?P={piece})")
        else:
            seen.add(piece)
            pieces.append(f"(?P<{piece}>.+?)")
    return re.compile("".join(pieces), re.DOTALL)


def in_words_of(path: Path, english: str, language: str) -> str:
    """The catalogue's words for one English text; sentence by sentence when it knows none for the whole."""
    found = _known(path, english, language)
    if found is not None:
        return found
    sentences = SENTENCES.split(english)
    if len(sentences) > 1:
        return " ".join(in_words_of(path, sentence, language) for sentence in sentences)
    return english


def _known(path: Path, english: str, language: str) -> str | None:
    whole = _catalogue(path).get(english)
    if whole is not None:
        return whole
    for pattern, words in _patterns(path):
        fits = pattern.fullmatch(english)
        if fits:
            inner = {name: _inner(path, part, language) for name, part in fits.groupdict().items()}
            return words % inner
    return None


def _inner(path: Path, part: str, language: str) -> str:
    """What stands in a place: known words, also when they begin small there, else the same with its dates."""
    known = _catalogue(path)
    if part in known:
        return known[part]
    label = known.get(part[:1].upper() + part[1:], "")
    return label[:1].lower() + label[1:] if label else dated(part, language)


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
