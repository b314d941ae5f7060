"""Packets of bills before an agency: prepared, read, signed by another, and the placement that follows."""

from staff_admin.blueprints.packets import doing, views
from staff_admin.blueprints.packets.views import blueprint

__all__ = ["blueprint", "doing", "views"]
