"""Messages: the inbox across accounts, one account's thread, texts of unknown numbers."""

from staff_admin.blueprints.messages import changes, kept, newcomers, views
from staff_admin.blueprints.messages.views import blueprint

__all__ = ["blueprint", "changes", "kept", "newcomers", "views"]
