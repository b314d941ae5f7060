"""The date of a demo; a practice's own app does not have it."""

from staff_admin.blueprints.demo_date.views import blueprint

__all__ = ["blueprint"]
