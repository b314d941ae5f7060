"""Texts as a whole: whether they leave, and what became of them."""

from staff_admin.blueprints.texts.views import blueprint

__all__ = ["blueprint"]
