"""Ask to be reached in another way, without a reason."""

from portal.blueprints.confidential.views import blueprint

__all__ = ["blueprint"]
