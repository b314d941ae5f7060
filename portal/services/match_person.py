"""How files find a person again: names folded so that case, accents and punctuation do not matter."""

from __future__ import annotations

import unicodedata
from datetime import date

ADULT_YEARS = 18
ZIP_DIGITS = 5


def fold(text: str) -> str:
    """Letters and digits alone, lower case, without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in plain if character.isalnum())


def match_name(last: str, first: str) -> str:
    """The folded "last first" kept beside every patient."""
    return f"{fold(last)} {fold(first)}".strip()


def match_address(street: str, postal_code: str) -> str:
    """Street and five-digit ZIP folded; empty when there is no street."""
    return f"{fold(street)} {fold(postal_code)[:5]}" if fold(street) else ""


def agrees(known: tuple[date | None, str], typed: tuple[date | None, str]) -> bool:
    """Whether a typed birth date and ZIP are those on file; a ZIP that nobody told us cannot differ."""
    birth_on, typed_birth_on = known[0], typed[0]
    zips = [postal_code.strip()[:ZIP_DIGITS] for _, postal_code in (known, typed)]
    return birth_on is not None and birth_on == typed_birth_on and zips[0] in {"", zips[1]}


def age_on(birth_on: date, on: date) -> int:
    """Full years of age."""
    return on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))
