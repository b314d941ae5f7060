"""Restricted accounts: setting them, and opening one for a reason."""

from staff_admin.blueprints.restricted.views import blueprint

__all__ = ["blueprint"]
