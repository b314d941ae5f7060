"""Checking in on one's own phone before a visit."""

from portal.blueprints.check_in import start, views
from portal.blueprints.check_in.start import here
from portal.blueprints.check_in.views import blueprint

__all__ = ["blueprint", "here", "start", "views"]
