"""The tablet at the desk."""

from portal.blueprints.kiosk import views
from portal.blueprints.kiosk.views import blueprint

__all__ = ["blueprint", "views"]
