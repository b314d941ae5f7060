"""The one place where a page learns the time; tests and demos put another clock into the app."""

from __future__ import annotations

from datetime import datetime

from flask import current_app


def now() -> datetime:
    """The present moment, aware, as the app's `CLOCK` tells it."""
    moment: datetime = current_app.config["CLOCK"]()
    return moment
