"""Who is looking: every query takes a viewer and filters by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from billing.proxy_access import ProxyScope
from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.audit import BreakGlass, RestrictedAccount
from portal.models.identity import AccountAccess, Login
from portal.queries.permissions import ROLES
from portal.queries.proxy_grants import ActingFor, grant_standing


@dataclass(frozen=True, slots=True)
class PatientViewer:
    """A patient's sign-in and the guarantor accounts that it may see.

    While it acts for somebody those are that patient's account alone (HIPAA-9).
    """

    login_id: int
    account_ids: frozenset[int]
    acting_for: ActingFor | None = None

    def may(self, scope: str) -> bool:
        """Whether this part is open: on one's own accounts each is; sign-in and settings (`own`) only there."""
        if self.acting_for is None or scope == ANY:
            return True
        return scope != OWN_ONLY and ProxyScope(scope) in self.acting_for.scopes

    @property
    def grant_id(self) -> int | None:
        """The grant under which it acts, for records of what was done."""
        return self.acting_for.grant_id if self.acting_for else None


@dataclass(frozen=True, slots=True)
class GuestViewer:
    """Somebody who came by the link in a text: one account and what is due on it, or one booked visit (MSG-9).

    What the queries take as `PatientViewer` alone is closed to guests.
    """

    text_link_id: int
    account_id: int
    appointment_id: UUID | None = None  # then this visit is all that opens: no bill of the account

    @property
    def account_ids(self) -> frozenset[int]:
        return frozenset({self.account_id} if self.appointment_id is None else ())

    @property
    def grant_id(self) -> None:
        """A guest acts for nobody else."""


@dataclass(frozen=True, slots=True)
class PayerViewer:
    """Somebody who came by a statement's code or a pay link: may pay one account and see its totals (PLAN-19).

    It is no `Viewer`: what a query shows of an account, of services or of history is closed to it.
    """

    pay_link_id: int
    account_id: int

    @property
    def account_ids(self) -> frozenset[int]:
        return frozenset({self.account_id})

    @property
    def grant_id(self) -> None:
        """A payer acts for nobody else."""


@dataclass(frozen=True, slots=True)
class ApplicantViewer:
    """Somebody who opened an application for assistance by its code (FA-6): reads and fills in that one alone.

    It is no `Viewer`: no query of an account takes it. The account is known once the office tied it to one.
    """

    guest_id: UUID
    account_ids: frozenset[int]

    @property
    def grant_id(self) -> None:
        """An applicant acts for nobody else."""


@dataclass(frozen=True, slots=True)
class StaffViewer:
    """A member of staff; the role decides which pages open."""

    login_id: int
    role: str
    permissions: frozenset[str]

    def may(self, permission: str) -> bool:
        return permission in self.permissions


# Scopes of pages that no grant names: one's own sign-in and settings; whatever anybody signed in may do.
OWN_ONLY, ANY = "own", "any"
AccountViewer = PatientViewer | GuestViewer  # whoever sees an account as its own
PayingViewer = AccountViewer | PayerViewer  # whoever may start a payment, and ask after it
LoginViewer = PatientViewer | StaffViewer  # whoever has a sign-in
Viewer = AccountViewer | StaffViewer


def viewer_of(
    login_id: int,
    *,
    face: str,
    role: str,
    account_ids: Iterable[int],
    acting_for: ActingFor | None = None,
) -> Viewer:
    """The viewer behind a sign-in whose rows were just read."""
    if face == "staff":
        return StaffViewer(login_id, role, ROLES.get(role, frozenset()))
    if acting_for is not None:
        return acting_viewer(login_id, acting_for)
    return PatientViewer(login_id, frozenset(account_ids))


def acting_viewer(login_id: int, acting_for: ActingFor) -> PatientViewer:
    """A sign-in that acts for somebody: it sees that account and none of its own."""
    return PatientViewer(login_id, frozenset({acting_for.account_id}), acting_for)


def acting_patient_viewer(login_id: int, grant_id: int, *, now: datetime) -> PatientViewer | None:
    """The same, read anew; None when the grant is not this sign-in's or opens nothing any more."""
    with read_only() as session:
        found = grant_standing(session, grant_id, login_id=login_id, now=now)
    return acting_viewer(login_id, found) if found else None


def patient_viewer(login_id: int) -> PatientViewer:
    """The accounts linked to a sign-in and not ended."""
    with read_only() as session:
        found = session.scalars(
            select(AccountAccess.guarantor_account_id).where(
                AccountAccess.login_id == login_id, AccountAccess.ended_at.is_(None)
            )
        )
        return PatientViewer(login_id, frozenset(found))


def staff_viewer(login_id: int) -> StaffViewer:
    """The role a member of staff has now; an unknown one opens nothing."""
    with read_only() as session:
        role = session.scalar(
            select(Login.role).where(Login.id == login_id, Login.face == "staff", Login.active)
        )
    return StaffViewer(login_id, role or "", ROLES.get(role or "", frozenset()))


def closed_accounts(
    login_id: Any, moment: Any
) -> tuple[ScalarSelect[list[int] | None], ScalarSelect[dict[str, int] | None]]:
    """As parts of another query: restricted accounts that this sign-in has not opened for a reason just now, and
    their patients, each with the account.
    """
    opened = (
        exists()
        .where(
            BreakGlass.login_id == login_id,
            BreakGlass.guarantor_account_id == RestrictedAccount.guarantor_account_id,
            BreakGlass.ends_at > moment,
        )
        .correlate_except(BreakGlass)  # the sign-in is the outermost query's
    )
    account_id = RestrictedAccount.guarantor_account_id
    closed = (RestrictedAccount.ended_at.is_(None), ~opened)
    accounts = select(func.array_agg(account_id)).where(*closed)
    patients = (
        select(func.jsonb_object_agg(Patient.id, account_id))
        .select_from(RestrictedAccount)
        .join(Patient, Patient.guarantor_account_id == account_id)
        .where(*closed)
        .correlate_except(RestrictedAccount, Patient)
    )
    return accounts.scalar_subquery(), patients.scalar_subquery()


def linked_accounts(
    login_id: ColumnElement[int] | InstrumentedAttribute[int],
) -> ScalarSelect[list[int] | None]:
    """As a part of another query: the ids of the accounts that a sign-in may see now."""
    return (
        select(func.array_agg(AccountAccess.guarantor_account_id))
        .where(AccountAccess.login_id == login_id, AccountAccess.ended_at.is_(None))
        .scalar_subquery()
    )
