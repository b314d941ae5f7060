"""Today's work."""

from staff_admin.blueprints.home.views import blueprint

__all__ = ["blueprint"]
