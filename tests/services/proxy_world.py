"""People who help each other: a patient, somebody who may act for them, and a minor, committed for real."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime

from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.proxies import ProxyGrant
from portal.queries.viewer import PatientViewer
from portal.services.invite_proxy import ProxyOffer

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
NEXT_YEAR = date(2027, 3, 2)
URL = "http://localhost:8000"
HELPER = "helper@example.com"


def make_own(account_id: int, birth_on: date = date(1980, 4, 5)) -> None:
    """Whoever owes on the account is its patient."""
    with transaction() as session:
        session.get_one(GuarantorAccount, account_id).birth_on = birth_on


def add_person(
    first_name: str,
    birth_on: date,
    *,
    last_name: str = "Sample",
    account_id: int | None = None,
    **fields: object,
) -> Patient:
    """A patient on an account of their own, or on one that is there."""
    with transaction() as session:
        if account_id is None:
            account = GuarantorAccount(
                number=str(secrets.randbelow(10**12)),
                named=True,
                last_name=last_name,
                first_name=first_name,
                birth_on=birth_on,
            )
            session.add(account)
            session.flush()
            account_id = account.id
        patient = Patient(
            guarantor_account_id=account_id,
            last_name=last_name,
            first_name=first_name,
            match_name=f"{last_name} {first_name}".lower(),
            birth_on=birth_on,
            **fields,
        )
        session.add(patient)
        session.flush()
        return patient


def add_grant(
    patient: Patient, *, by: int, proxy: int | None, email: str = HELPER, **fields: object
) -> int:
    """A row as the services write it; accepted when there is a proxy."""
    values = {
        "patient_id": patient.id,
        "granted_by_id": by,
        "proxy_login_id": proxy,
        "email": email,
        "relationship": "spouse",
        "scopes": ["bills", "pay"],
        "of_minor": False,
        "invited_at": NOW,
        "accepted_at": NOW if proxy else None,
        "ends_on": NEXT_YEAR,
    }
    with transaction() as session:
        grant = ProxyGrant(**(values | fields))
        session.add(grant)
        session.flush()
        return grant.id


def offer(email: str = HELPER, **fields: object) -> ProxyOffer:
    values = {"email": email, "relationship": "spouse", "scopes": ("pay",), "ends_on": NEXT_YEAR}
    return ProxyOffer(**(values | fields))


def grant_of(grant_id: int) -> ProxyGrant:
    with read_only() as session:
        return session.get_one(ProxyGrant, grant_id)


def viewer(login_id: int, *account_ids: int) -> PatientViewer:
    return PatientViewer(login_id, frozenset(account_ids))
