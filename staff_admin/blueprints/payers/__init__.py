"""Payers: how much of what each sends posts by itself, and which codes of theirs stand for ours."""

from staff_admin.blueprints.payers import codes
from staff_admin.blueprints.payers.views import blueprint

__all__ = ["blueprint", "codes"]
