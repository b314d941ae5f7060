"""Payouts of the card company: what each is made of, and whether it is in our ledger."""

from staff_admin.blueprints.payouts.views import blueprint

__all__ = ["blueprint"]
