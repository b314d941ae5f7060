"""The state pack: what each state's law asks before a debt is collected, as dated rows (COLL-T, CORE-2).

A row is keyed by where the patient lives and where the facility stands; the strictest value wins, field by
field. A row is as it was read, not as counsel has confirmed it: nobody is placed or sued where the rows of
both states were not reviewed by a person here (`portal.queries.state_reviews`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from billing.money import ZERO, Money
from billing.organisation import Organisation
from billing.state_pack import STATES

ANY = ""  # every state


class Binds(StrEnum):
    """Which practices a row binds."""

    ALL = "all"
    HOSPITALS = "hospitals"
    LARGE_IN_VIRGINIA = "large_in_virginia"
    TEXAS_FACILITIES = "texas_facilities"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What rows ask for. Days count from the first statement (D0)."""

    wait_days: int = 0  # before an agency
    suit_wait_days: int = 0  # before a lawsuit
    notice_days: int = 0  # between the final notice and what it names
    suit_above: Money = ZERO  # no lawsuit for this much or less
    contacts_a_week: int | None = None  # None: the state sets no limit
    interest_bp: int | None = None  # a year, in hundredths of a percent; None: no cap
    plan_percent_of_income: int | None = None  # of monthly income; None: no cap
    time_limit_years: int | None = None  # for a lawsuit; None: the state's is not known here
    plan_offer_first: bool = False  # a reasonable plan was offered before anything else
    screening_first: bool = False
    itemised_bill_first: bool = False
    appeal_stops_all: bool = False
    no_credit_reporting: bool = False
    no_home_lien: bool = False
    no_wage_garnishment: bool = False
    no_sale: bool = False
    not_reported_in_bold: bool = False  # every letter says so in 14 points


_HIGHEST = ("wait_days", "suit_wait_days", "notice_days", "suit_above")
_LOWEST = ("contacts_a_week", "interest_bp", "plan_percent_of_income", "time_limit_years")


def strictest(terms: Iterable[Terms]) -> Terms:
    """The stricter value of each field: the most days, the lowest cap, any prohibition."""
    given = tuple(terms)
    merged: dict[str, object] = {}
    for name in (f.name for f in fields(Terms)):
        values = [getattr(one, name) for one in given]
        if name in _HIGHEST:
            merged[name] = max(values, default=ZERO if name == "suit_above" else 0)
        elif name in _LOWEST:
            merged[name] = min((v for v in values if v is not None), default=None)
        else:
            merged[name] = any(values)
    return Terms(**merged)  # type: ignore[arg-type]  # each value came out of the same field


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRule:
    """One row of the pack: whom it binds, from when, what it asks for, in what words, and who says so."""

    rule: str  # its row in COLL-T, or CORE-2 where the pack has none
    part: str = ""  # where one row of the pack stands for several groups
    patient_state: str = ANY
    facility_state: str = ANY
    starts_on: date
    ends_on: date | None = None
    binds: Binds = Binds.ALL
    terms: Terms
    text: str
    source: str

    @property
    def key(self) -> str:
        """The row's name: whichever way round it applies, its law is one and is reviewed once."""
        part = f"-{self.part}" if self.part else ""
        return f"{self.rule}-{self.state}{part}"

    @property
    def state(self) -> str:
        """The state whose law it is."""
        return self.patient_state or self.facility_state

    @property
    def plan_text(self) -> str:
        """What agreements of its state say because of it; it is read together with the row."""
        mine = STATES.get(self.state)
        return mine.plan_text if mine is not None and mine.rule == self.rule else ""

    @property
    def fingerprint(self) -> str:
        """Changes with every word and figure of the row: a review is of what was read, nothing else."""
        said: tuple[object, ...] = (
            self.key,
            self.starts_on,
            self.ends_on,
            self.binds,
            self.terms,
            self.text,
            *([self.plan_text] if self.plan_text else []),
        )
        return hashlib.sha256(repr(said).encode()).hexdigest()

    def applies(
        self, *, patient_state: str, facility_states: Collection[str], on: date, who: Organisation
    ) -> bool:
        """Whether it binds this practice for this patient on this day."""
        return (
            self.patient_state in {ANY, patient_state}
            and (self.facility_state == ANY or self.facility_state in facility_states)
            and self.starts_on <= on
            and (self.ends_on is None or on < self.ends_on)
            and _binds(self.binds, who)
        )


def _binds(group: Binds, who: Organisation) -> bool:
    return {
        Binds.ALL: True,
        Binds.HOSPITALS: who.is_hospital,
        Binds.LARGE_IN_VIRGINIA: who.is_large_in_virginia,
        Binds.TEXAS_FACILITIES: who.is_texas_facility,
    }[group]


def rules_for(
    rows: Iterable[StateRule],
    *,
    patient_state: str,
    facility_states: Collection[str],
    on: date,
    who: Organisation,
) -> tuple[StateRule, ...]:
    """The rows that bind, of both states."""
    return tuple(
        row
        for row in rows
        if row.applies(patient_state=patient_state, facility_states=facility_states, on=on, who=who)
    )


def unreviewed(
    rows: Iterable[StateRule], *, states: Collection[str], reviewed: Collection[str]
) -> tuple[str, ...]:
    """The keys of rows of these states that nobody has reviewed as they stand now; a state without a row counts as one.

    `reviewed` are the fingerprints that somebody confirmed. Every row of the state is asked for, also of
    groups that this practice may not be in: which it is in, is part of what is reviewed.
    """
    mine = [row for row in rows if row.state in states]
    unknown = [state or "no state" for state in states if state not in {row.state for row in mine}]
    lacking = {row.key for row in mine if row.fingerprint not in reviewed}
    return tuple(sorted({*lacking, *unknown}))
