"""What the practice is, and which state law somebody here has read."""

from staff_admin.blueprints.organisation.views import blueprint

__all__ = ["blueprint"]
