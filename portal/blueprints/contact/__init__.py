"""How we reach a patient: their mobile, texts, and the choice of channel."""

from portal.blueprints.contact.views import blueprint

__all__ = ["blueprint"]
