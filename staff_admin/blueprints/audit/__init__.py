"""The audit trail across accounts."""

from staff_admin.blueprints.audit.views import blueprint

__all__ = ["blueprint"]
