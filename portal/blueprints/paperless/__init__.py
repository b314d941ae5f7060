"""Statements without paper: read what it means, try it, agree, go back."""

from portal.blueprints.paperless.views import blueprint

__all__ = ["blueprint"]
