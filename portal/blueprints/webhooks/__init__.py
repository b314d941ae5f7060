"""What providers tell us: verified, stored, answered at once, handled by jobs."""

from portal.blueprints.webhooks.views import blueprint

__all__ = ["blueprint"]
