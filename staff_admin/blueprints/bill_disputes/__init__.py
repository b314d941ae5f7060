"""Disputes of bills: what waits, one with everything beside each other, the answer, and what staff enter themselves."""

from staff_admin.blueprints.bill_disputes import enter, views
from staff_admin.blueprints.bill_disputes.views import blueprint

__all__ = ["blueprint", "enter", "views"]
