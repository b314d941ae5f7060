"""Checks and cash: counted, entered by scan line, posted when the total agrees."""

from staff_admin.blueprints.batches.views import blueprint

__all__ = ["blueprint"]
