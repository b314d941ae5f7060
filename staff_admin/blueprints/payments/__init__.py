"""Payments that need an eye."""

from staff_admin.blueprints.payments.views import blueprint

__all__ = ["blueprint"]
