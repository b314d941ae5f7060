"""Who may sign in as staff, and with which rights."""

from staff_admin.blueprints.staff.views import blueprint

__all__ = ["blueprint"]
