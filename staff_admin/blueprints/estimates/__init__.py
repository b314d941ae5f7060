"""Good-faith estimates, and bills far above theirs."""

from staff_admin.blueprints.estimates import ties, views
from staff_admin.blueprints.estimates.views import blueprint

__all__ = ["blueprint", "ties", "views"]
