"""A patient's own sign-in."""

from portal.blueprints.account.views import blueprint

__all__ = ["blueprint"]
