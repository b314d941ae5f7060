"""Visits: see them, find a time and book it, move it, cancel it; and the door for who is new."""

from portal.blueprints.visits import book, change, door, estimate, views
from portal.blueprints.visits.views import blueprint

__all__ = ["blueprint", "book", "change", "door", "estimate", "views"]
