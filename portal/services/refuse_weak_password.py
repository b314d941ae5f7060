"""Say why a password would be guessed, or nothing: length and guessability, no composition rules (ID-6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from zxcvbn import zxcvbn

SHORTEST, LONGEST = 12, 128
# So few guesses are made first: leaked passwords, names, words and dates, keyboard runs, and simple
# combinations of them. Below this a stolen hash falls within hours.
GUESSES = 10**9
JUDGED = 72  # zxcvbn reads no more; whoever types more than this pastes or repeats
# Known from a comic to everybody, and so to those who guess, though its words are four.
BLOCKED = frozenset({"correcthorsebatterystaple", "correct horse battery staple"})
OURS = ("kindbill", "patient portal")
PIECES = re.compile(r"[\W_]+")


def refuse_weak_password(password: str, *, about: tuple[str, ...] = ()) -> str | None:
    """The reason not to take this password, in words for the person, or None.

    `about` are things anyone could know: the e-mail address, the practice's name.
    """
    password = unicodedata.normalize("NFC", password)
    if len(password) < SHORTEST:
        return "Use at least 12 characters. Three or four words in a row work well."
    if len(password) > LONGEST:
        return "Use at most 128 characters."
    judged = zxcvbn(password[:JUDGED], user_inputs=_known((*about, *OURS)))
    if judged["guesses"] >= GUESSES and password.casefold() not in BLOCKED:
        return None
    parts = list(_parts(judged["sequence"]))
    if any(part.get("dictionary_name") == "user_inputs" for part in parts):
        return "This password is too close to your e-mail address or our name. Choose another."
    if any(part["pattern"] == "dictionary" for part in parts):
        return "Many people use passwords like this, so they are tried first. Choose another."
    return "This password is a simple pattern. Choose one that is harder to guess."


def _known(about: Iterable[str]) -> list[str]:
    """Each thing whole, without its spaces, and its pieces."""
    found = [[item, item.replace(" ", ""), *PIECES.split(item)] for item in about]
    return [piece for pieces in found for piece in pieces if piece]


def _parts(sequence: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """What the password was read as; of a repeated piece also what the piece is."""
    for part in sequence:
        yield part
        yield from _parts(part.get("base_matches") or ())
