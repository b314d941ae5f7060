"""Who waits for an earlier time."""

from staff_admin.blueprints.waitlist.views import blueprint

__all__ = ["blueprint"]
