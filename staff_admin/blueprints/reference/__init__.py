"""Reference data: payers, providers, fees, limits and letters, by hand or from a file."""

from staff_admin.blueprints.reference.views import blueprint

__all__ = ["blueprint"]
