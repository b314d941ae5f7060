"""What somebody agrees to on our page when a way to pay is kept: the words as they read them, and from where."""

from __future__ import annotations

from flask import request

from portal.services.add_method import CONSENT, Agreed
from portal.web.languages import language, translated


def consent_words() -> tuple[str, ...]:
    """The words, in the page's language."""
    return tuple(str(translated(sentence)) for sentence in CONSENT)


def agreed_to_keep() -> Agreed:
    """For the record of it (PLAN-9)."""
    return Agreed(
        text="\n".join(consent_words()),
        language=language(),
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string[:200],
    )
