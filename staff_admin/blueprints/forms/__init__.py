"""The forms that people fill in before a visit: read, written, published."""

from staff_admin.blueprints.forms import views
from staff_admin.blueprints.forms.views import blueprint

__all__ = ["blueprint", "views"]
