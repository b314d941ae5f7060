"""Our letters, as patients read them."""

from portal.blueprints.letters.views import blueprint

__all__ = ["blueprint"]
