"""Bills at agencies: the list, one of them with orders by hand, and the files that carry the orders."""

from staff_admin.blueprints.placements import files, views
from staff_admin.blueprints.placements.views import blueprint

__all__ = ["blueprint", "files", "views"]
