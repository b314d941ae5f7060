"""Financial assistance at the office: what waits, one application, entering one, and the policy."""

from staff_admin.blueprints.assistance import deciding, entering, policy, tying, views
from staff_admin.blueprints.assistance.views import blueprint

__all__ = ["blueprint", "deciding", "entering", "policy", "tying", "views"]
