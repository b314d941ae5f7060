"""The books of a day."""

from staff_admin.blueprints.day.views import blueprint

__all__ = ["blueprint"]
