"""A signed-in person finds the record that the office has of them."""

from portal.blueprints.linking.views import blueprint

__all__ = ["blueprint"]
