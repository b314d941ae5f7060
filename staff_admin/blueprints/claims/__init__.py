"""The practice's own claims files."""

from staff_admin.blueprints.claims.views import blueprint

__all__ = ["blueprint"]
