"""The register of holds, the holds of an account, and what the gate said no to."""

from staff_admin.blueprints.holds.views import blueprint

__all__ = ["blueprint"]
