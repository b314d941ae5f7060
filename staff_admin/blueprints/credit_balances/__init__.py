"""Patients' credit: what goes back, by when, and what still waits."""

from staff_admin.blueprints.credit_balances.views import blueprint

__all__ = ["blueprint"]
