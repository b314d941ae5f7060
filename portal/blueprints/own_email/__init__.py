"""Another e-mail address to sign in with."""

from portal.blueprints.own_email.views import blueprint

__all__ = ["blueprint"]
