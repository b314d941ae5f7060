"""Refunds: ask for one, approve or decline it, and see what became of each; by card, or by check."""

from staff_admin.blueprints.refunds.checks import blueprint as checks
from staff_admin.blueprints.refunds.views import blueprint

blueprint.register_blueprint(checks)

__all__ = ["blueprint"]
