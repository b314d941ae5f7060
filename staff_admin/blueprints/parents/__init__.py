"""Parents and guardians who ask to see a child's account."""

from staff_admin.blueprints.parents.views import blueprint

__all__ = ["blueprint"]
