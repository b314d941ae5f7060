"""Who may change the settings of the calendar."""

from __future__ import annotations

from portal.queries.viewer import StaffViewer
from portal.services.refusal import Refusal


class CannotSetCalendar(Refusal):
    """The setting would not make sense beside what stands, or the role may not."""

    title = "Nothing was saved"


def check_may_set(staff: StaffViewer) -> None:
    """Raises CannotSetCalendar for roles that only book."""
    if not staff.may("calendar.settings"):
        raise CannotSetCalendar("Your role cannot change the settings of the calendar.")
