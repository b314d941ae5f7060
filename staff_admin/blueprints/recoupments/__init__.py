"""Payers' money beside claims: takebacks, our checks to payers, interest and the like by month."""

from staff_admin.blueprints.recoupments import refunds, views
from staff_admin.blueprints.recoupments.views import blueprint

__all__ = ["blueprint", "refunds", "views"]
