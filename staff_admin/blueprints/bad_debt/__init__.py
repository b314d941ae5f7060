"""Write-offs as bad debt, in batches that a second person approves."""

from staff_admin.blueprints.bad_debt.views import blueprint

__all__ = ["blueprint"]
