"""The notice of free language help of this practice, for a paper that is about to be printed (LANG-1)."""

from __future__ import annotations

from typing import Any

from billing.language_help import on_paper, tags_of
from portal.db import read_only
from portal.models.practice import Practice


def language_help(practice: Practice) -> dict[str, Any]:
    """With our phone, in the languages of our state: what the printed layouts take as `language_help`."""
    return on_paper(practice.phone, tags_of(practice.state))


def our_language_help() -> dict[str, Any]:
    """The same for whoever has not read the practice."""
    with read_only() as session:
        return language_help(session.get_one(Practice, 1))
