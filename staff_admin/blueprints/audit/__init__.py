"""The audit trail across accounts, its alerts and its monthly sign-off."""

from staff_admin.blueprints.audit import alerts
from staff_admin.blueprints.audit.views import blueprint

__all__ = ["alerts", "blueprint"]
