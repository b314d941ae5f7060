"""The home of somebody without a record yet, and everybody's own details."""

from portal.blueprints.profile.views import blueprint

__all__ = ["blueprint"]
