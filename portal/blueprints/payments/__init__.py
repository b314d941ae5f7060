"""Paying: choose, check, pay on the card company's page, come back to the truth, keep the receipt."""

from portal.blueprints.payments import choices, credit, views
from portal.blueprints.payments.views import blueprint

__all__ = ["blueprint", "choices", "credit", "views"]
