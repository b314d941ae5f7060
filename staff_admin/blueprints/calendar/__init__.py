"""The calendar at the office: days and weeks, one appointment, booking and moving, days away, and its settings."""

from staff_admin.blueprints.calendar import (
    appointments,
    booking,
    bulk,
    settings,
    views,
    weeks,
)
from staff_admin.blueprints.calendar.views import blueprint

__all__ = ["appointments", "blueprint", "booking", "bulk", "settings", "views", "weeks"]
