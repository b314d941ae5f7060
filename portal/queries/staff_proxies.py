"""Who may act on an account, as staff see it (HIPAA-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from billing.proxy_access import ADULT_YEARS, birthday
from portal.db import read_only
from portal.models.accounts import Patient
from portal.queries.proxies_page import Helper, helpers_of
from portal.queries.staff_account import AccountHeader, PatientRow, account_header


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffProxies:
    """Everybody who has access or was invited, and the minors for whom a parent can get it."""

    header: AccountHeader
    helpers: tuple[Helper, ...]
    minors: tuple[PatientRow, ...]

    def helper(self, grant_id: int) -> Helper | None:
        return next((one for one in self.helpers if one.grant_id == grant_id), None)


def proxies_of(account_id: int, *, on: date, now: datetime) -> StaffProxies | None:
    """The proxies of an account; None when there is none by this id."""
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        helpers = helpers_of(session, account_id, on=on, now=now)
        # A confidential visit's patient stands in the header too, but this is not their account.
        here = set(
            session.scalars(select(Patient.id).where(Patient.guarantor_account_id == account_id))
        )
    return StaffProxies(
        header=header,
        helpers=helpers,
        minors=tuple(
            one
            for one in header.patients
            if one.id in here and on < birthday(one.birth_on, ADULT_YEARS)
        ),
    )
