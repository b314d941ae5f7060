"""Collection agencies: the contract with each, and who approved it."""

from staff_admin.blueprints.agencies.views import blueprint

__all__ = ["blueprint"]
