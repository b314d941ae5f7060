"""Payment plans at the office: what waits, one plan, making one, and the policy."""

from staff_admin.blueprints.plans import making, policy, views
from staff_admin.blueprints.plans.views import blueprint

__all__ = ["blueprint", "making", "policy", "views"]
