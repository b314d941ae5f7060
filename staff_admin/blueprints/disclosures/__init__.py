"""The accounting of disclosures of an account."""

from staff_admin.blueprints.disclosures.views import blueprint

__all__ = ["blueprint"]
