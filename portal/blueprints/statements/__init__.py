"""Statements as sent, and each bill as it stands."""

from portal.blueprints.statements.views import blueprint

__all__ = ["blueprint"]
