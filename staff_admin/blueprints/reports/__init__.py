"""Reports: what a manager looks at, with the rows behind each figure."""

from staff_admin.blueprints.reports.views import blueprint

__all__ = ["blueprint"]
