"""From the home page to a sign-in of one's own, for somebody who has no letter from us."""

from portal.blueprints.registration.views import blueprint

__all__ = ["blueprint"]
