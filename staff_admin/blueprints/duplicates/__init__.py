"""Duplicates: two records that may be one person."""

from staff_admin.blueprints.duplicates.views import blueprint

__all__ = ["blueprint"]
