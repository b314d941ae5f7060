"""Paper EOBs: batches with a control total, typed line by line, scanned, posted as an 835."""

from staff_admin.blueprints.eobs import claims, posting, views
from staff_admin.blueprints.eobs.views import blueprint

__all__ = ["blueprint", "claims", "posting", "views"]
