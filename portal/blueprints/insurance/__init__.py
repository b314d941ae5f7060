"""A patient's own insurance: what is on file, and telling the office of a new, another or an ended plan."""

from portal.blueprints.insurance import bills, steps, views
from portal.blueprints.insurance.views import blueprint

__all__ = ["bills", "blueprint", "steps", "views"]
