"""From the link in a text to one bill: two questions, a code, and a short visit without a sign-in."""

from portal.blueprints.text_link.views import blueprint

__all__ = ["blueprint"]
