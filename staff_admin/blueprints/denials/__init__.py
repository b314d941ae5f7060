"""What payers refused: the worklist, each denial, its appeals, deadlines by payer, and letters."""

from staff_admin.blueprints.denials import actions, appeals, rules, views
from staff_admin.blueprints.denials.views import blueprint

__all__ = ["actions", "appeals", "blueprint", "rules", "views"]
