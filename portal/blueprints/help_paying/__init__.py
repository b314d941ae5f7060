"""Help with paying: the public policy, what one might get, and applying for it (FA-5, FA-6)."""

from portal.blueprints.help_paying import guest, guest_status, papers, steps, views
from portal.blueprints.help_paying.views import blueprint

__all__ = ["blueprint", "guest", "guest_status", "papers", "steps", "views"]
