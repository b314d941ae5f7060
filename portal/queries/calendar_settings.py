"""The settings of the calendar as the office reads them: lists, one provider's week, policies, holidays to propose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import inspect, or_, select
from sqlalchemy.orm import Session

from billing.free_times import end_moment
from portal.db import read_only
from portal.models.accounts import Payer
from portal.models.calendar import (
    BookingPolicy,
    Location,
    ProviderNetwork,
    ProviderProfile,
    Resource,
    ScheduleBlock,
    ScheduleException,
    VisitType,
)
from portal.models.claims import Provider
from portal.models.identity import Login
from portal.queries.staff_calendar import AWAY_WORDS, Choice

MODELS: Mapping[str, type[Any]] = {
    "location": Location,
    "resource": Resource,
    "provider_profile": ProviderProfile,
    "visit_type": VisitType,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """A row of a list: its id, its name, what else is said, and whether it is in use."""

    id: int
    name: str
    cells: tuple[str, ...]
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRow:
    """A block of a provider's week."""

    id: int
    weekday: int
    starts: time
    ends: time
    location: str
    kinds: str
    capacity: int
    since: date
    until: date | None
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRow:
    """A network of a provider."""

    id: int
    payer: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderWeek:
    """A provider with the week that stands, or will."""

    provider_id: int
    name: str
    specialty: str
    booking: str
    blocks: tuple[BlockRow, ...]
    networks: tuple[NetworkRow, ...]

    def on(self, weekday: int) -> tuple[BlockRow, ...]:
        return tuple(block for block in self.blocks if block.weekday == weekday)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayRow:
    """Time in which nobody is seen."""

    id: int
    kind: str
    who: str
    where: str
    reason: str
    starts: datetime  # by the place's clock, or the practice's
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayRow:
    """A holiday of the place's state; saved already or not."""

    on: date
    name: str
    saved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRow:
    """A policy of booking, with who set it and when."""

    row: BookingPolicy
    who: str


def setting_rows(kind: str) -> tuple[SettingRow, ...]:
    """The list of one kind; providers without a profile too, so that they can get one."""
    with read_only() as session:
        return _LISTS[kind](session)


def _locations(session: Session) -> tuple[SettingRow, ...]:
    rows = session.scalars(select(Location).order_by(Location.name))
    return tuple(
        SettingRow(
            id=row.id,
            name=row.name,
            cells=(
                row.code,
                ", ".join(p for p in (row.street, row.city, row.state) if p),
                row.time_zone,
            ),
            active=row.active,
        )
        for row in rows
    )


def _resources(session: Session) -> tuple[SettingRow, ...]:
    rows = session.execute(
        select(Resource, Location.name)
        .join(Location, Location.id == Resource.location_id)
        .order_by(Location.name, Resource.kind.desc(), Resource.name)
    )
    return tuple(
        SettingRow(
            id=row.id,
            name=row.name,
            cells=(place, row.kind.capitalize(), ", ".join(row.features)),
            active=row.active,
        )
        for row, place in rows
    )


def _visit_types(session: Session) -> tuple[SettingRow, ...]:
    rows = session.scalars(select(VisitType).order_by(VisitType.position, VisitType.id))
    return tuple(
        SettingRow(
            id=row.id,
            name=row.name,
            cells=(
                f"{row.minutes} min",
                {"any": "Anybody", "new": "New patients", "established": "Established"}[
                    row.for_whom
                ],
                row.modality.replace("_", " ").capitalize(),
                "Patients book" if row.self_booking else "Only the office",
            ),
            active=row.active,
        )
        for row in rows
    )


def _providers(session: Session) -> tuple[SettingRow, ...]:
    rows = session.execute(
        select(Provider, ProviderProfile)
        .outerjoin(ProviderProfile, ProviderProfile.provider_id == Provider.id)
        .order_by(ProviderProfile.provider_id.is_(None), Provider.last_name, Provider.first_name)
    )
    booking = {
        "self": "Patients book",
        "view": "Patients see the times",
        "staff": "Only the office",
    }
    return tuple(
        SettingRow(
            id=row.id,
            name=row.display_name,
            cells=(
                profile.plain_specialty if profile else "No profile yet",
                ", ".join(profile.languages) if profile else "",
                booking[profile.booking] if profile else "",
                ("Yes" if profile.takes_new else "No") if profile else "",
            ),
            active=bool(profile and profile.active),
        )
        for row, profile in rows
    )


_LISTS = {
    "location": _locations,
    "resource": _resources,
    "visit_type": _visit_types,
    "provider_profile": _providers,
}


def setting_values(kind: str, row_id: int) -> Mapping[str, Any] | None:
    """What a row says now, for its form; {} of a provider who has no profile yet, None of what is not there."""
    model = MODELS[kind]
    with read_only() as session:
        row = session.get(model, row_id)
        if row is None:
            known = model is ProviderProfile and session.get(Provider, row_id) is not None
            return {} if known else None
        return {column.key: getattr(row, column.key) for column in inspect(model).column_attrs}


def choices_of(what: str) -> tuple[Choice, ...]:
    """Places, kinds of visits, providers or payers to choose from."""
    with read_only() as session:
        if what == "payer":
            payers = session.execute(select(Payer.id, Payer.name).order_by(Payer.name))
            return tuple(Choice(id=i, name=name) for i, name in payers)
        if what == "provider":
            people = session.scalars(
                select(Provider)
                .join(ProviderProfile, ProviderProfile.provider_id == Provider.id)
                .where(ProviderProfile.active)
                .order_by(Provider.last_name, Provider.first_name)
            )
            return tuple(Choice(id=one.id, name=one.display_name) for one in people)
        model: type[Any] = {"location": Location, "visit_type": VisitType}[what]
        rows = session.execute(
            select(model.id, model.name).where(model.active).order_by(model.name)
        )
        return tuple(Choice(id=i, name=name) for i, name in rows)


def provider_week(provider_id: int, *, on: date) -> ProviderWeek | None:
    """The blocks that stand on a day or later, and the networks; None where there is no profile."""
    with read_only() as session:
        found = session.execute(
            select(Provider, ProviderProfile)
            .join(ProviderProfile, ProviderProfile.provider_id == Provider.id)
            .where(Provider.id == provider_id)
        ).one_or_none()
        if found is None:
            return None
        provider, profile = found
        kinds = {row.id: row.name for row in session.execute(select(VisitType.id, VisitType.name))}
        blocks = session.execute(
            select(ScheduleBlock, Location.name)
            .join(Location, Location.id == ScheduleBlock.location_id)
            .where(
                ScheduleBlock.provider_id == provider_id,
                or_(ScheduleBlock.until.is_(None), ScheduleBlock.until >= on),
            )
            .order_by(ScheduleBlock.weekday, ScheduleBlock.starts, ScheduleBlock.since)
        ).all()
        networks = session.execute(
            select(ProviderNetwork, Payer.name)
            .join(Payer, Payer.id == ProviderNetwork.payer_id)
            .where(ProviderNetwork.provider_id == provider_id)
            .order_by(Payer.name, ProviderNetwork.since)
        ).all()
    return ProviderWeek(
        provider_id=provider.id,
        name=provider.display_name,
        specialty=profile.plain_specialty or profile.specialty,
        booking=profile.booking,
        blocks=tuple(_block_row(row, place, kinds) for row, place in blocks),
        networks=tuple(
            NetworkRow(id=row.id, payer=payer, since=row.since, until=row.until)
            for row, payer in networks
        ),
    )


def block_row(block_id: int) -> tuple[int, BlockRow] | None:
    """Whose block it is, and the block."""
    with read_only() as session:
        row = session.get(ScheduleBlock, block_id)
        if row is None:
            return None
        place = session.scalar(select(Location.name).where(Location.id == row.location_id)) or ""
        return row.provider_id, _block_row(row, place, {})


def _block_row(row: ScheduleBlock, place: str, kinds: Mapping[int, str]) -> BlockRow:
    named = ", ".join(kinds.get(one, "") for one in row.visit_type_ids)
    return BlockRow(
        id=row.id,
        weekday=row.weekday,
        starts=row.starts,
        ends=row.ends,
        location=place,
        kinds=named or "Any kind of visit",
        capacity=row.capacity,
        since=row.since,
        until=row.until,
        values={
            column.key: getattr(row, column.key) for column in inspect(ScheduleBlock).column_attrs
        },
    )


def away_rows(*, now: datetime, zone: str) -> tuple[AwayRow, ...]:
    """What stands and is not over, the next first; `zone` is the practice's, for what holds everywhere."""
    with read_only() as session:
        rows = session.execute(
            select(ScheduleException, Provider, Location)
            .outerjoin(Provider, Provider.id == ScheduleException.provider_id)
            .outerjoin(Location, Location.id == ScheduleException.location_id)
            .where(ScheduleException.removed_at.is_(None), ScheduleException.ends_at > now)
            .order_by(ScheduleException.starts_at, ScheduleException.id)
            .limit(200)
        ).all()
    return tuple(
        AwayRow(
            id=row.id,
            kind=AWAY_WORDS[row.kind],
            who=provider.display_name if provider else "Everybody",
            where=place.name if place else "Everywhere",
            reason=row.reason,
            starts=row.starts_at.astimezone(ZoneInfo(place.time_zone if place else zone)),
            ends=row.ends_at.astimezone(ZoneInfo(place.time_zone if place else zone)),
        )
        for row, provider, place in rows
    )


def holidays_of(location_id: int, year: int) -> tuple[tuple[HolidayRow, ...], str] | None:
    """The holidays of the place's state in a year, and its zone; None where there is no such place."""
    with read_only() as session:
        place = session.get(Location, location_id)
        if place is None:
            return None
        rows = session.scalars(
            select(ScheduleException).where(
                ScheduleException.removed_at.is_(None),
                ScheduleException.kind == "holiday",
                or_(
                    ScheduleException.location_id.is_(None),
                    ScheduleException.location_id == place.id,
                ),
            )
        ).all()
        taken = [(row.starts_at, row.ends_at) for row in rows]
        zone, state = place.time_zone, place.state
    found = (
        holidays.country_holidays("US", subdiv=state, years=year)
        if state in holidays.country_holidays("US").subdivisions
        else holidays.country_holidays("US", years=year)
    )
    return tuple(
        HolidayRow(
            on=on,
            name=name,
            saved=any(
                start < end_moment(zone, on + timedelta(days=1), time(0))
                and end > end_moment(zone, on, time(0))
                for start, end in taken
            ),
        )
        for on, name in sorted(found.items())
    ), zone


def policy_rows() -> tuple[PolicyRow, ...]:
    """Every policy, the newest first."""
    with read_only() as session:
        rows = session.execute(
            select(BookingPolicy, Login.name, Login.email)
            .outerjoin(Login, Login.id == BookingPolicy.made_by_id)
            .order_by(BookingPolicy.id.desc())
            .limit(50)
        ).all()
    return tuple(PolicyRow(row=row, who=name or email or "A file") for row, name, email in rows)
