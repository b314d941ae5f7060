"""What is to be done before visits."""

from staff_admin.blueprints.visit_tasks import views
from staff_admin.blueprints.visit_tasks.views import blueprint

__all__ = ["blueprint", "views"]
