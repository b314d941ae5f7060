"""Set the calendar from its file: places, rooms, kinds of visits, providers and their weeks (SCH-2, SCH-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from portal.db import Base, transaction
from portal.models.accounts import Payer
from portal.models.calendar import (
    BookingPolicy,
    Location,
    ProviderNetwork,
    ProviderProfile,
    Resource,
    ScheduleBlock,
    VisitType,
)
from portal.models.claims import Provider
from portal.services.practice_date import practice_date
from portal.services.read_calendar import (
    CalendarFacts,
    CalendarRefused,
    PlaceFacts,
    Values,
    WorkerFacts,
    read_calendar,
)

DAY = timedelta(days=1)
Codes = Mapping[str, int]  # what a file calls it -> our id


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarSet:
    """How much the calendar holds of what the file names."""

    locations: int
    visit_types: int
    providers: int
    blocks_begun: int
    blocks_ended: int


def import_calendar(*, toml: str, on: date | None, now: datetime) -> CalendarSet:
    """Create or update what the file names; what it does not name stays as it is.

    A provider's blocks and networks are those of the file from the day `on`, or from today at the practice: others
    end the day before, and no booked visit moves (SCH-2). The same file again changes nothing. Raises CalendarRefused, and changes nothing then.
    """
    facts = read_calendar(toml)
    with transaction() as session:
        on = on or practice_date(session, now)
        places = _places(session, facts.places)
        kinds = {
            values["code"]: _upsert(session, VisitType, {"code": values["code"]}, values).id
            for values in facts.visit_types
        }
        payers = _payers(session, facts)
        begun = ended = 0
        for worker in facts.workers:
            provider_id = _worker(session, worker)
            _networks(session, provider_id, [payers[payer] for payer in worker.networks], on)
            wanted = [_block(provider_id, block, places, kinds) for block in worker.blocks]
            more, fewer = _blocks(session, provider_id, wanted, on)
            begun, ended = begun + more, ended + fewer
        _policy(session, facts.policy, now)
    return CalendarSet(
        locations=len(facts.places),
        visit_types=len(facts.visit_types),
        providers=len(facts.workers),
        blocks_begun=begun,
        blocks_ended=ended,
    )


def _places(session: Session, places: tuple[PlaceFacts, ...]) -> Codes:
    found = {}
    for place in places:
        row = _upsert(session, Location, {"code": place.values["code"]}, place.values)
        found[row.code] = row.id
        for values in place.resources:
            _upsert(session, Resource, {"location_id": row.id, "name": values["name"]}, values)
    return found


def _payers(session: Session, facts: CalendarFacts) -> Codes:
    named = {payer for worker in facts.workers for payer in worker.networks}
    rows = session.execute(select(Payer.identifier, Payer.id).where(Payer.identifier.in_(named)))
    found = dict(iter(rows))
    if missing := sorted(named - set(found)):
        raise CalendarRefused(
            f"no payer {', '.join(missing)}: networks name payers by the id that claims name them by"
        )
    return found


def _worker(session: Session, worker: WorkerFacts) -> int:
    names = {"last_name": worker.last_name, "first_name": worker.first_name}
    provider = _upsert(session, Provider, {"npi": worker.npi}, names)
    _upsert(session, ProviderProfile, {"provider_id": provider.id}, worker.profile)
    return int(provider.id)


def _networks(session: Session, provider_id: int, payer_ids: list[int], on: date) -> None:
    standing = session.scalars(
        select(ProviderNetwork).where(
            ProviderNetwork.provider_id == provider_id, ProviderNetwork.until.is_(None)
        )
    ).all()
    for row in standing:
        if row.payer_id not in payer_ids:
            row.until = max(on, row.since) - DAY
    known = {row.payer_id for row in standing}
    for payer_id in payer_ids:
        if payer_id not in known:
            session.add(ProviderNetwork(provider_id=provider_id, payer_id=payer_id, since=on))


def _block(provider_id: int, block: Values, places: Codes, kinds: Codes) -> Values:
    own = {key: block[key] for key in block if key not in {"location", "visit_types"}}
    return {
        **own,
        "provider_id": provider_id,
        "location_id": places[block["location"]],
        "visit_type_ids": sorted(kinds[code] for code in block["visit_types"]),
    }


def _blocks(session: Session, provider_id: int, wanted: list[Values], on: date) -> tuple[int, int]:
    """The provider's weeks from that day on; how many blocks began and ended by it."""
    standing = session.scalars(
        select(ScheduleBlock).where(
            ScheduleBlock.provider_id == provider_id, ScheduleBlock.until.is_(None)
        )
    ).all()
    left = list(standing)
    begun = 0
    for values in wanted:
        same = next((row for row in left if _says(row, values)), None)
        if same is not None:
            left.remove(same)
            continue
        session.add(ScheduleBlock(**values, since=on))
        begun += 1
    for row in left:
        row.until = max(on, row.since) - DAY
    return begun, len(left)


def _policy(session: Session, values: Values, now: datetime) -> None:
    """A new row where the file says something else than the one that stands."""
    newest = session.scalar(select(BookingPolicy).order_by(BookingPolicy.id.desc()).limit(1))
    if newest is not None and _says(newest, values):
        return
    standing = {} if newest is None else _values(newest)
    session.add(BookingPolicy(**{**standing, **values}, made_at=now))


def _says(row: Base, values: Values) -> bool:
    """Whether the row says so already; what a file leaves out is at its default."""
    said = _values(row)
    defaults = {
        key: default
        for key in said
        if key not in values and (default := _default(type(row), key)) is not None
    }
    compared = {**defaults, **values} if isinstance(row, ScheduleBlock) else values
    return all(said[key] == value for key, value in compared.items())


def _default(model: type[Base], key: str) -> Any:
    column = model.__table__.c.get(key)
    default = None if column is None else column.default
    return default.arg if default is not None and default.is_scalar else None


def _values(row: Base) -> Values:
    apart = {"id", "made_by_id", "made_at", "since", "until"}
    return {
        attribute.key: attribute.value
        for attribute in inspect(row).attrs
        if attribute.key not in apart
    }


def _upsert(session: Session, model: Any, key: Values, values: Values) -> Any:
    """The row with this key, saying what the file says of it."""
    row = session.scalar(select(model).filter_by(**key))
    if row is None:
        row = model(**{**values, **key})
        session.add(row)
    else:
        for name, value in values.items():
            setattr(row, name, value)
    session.flush()
    return row
