"""Whether a time may be booked by this person themself: asked anew of whatever a form sends (SCH-3)."""

from __future__ import annotations

from datetime import date

from billing.who_may_book import WhyNot
from portal.db import read_only
from portal.queries.booking_choices import choices
from portal.queries.own_appointments import OwnPerson


def unfit(
    person: OwnPerson, *, visit_type_id: int, provider_id: int, on: date
) -> tuple[WhyNot, ...]:
    """Every reason against it on the day of the visit; nobody and nothing known is STAFF_ONLY."""
    with read_only() as session:
        offered = choices(session, on=on, language="en")
        kind = offered.kinds.get(visit_type_id)
        if kind is None or kind.emergency or provider_id not in offered.clinicians:
            return (WhyNot.STAFF_ONLY,)
        if offered.policy.self_booking != "book":
            return (WhyNot.VIEW_ONLY,)
        return offered.reasons(kind, person.facts, on=on)[provider_id]
