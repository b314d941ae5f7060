"""People on file and people who ask for their record, without any screen."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.accounts import AccountCondition, GuarantorAccount, Patient
from portal.models.identity import AccountAccess, Login
from portal.models.linking import LinkRequest
from portal.queries.link_candidates import Asked
from portal.services.ask_link import ask_link
from portal.services.match_link_request import match_link_request
from portal.services.match_person import match_name
from portal.services.send_link_code import link_code

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
KEYS = (b"key of the tests",)
PHONE = "+12125550142"
EMAIL = "testa@example.com"
ASKED = Asked(
    last_name="Sample",
    first_name="Testa",
    suffix="",
    birth_on=date(1986, 4, 28),
    postal_code="20852",
    phone="",
    email="",
)


def on_file(
    *,
    patient: bool = True,
    confidential: bool = False,
    condition: str = "",
    linked_to: int | None = None,
    **changed: Any,
) -> int:
    """An account with its guarantor, who is also the patient unless told otherwise."""
    who: dict[str, Any] = {
        "last_name": "Sample",
        "first_name": "Testa",
        "suffix": "",
        "birth_on": date(1986, 4, 28),
        "postal_code": "20852-1234",
        "mobile": PHONE,
        "email": EMAIL,
        "named": True,
    } | changed
    with transaction() as session:
        account = GuarantorAccount(number=str(secrets.randbelow(10**10)).zfill(10), **who)
        session.add(account)
        session.flush()
        if condition:
            session.add(
                AccountCondition(
                    guarantor_account_id=account.id, kind=condition, since=NOW, source="test"
                )
            )
        if linked_to is not None:
            session.add(
                AccountAccess(
                    login_id=linked_to,
                    guarantor_account_id=account.id,
                    granted_by="test",
                    granted_at=NOW,
                )
            )
        account_id = account.id
    if patient:
        add_patient(account_id, who, confidential=confidential)
    return account_id


def add_patient(account_id: int, who: dict[str, Any], *, confidential: bool = False) -> None:
    """A person treated on the account."""
    kept = {name: who[name] for name in ("last_name", "first_name", "suffix", "birth_on")}
    with transaction() as session:
        session.add(
            Patient(
                guarantor_account_id=account_id,
                match_name=match_name(who["last_name"], who["first_name"]),
                confidential=confidential,
                **kept,
            )
        )


def newcomer() -> int:
    """A sign-in that sees nothing."""
    with transaction() as session:
        login = Login(
            face="patient",
            email=f"{secrets.token_hex(6)}@example.com",
            fs_uniquifier=secrets.token_hex(32),
            confirmed_at=NOW,
        )
        session.add(login)
        session.flush()
        return login.id


def ask(login_id: int, *, now: datetime = NOW, **said: Any) -> LinkRequest:
    """Ask and let the job decide; the request as it stands then."""
    request_id = ask_link(login_id=login_id, asked=replace(ASKED, **said), ip="", now=now)
    match_link_request(request_id=request_id, keys=KEYS, now=now)
    return standing(request_id)


def standing(request_id: int) -> LinkRequest:
    with read_only() as session:
        return session.get_one(LinkRequest, request_id)


def code_of(request_id: int) -> str:
    """The digits that were sent last."""
    return link_code(KEYS[0], standing(request_id))


def opened(login_id: int) -> list[int]:
    """The accounts that the sign-in sees."""
    with read_only() as session:
        return list(
            session.scalars(
                select(AccountAccess.guarantor_account_id).where(
                    AccountAccess.login_id == login_id, AccountAccess.ended_at.is_(None)
                )
            )
        )
