"""The waitlist: wait for an earlier time, see what is offered, take it or pass."""

from portal.blueprints.waitlist.views import blueprint

__all__ = ["blueprint"]
