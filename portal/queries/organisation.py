"""What the practice says of itself, on any day, and which rows of state law a person here has reviewed (CORE-1, CORE-2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from billing.organisation import Organisation
from billing.settings import Settings
from billing.state_pack import StateRow, state_row
from billing.state_rows import STATE_RULES
from billing.state_rules import StateRule, unreviewed
from portal.db import read_only
from portal.models.gate import OrganisationProfile, StateReview
from portal.models.identity import Login
from portal.models.practice import Practice
from portal.queries.settings import in_force, settings_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileVersion:
    """One version as it was kept."""

    starts_on: date
    organisation: Organisation
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One review of a row, or its being taken back."""

    confirmed: bool
    fingerprint: str
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedRow:
    """One row of the pack with what people here said of it, the newest first."""

    row: StateRule
    reviews: tuple[Review, ...]

    @property
    def is_reviewed(self) -> bool:
        """Whether the newest word confirms the row as it stands now."""
        newest = next(iter(self.reviews), None)
        return bool(newest and newest.confirmed and newest.fingerprint == self.row.fingerprint)

    @property
    def has_changed(self) -> bool:
        """Whether it was confirmed in other words than it has now."""
        newest = next(iter(self.reviews), None)
        return bool(newest and newest.confirmed and newest.fingerprint != self.row.fingerprint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What of the practice decides which law binds, the same for every account."""

    organisation: Organisation  # nothing answered where nobody kept a profile
    facilities: tuple[
        str, ...
    ]  # where the practice treats: as it says, else where its own address is
    reviewed: frozenset[
        str
    ]  # fingerprints of rows whose newest review confirms them, as they stood then


def law_on(session: Session, on: date) -> Law:
    """As it is on a day, in one statement."""
    return _law(session.execute(select(*_law_columns(on))).one())


def law_and_settings(session: Session, on: date) -> tuple[Law, Settings]:
    """Both as they are on a day, in one statement."""
    row = session.execute(select(*_law_columns(on), in_force(on))).one()
    return _law(row[:3]), settings_of(row[3])


def _law_columns(on: date) -> tuple[ScalarSelect[Any], ...]:
    answers = _answers_on(on).scalar_subquery()
    reviewed = select(func.array_agg(StateReview.fingerprint)).where(_stands()).scalar_subquery()
    return answers, reviewed, select(Practice.state).limit(1).scalar_subquery()


def _law(row: Sequence[Any]) -> Law:
    said, prints, state = row
    organisation = organisation_of(said or {})
    return Law(
        organisation=organisation,
        facilities=organisation.states_of_service or ((state or "").strip().upper(),),
        reviewed=frozenset(prints or ()),
    )


def organisation_on(session: Session, on: date) -> Organisation:
    """The profile in force on a day; nothing answered where nobody kept one."""
    return organisation_of(session.scalar(_answers_on(on)) or {})


def _answers_on(on: date) -> Select[dict[str, Any]]:
    return (
        select(OrganisationProfile.answers)
        .where(OrganisationProfile.starts_on <= on)
        .order_by(OrganisationProfile.starts_on.desc(), OrganisationProfile.id.desc())
        .limit(1)
    )


def organisation_of(answers: dict[str, Any]) -> Organisation:
    """From the row's own spelling."""
    known = {f.name for f in fields(Organisation)}
    said = {name: value for name, value in answers.items() if name in known}
    states = said.get("states_of_service")
    return Organisation(**said | ({"states_of_service": tuple(states)} if states else {}))


def organisation_page() -> tuple[ProfileVersion, ...]:
    """Every version, the newest first."""
    with read_only() as session:
        rows = session.execute(
            select(OrganisationProfile, Login.email)
            .join(Login, Login.id == OrganisationProfile.by_login_id)
            .order_by(OrganisationProfile.starts_on.desc(), OrganisationProfile.id.desc())
        ).all()
    return tuple(
        ProfileVersion(
            starts_on=row.starts_on,
            organisation=organisation_of(row.answers),
            reason=row.reason,
            by=email,
            at=row.at,
        )
        for row, email in rows
    )


def reviewed_fingerprints(session: Session) -> frozenset[str]:
    """Of the rows whose newest review confirms them, as they stood then."""
    return frozenset(session.scalars(select(StateReview.fingerprint).where(_stands())))


def _stands() -> ColumnElement[bool]:
    """The newest review of its row, and it confirms."""
    later = aliased(StateReview)
    newer = (
        select(later.id)
        .where(later.row_key == StateReview.row_key, later.id > StateReview.id)
        .exists()
    )
    return and_(StateReview.confirmed, ~newer)


def plan_law(session: Session, state: str) -> StateRow | None:
    """What a state adds to a plan; its text counts as reviewed only while each of the state's rows is (CORE-2)."""
    row = state_row(state)
    if row is None:
        return None
    lacking = unreviewed(STATE_RULES, states={row.state}, reviewed=reviewed_fingerprints(session))
    return replace(row, reviewed=not lacking)


def state_rows() -> tuple[ReviewedRow, ...]:
    """Each row of the pack once, by state."""
    with read_only() as session:
        reviews = _reviews(session, [row.key for row in STATE_RULES])
    once = {row.key: row for row in STATE_RULES if row.patient_state}
    rows = (ReviewedRow(row=row, reviews=reviews.get(key, ())) for key, row in once.items())
    return tuple(sorted(rows, key=lambda one: (one.row.state, one.row.key)))


def state_row_page(key: str) -> ReviewedRow | None:
    """One row; None where the pack has none by this key."""
    return next((one for one in state_rows() if one.row.key == key), None)


def _reviews(session: Session, keys: Collection[str]) -> dict[str, tuple[Review, ...]]:
    rows = session.execute(
        select(StateReview, Login.email)
        .join(Login, Login.id == StateReview.by_login_id)
        .where(StateReview.row_key.in_(keys))
        .order_by(StateReview.id.desc())
    )
    found: dict[str, list[Review]] = {}
    for row, email in rows:
        found.setdefault(row.row_key, []).append(
            Review(
                confirmed=row.confirmed,
                fingerprint=row.fingerprint,
                note=row.note,
                by=email,
                at=row.at,
            )
        )
    return {key: tuple(given) for key, given in found.items()}
