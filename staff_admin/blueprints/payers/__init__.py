"""Payers: how much of what each sends posts by itself."""

from staff_admin.blueprints.payers.views import blueprint

__all__ = ["blueprint"]
