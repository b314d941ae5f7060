"""Refunds: ask for one, approve or decline it, and see what became of each."""

from staff_admin.blueprints.refunds.views import blueprint

__all__ = ["blueprint"]
