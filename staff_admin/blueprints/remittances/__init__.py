"""Remittances: read them, and upload new ones."""

from staff_admin.blueprints.remittances import many, uploads, views
from staff_admin.blueprints.remittances.views import blueprint

__all__ = ["blueprint", "many", "uploads", "views"]
