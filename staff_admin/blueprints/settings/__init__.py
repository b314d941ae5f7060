"""What the practice may choose, with its history."""

from staff_admin.blueprints.settings.views import blueprint

__all__ = ["blueprint"]
