"""How a page addresses its reader: "you" on one's own account, a name while one acts for somebody (HIPAA-9)."""

from __future__ import annotations

from flask import Flask, g


def register(app: Flask) -> None:
    """Give the templates both words; components need no context for them."""
    app.add_template_global(acting_name)
    app.add_template_global(voiced)


def acting_name() -> str:
    """The first name of the patient on whose behalf the reader acts, else empty. Never for a page's title."""
    return g.acting.first_name if "acting" in g else ""


def voiced(own: str, other: str) -> str:
    """The words for a reader's own account, or those for somebody else's, where `{who}` is that person."""
    who = acting_name()
    return other.replace("{who}", who) if who else own
