"""What agencies send back: files of returns, and their own payments."""

from staff_admin.blueprints.agency_money import remittances, returns
from staff_admin.blueprints.agency_money.blueprint import blueprint

__all__ = ["blueprint", "remittances", "returns"]
