"""Who is spoken to in a note: `@biller` names whoever signs in as biller@..., as the list beside the note says."""

from __future__ import annotations

import re

# An e-mail address in a note speaks to nobody: an @ counts at the beginning of a word alone.
_MENTION = re.compile(r"(?<![\w.+@-])@([a-z0-9](?:[a-z0-9._+-]*[a-z0-9])?)", re.IGNORECASE)


def mentions_in(text: str) -> tuple[str, ...]:
    """The handles that the text names, in small letters, each once, in order."""
    return tuple(dict.fromkeys(found.lower() for found in _MENTION.findall(text)))


def handle_of(email: str) -> str:
    """What colleagues write after the @: the part of the address before it."""
    return email.partition("@")[0].lower()
