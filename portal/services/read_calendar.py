"""Read the calendar file: places, rooms, kinds of visits, who works where and when (docs/files.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import inspect

from billing.money import Money
from portal.db import Base
from portal.models.calendar import (
    BookingPolicy,
    Location,
    ProviderProfile,
    Resource,
    ScheduleBlock,
    VisitType,
)
from portal.services.refusal import Refusal

Values = dict[str, Any]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# What the database would refuse with less to say; the words are those of the models.
ONE_OF: Mapping[str, tuple[str, ...]] = {
    "for_whom": ("any", "new", "established"),
    "modality": ("in_person", "video", "phone"),
    "copay_class": ("none", "primary", "specialist", "preventive", "urgent"),
    "sex": ("", "F", "M"),
    "booking": ("self", "view", "staff"),
    "self_booking": ("book", "view", "off"),
}
BETWEEN: Mapping[str, tuple[int, int]] = {
    "minutes": (5, 480),
    "capacity": (1, 20),
    "step_minutes": (5, 240),
    "cancel_hours": (0, 72),
    "hold_minutes": (1, 60),
    "offer_batch": (1, 3),
}


class CalendarRefused(Refusal):
    """The file cannot be used; it names every fault and where it stands, and nothing was changed."""

    title = "The calendar file cannot be used"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFacts:
    """A location's own columns, and its rooms and equipment."""

    values: Values
    resources: tuple[Values, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerFacts:
    """A provider by NPI: the name, the profile's columns, payers in network, and the weekly blocks.

    A block's values hold `location` and `visit_types` by code and one `weekday`.
    """

    npi: str
    last_name: str
    first_name: str
    profile: Values
    networks: tuple[str, ...]  # payer identifiers
    blocks: tuple[Values, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFacts:
    """Everything the file says."""

    policy: Values
    places: tuple[PlaceFacts, ...]
    visit_types: tuple[Values, ...]
    workers: tuple[WorkerFacts, ...]


def read_calendar(toml: str) -> CalendarFacts:
    """What a calendar file says; raises CalendarRefused, which names every fault."""
    try:
        raw = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise CalendarRefused(f"it is not TOML: {error}") from error
    reader = _Reader()
    facts = reader.calendar(raw)
    if reader.faults:
        raise CalendarRefused("; ".join(reader.faults))
    return facts


@dataclass
class _Reader:
    faults: list[str] = field(default_factory=list)

    def calendar(self, raw: Values) -> CalendarFacts:
        """The whole file; what cannot be used becomes a fault and is left out."""
        for key in sorted(set(raw) - {"policy", "locations", "visit_types", "providers"}):
            self.faults.append(f"unknown part {key!r}")
        facts = CalendarFacts(
            policy=self._row("policy", raw.get("policy", {}), BookingPolicy),
            places=tuple(self._place(*one) for one in self._rows(raw, "locations")),
            visit_types=tuple(
                self._row(where, row, VisitType) for where, row in self._rows(raw, "visit_types")
            ),
            workers=tuple(self._worker(*one) for one in self._rows(raw, "providers")),
        )
        self._check_codes(facts)
        return facts

    def _rows(self, raw: Values, key: str, within: str = "") -> Iterator[tuple[str, Values]]:
        found = raw.get(key, [])
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            self.faults.append(f"{within}{key}: must be a list of tables")
            return
        for number, row in enumerate(found, start=1):
            yield f"{within}{key} {number}", row

    def _place(self, where: str, raw: Values) -> PlaceFacts:
        own = {key: raw[key] for key in raw if key not in {"rooms", "equipment"}}
        resources = [
            {**self._row(place, row, Resource, given={"location_id", "kind"}), "kind": kind}
            for key, kind in (("rooms", "room"), ("equipment", "equipment"))
            for place, row in self._rows(raw, key, f"{where}, ")
        ]
        values = self._row(where, own, Location)
        zone = values.get("time_zone", "")
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            self.faults.append(f"{where}: {zone!r} is not a time zone")
        return PlaceFacts(values=values, resources=tuple(resources))

    def _worker(self, where: str, raw: Values) -> WorkerFacts:
        apart = {"npi", "last_name", "first_name", "networks", "blocks"}
        own = {key: raw[key] for key in raw if key not in apart}
        for key in ("npi", "last_name"):
            if not isinstance(raw.get(key), str):
                self.faults.append(f"{where}: {key} is missing")
        return WorkerFacts(
            npi=str(raw.get("npi", "")),
            last_name=str(raw.get("last_name", "")),
            first_name=str(raw.get("first_name", "")),
            profile=self._row(where, own, ProviderProfile, given={"provider_id"}),
            networks=tuple(str(payer) for payer in raw.get("networks", [])),
            blocks=tuple(
                block
                for place, row in self._rows(raw, "blocks", f"{where}, ")
                for block in self._blocks(place, row)
            ),
        )

    def _blocks(self, where: str, raw: Values) -> Iterator[Values]:
        apart = {"location", "days", "from", "to", "visit_types"}
        own = {key: raw[key] for key in raw if key not in apart}
        given = {"provider_id", "location_id", "weekday", "starts", "ends", "visit_type_ids"}
        values = self._row(where, own, ScheduleBlock, given=given | {"since", "until"})
        values["location"] = raw.get("location", "")
        values["visit_types"] = tuple(raw.get("visit_types", ()))
        for column, key in (("starts", "from"), ("ends", "to")):
            values[column] = self._time(where, key, raw.get(key))
        if values["starts"] >= values["ends"]:
            self.faults.append(f"{where}: it ends before it starts")
        for day in raw.get("days", ()) or self._no_days(where):
            if day not in WEEKDAYS:
                self.faults.append(f"{where}: {day!r} is none of {', '.join(WEEKDAYS)}")
                continue
            yield {**values, "weekday": WEEKDAYS.index(day)}

    def _no_days(self, where: str) -> tuple[str, ...]:
        self.faults.append(f"{where}: days is missing")
        return ()

    def _time(self, where: str, key: str, value: object) -> time:
        try:
            return value if isinstance(value, time) else time.fromisoformat(str(value))
        except ValueError:
            self.faults.append(f"{where}: {key} {value!r} is no time such as 08:30")
            return time.min

    def _row(
        self,
        where: str,
        raw: Values,
        model: type[Base],
        *,
        given: frozenset[str] | set[str] = frozenset(),
    ) -> Values:
        """The columns of one row, each known and of its type; `given` come from elsewhere."""
        columns = _columns(model)
        values = {("estimate" if k == "estimate_cents" else k): v for k, v in raw.items()}
        if "no_show_fee_cents" in values:
            values["no_show_fee"] = values.pop("no_show_fee_cents")
        apart = {"id", "made_by_id", "made_at", *given}
        for key in sorted(values):
            if key not in columns or key in apart:
                self.faults.append(f"{where}: unknown {key!r}")
        for key, column in columns.items():
            if key in apart:
                continue
            if key not in values:
                if not column.nullable and column.default is None:
                    self.faults.append(f"{where}: {key} is missing")
            else:
                values[key] = self._value(f"{where}: {key}", key, values[key], column)
        return values

    def _value(self, where: str, key: str, value: object, column: Any) -> object:
        kind = column.type.python_type if key not in {"estimate", "no_show_fee"} else int
        # A yes is a number to Python, and never one to whoever wrote the file.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.faults.append(f"{where} must be {kind.__name__}, not {value!r}")
        elif key in ONE_OF and value not in ONE_OF[key]:
            choices = ", ".join(choice or "empty" for choice in ONE_OF[key])
            self.faults.append(f"{where} {value!r} is none of {choices}")
        elif key in BETWEEN and not BETWEEN[key][0] <= int(str(value)) <= BETWEEN[key][1]:
            self.faults.append(f"{where} must be {BETWEEN[key][0]} to {BETWEEN[key][1]}")
        elif isinstance(value, int) and not isinstance(value, bool) and value < 0:
            self.faults.append(f"{where} must not be below zero")
        elif key in {"estimate", "no_show_fee"}:
            return Money(int(str(value)))
        return value

    def _check_codes(self, facts: CalendarFacts) -> None:
        """Blocks name places and kinds of visits of this very file."""
        places = {place.values.get("code") for place in facts.places}
        kinds = {kind.get("code") for kind in facts.visit_types}
        for worker in facts.workers:
            for block in worker.blocks:
                if block["location"] not in places:
                    self._once(f"provider {worker.npi}: no location {block['location']!r}")
                for code in set(block["visit_types"]) - kinds:
                    self._once(f"provider {worker.npi}: no visit type {code!r}")

    def _once(self, fault: str) -> None:
        if fault not in self.faults:
            self.faults.append(fault)


def _columns(model: type[Base]) -> dict[str, Any]:
    return {prop.key: prop.columns[0] for prop in inspect(model).column_attrs}
