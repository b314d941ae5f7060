"""People who wait to be linked to their record."""

from staff_admin.blueprints.linking.views import blueprint

__all__ = ["blueprint"]
