"""Messages between a patient and the office."""

from portal.blueprints.messages.views import blueprint

__all__ = ["blueprint"]
