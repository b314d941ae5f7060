"""Remittances: read them, and upload new ones."""

from staff_admin.blueprints.remittances.views import blueprint

__all__ = ["blueprint"]
