"""Accounts: find one, understand its balance, adjust it, name its guarantor."""

from staff_admin.blueprints.accounts import changes, views
from staff_admin.blueprints.accounts.views import blueprint

__all__ = ["blueprint", "changes", "views"]
