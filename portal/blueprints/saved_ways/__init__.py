"""Ways to pay that are kept, and autopay: add, choose, remove; read, sign, stop."""

from portal.blueprints.saved_ways import autopay, views
from portal.blueprints.saved_ways.views import blueprint

__all__ = ["autopay", "blueprint", "views"]
