"""The held queue: what waits for a person."""

from staff_admin.blueprints.work import bulk, decisions, exceptions, same_fix, views
from staff_admin.blueprints.work.views import blueprint

__all__ = ["blueprint", "bulk", "decisions", "exceptions", "same_fix", "views"]
