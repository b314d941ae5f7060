"""This bill is wrong: a patient disputes it, adds evidence, and follows what becomes of it."""

from portal.blueprints.bill_disputes import differ, eob, follow, views
from portal.blueprints.bill_disputes.views import blueprint

__all__ = ["blueprint", "differ", "eob", "follow", "views"]
