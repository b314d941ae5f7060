"""The held queue: what waits for a person."""

from staff_admin.blueprints.work import decisions, views
from staff_admin.blueprints.work.views import blueprint

__all__ = ["blueprint", "decisions", "views"]
