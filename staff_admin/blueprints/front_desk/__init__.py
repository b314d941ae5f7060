"""The day at the desk: who is here, what is missing, and the tablets."""

from staff_admin.blueprints.front_desk import check_ins, kiosks, views
from staff_admin.blueprints.front_desk.views import blueprint

__all__ = ["blueprint", "check_ins", "kiosks", "views"]
