"""Which payers' networks a provider is in, from day to day (SCH-3)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import or_, select

from portal.db import transaction
from portal.models.accounts import Payer
from portal.models.calendar import ProviderNetwork, ProviderProfile
from portal.queries.viewer import StaffViewer
from portal.services.check_may_set import CannotSetCalendar, check_may_set
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound


def add_network(
    *,
    staff: StaffViewer,
    provider_id: int,
    payer_id: int,
    since: date,
    until: date | None,
    now: datetime,
) -> None:
    """In that payer's network from then on. Raises CannotSetCalendar where they are in it already, or NotFound."""
    check_may_set(staff)
    if until is not None and until < since:
        raise CannotSetCalendar("The last day must not be before the first. Nothing was saved.")
    with transaction() as session:
        profile = session.get(ProviderProfile, provider_id, with_for_update=True)
        if profile is None or session.get(Payer, payer_id) is None:
            raise NotFound
        there = select(ProviderNetwork.id).where(
            ProviderNetwork.provider_id == provider_id,
            ProviderNetwork.payer_id == payer_id,
            or_(ProviderNetwork.until.is_(None), ProviderNetwork.until >= since),
        )
        if until is not None:
            there = there.where(ProviderNetwork.since <= until)
        if session.scalar(there.limit(1)) is not None:
            raise CannotSetCalendar("The provider is in that network then already.")
        row = ProviderNetwork(provider_id=provider_id, payer_id=payer_id, since=since, until=until)
        session.add(row)
        session.flush()
        add_staff_act(
            session,
            staff,
            action="create",
            object_type="provider_network",
            object_id=row.id,
            now=now,
        )


def end_network(*, staff: StaffViewer, network_id: int, last_day: date, now: datetime) -> None:
    """Its last day. Raises CannotSetCalendar or NotFound."""
    check_may_set(staff)
    with transaction() as session:
        row = session.get(ProviderNetwork, network_id, with_for_update=True)
        if row is None:
            raise NotFound
        if last_day < row.since:
            raise CannotSetCalendar("The last day must not be before the first. Nothing was saved.")
        row.until = last_day
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="provider_network",
            object_id=row.id,
            reason=f"ends on {last_day.isoformat()}",
            now=now,
        )
