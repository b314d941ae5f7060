"""Whether two names are one person's: accents, hyphens, nicknames and suffixes, by fixed rules and nothing fuzzy (ID-2).

SAME may open a record, together with a birth date, a thing on file and a code to it. CLOSE is for a person to look
at: a letter differs, an initial stands for a name, two suffixes contradict each other.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from nicknames import NickNamer
from rapidfuzz.distance import OSA

# Letters that no accent can be taken from.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}
)
# Small words of a last name: alone they are no name.
_PARTICLES = frozenset(
    ["a", "al", "ap", "av", "bin", "da", "de", "del", "dela", "della", "den", "der", "des", "di", "do", "dos", "du", "el", "la", "las", "le", "los", "mac", "mc", "of", "san", "santa", "st", "ten", "ter", "van", "vande", "vander", "von", "y", "zu"]
)  # fmt: skip
_SUFFIXES = {
    **dict.fromkeys(("jr", "junior", "jnr"), "jr"),
    **dict.fromkeys(("sr", "senior", "snr"), "sr"),
    **{numeral: numeral for numeral in ("ii", "iii", "iv", "v")},
    "2nd": "ii",
    "3rd": "iii",
    "4th": "iv",
}
SHORTEST_PART = 3  # of a double name, to stand for the whole
SHORTEST_MISTYPED = 4  # in a shorter name one letter makes another name


class Likeness(IntEnum):
    """How far two names agree."""

    DIFFERENT = 0
    CLOSE = 1
    SAME = 2


@dataclass(frozen=True, slots=True)
class Name:
    """A name as a person or a file gave it; the suffix may also stand in one of the others."""

    last: str
    first: str
    suffix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How far the parts of two names agree; two suffixes that differ are two people's, mostly."""

    last: Likeness
    first: Likeness
    other_suffix: bool


def likeness(one: Name, other: Name) -> Likeness:
    """The weaker of last and first names' agreement; father and son are never the SAME."""
    told = compared(one, other)
    found = min(told.last, told.first)
    return min(found, Likeness.CLOSE) if told.other_suffix else found


def compared(one: Name, other: Name) -> Compared:
    """Last names, first names and suffixes of two people, each for itself."""
    (last, first, suffix), (last_2, first_2, suffix_2) = _parts(one), _parts(other)
    return Compared(
        last=_last_names(last, last_2),
        first=_first_names(first, first_2),
        other_suffix=bool(suffix and suffix_2 and suffix != suffix_2),
    )


def _parts(name: Name) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Words of the last name, words of the first name, and the suffix wherever it stood."""
    suffix = _suffix(name.suffix)
    last, first = list(_words(name.last)), list(_words(name.first))
    for words in (last, first):
        if len(words) > 1 and words[-1] in _SUFFIXES:
            suffix = suffix or _SUFFIXES[words[-1]]
            words.pop()
    return tuple(last), tuple(first), suffix


def _suffix(text: str) -> str:
    return _SUFFIXES.get("".join(_words(text)), "")


@cache
def _words(text: str) -> tuple[str, ...]:
    """Lower-case words without accents; hyphens part them, apostrophes and dots do not."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    kept = "".join(
        " " if letter.isspace() or unicodedata.category(letter) == "Pd" else letter
        for letter in plain
        if letter.isalnum() or letter.isspace() or unicodedata.category(letter) == "Pd"
    )
    return tuple(kept.split())


def _last_names(one: tuple[str, ...], other: tuple[str, ...]) -> Likeness:
    """The SAME when written apart or together, or when one is a whole part of the other's double name."""
    whole, whole_2 = "".join(one), "".join(other)
    if not whole or not whole_2:
        return Likeness.DIFFERENT
    if whole == whole_2:
        return Likeness.SAME
    names, names_2 = _surnames(one), _surnames(other)
    if (len(names) == 1 and names[0] in names_2) or (len(names_2) == 1 and names_2[0] in names):
        return Likeness.SAME
    return Likeness.CLOSE if _mistyped(whole, whole_2) else Likeness.DIFFERENT


def _surnames(words: tuple[str, ...]) -> tuple[str, ...]:
    """The names in a double name, each with the small words before it: `de la cruz`, `lopez`."""
    found, run = [], ""
    for word in words:
        run += word
        if word not in _PARTICLES:
            found.append(run)
            run = ""
    return tuple(name for name in found if len(name) >= SHORTEST_PART)


def _first_names(one: tuple[str, ...], other: tuple[str, ...]) -> Likeness:
    """The SAME when equal, when one is the other's nickname, or when one leaves the second name out."""
    whole, whole_2 = "".join(one), "".join(other)
    if not whole or not whole_2:
        return Likeness.DIFFERENT
    if whole == whole_2 or _is_nickname(whole, whole_2):
        return Likeness.SAME
    first, first_2 = one[0], other[0]
    if len(one) == 1 or len(other) == 1:
        alike = first == first_2 or _is_nickname(first, first_2)
        if alike and min(len(first), len(first_2)) > 1:
            return Likeness.SAME
    initial = first[0] == first_2[0] and min(len(first), len(first_2)) == 1
    cousins = bool(_namer().canonicals_of(first) & _namer().canonicals_of(first_2))
    if initial or cousins or _mistyped(first, first_2):
        return Likeness.CLOSE
    return Likeness.DIFFERENT


def _is_nickname(one: str, other: str) -> bool:
    return one in _namer().nicknames_of(other) or other in _namer().nicknames_of(one)


def _mistyped(one: str, other: str) -> bool:
    """One letter missing, added, changed, or out of place."""
    if min(len(one), len(other)) < SHORTEST_MISTYPED:
        return False
    return OSA.distance(one, other, score_cutoff=1) <= 1


@cache
def _namer() -> NickNamer:
    return NickNamer()
