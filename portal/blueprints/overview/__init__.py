"""The first page after signing in."""

from portal.blueprints.overview.views import blueprint

__all__ = ["blueprint"]
