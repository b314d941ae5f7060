"""Payment plans: choose, read, sign; then see how it stands, and change it."""

from portal.blueprints.plans import change, life, views
from portal.blueprints.plans.views import blueprint

__all__ = ["blueprint", "change", "life", "views"]
