"""The bank: its files, its lines, and what each line answers."""

from staff_admin.blueprints.bank import files, views
from staff_admin.blueprints.bank.views import blueprint

__all__ = ["blueprint", "files", "views"]
