"""Coverages that people sent: check them against the card and what is on file."""

from staff_admin.blueprints.insurance.views import blueprint

__all__ = ["blueprint"]
