"""The owner's review log: what one person decided alone, month by month."""

from staff_admin.blueprints.owner_review.views import blueprint

__all__ = ["blueprint"]
