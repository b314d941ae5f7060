"""Pages that anybody may read."""

from portal.blueprints.pages.views import blueprint

__all__ = ["blueprint"]
