"""Remittances: read them, and upload new ones."""

from staff_admin.blueprints.remittances import uploads, views
from staff_admin.blueprints.remittances.views import blueprint

__all__ = ["blueprint", "uploads", "views"]
