"""Paying without a sign-in, by a statement's code or a link that staff sent: totals and nothing else (PLAN-19)."""

from portal.blueprints.pay_statement import pay, views
from portal.blueprints.pay_statement.views import blueprint

__all__ = ["blueprint", "pay", "views"]
