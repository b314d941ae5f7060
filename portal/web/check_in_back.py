"""The way back to a check-in, for whoever went to another page of ours in the middle of it."""

from __future__ import annotations

from uuid import UUID

from flask import Flask, request, session, url_for

KEY = "check_in"
# The parts of ours that a check-in leads to; elsewhere nobody is in the middle of one.
LED_TO = frozenset({"contact", "insurance", "profile", "payments", "pages"})


def register(app: Flask) -> None:
    """Give the layout the address of a check-in that was begun."""
    app.add_template_global(check_in_back)


def remember_check_in(appointment_id: UUID | None) -> None:
    """Begun, or (None) done."""
    if appointment_id is None:
        session.pop(KEY, None)
    else:
        session[KEY] = str(appointment_id)


def check_in_back() -> str:
    """Its address, on the pages that it leads to; empty elsewhere and where none was begun."""
    begun = session.get(KEY)
    if not begun or (request.endpoint or "").partition(".")[0] not in LED_TO:
        return ""
    return url_for("check_in.check_in", appointment_id=UUID(begun))
