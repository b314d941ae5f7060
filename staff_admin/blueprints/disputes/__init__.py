"""Disputes: what banks took back, and what a person decides about it."""

from staff_admin.blueprints.disputes.views import blueprint

__all__ = ["blueprint"]
