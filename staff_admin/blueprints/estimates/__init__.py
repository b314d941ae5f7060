"""Good-faith estimates, and bills far above theirs."""

from staff_admin.blueprints.estimates import asked, disputes, ties, views
from staff_admin.blueprints.estimates.views import blueprint

__all__ = ["asked", "blueprint", "disputes", "ties", "views"]
