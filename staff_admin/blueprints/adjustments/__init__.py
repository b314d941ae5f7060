"""Adjustments that wait for a second person, a plan's side, who owes what, and the limits."""

from staff_admin.blueprints.adjustments import lines, rules, views
from staff_admin.blueprints.adjustments.views import blueprint

__all__ = ["blueprint", "lines", "rules", "views"]
