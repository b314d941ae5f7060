"""Kept answers: words of the practice in which a name alone is filled in. Pure."""

from __future__ import annotations

NAME = "{name}"


class UnknownField(ValueError):
    """The words hold another field than the name; the message says so to staff."""


def checked_words(words: str) -> str:
    """The words, trimmed. Raises UnknownField for any brace that is not the name's."""
    words = words.strip()
    rest = words.replace(NAME, "")
    if "{" in rest or "}" in rest:
        raise UnknownField("Only {name} is filled in. Take every other brace out.")
    return words


def filled(words: str, name: str) -> str:
    """The words for one person; a name with braces in it stays as it is."""
    return name.join(words.split(NAME))
