"""Make the sign-in of somebody new: e-mail proven, password chosen, what they said of themself, and their yes to texts (ID-1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.text_wording import VERSION, consent_wording
from portal.db import transaction
from portal.models.practice import Practice
from portal.models.profiles import Profile
from portal.queries.text_consents import TextCategory
from portal.services.agree_to_texts import Browser
from portal.services.confirm_texts import confirm_texts
from portal.services.open_login import open_login
from portal.services.record_access import Access, add_access
from portal.services.record_text_consent import Said, consent_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What somebody new says of themself; the e-mail was proven, the mobile where `mobile_proven_at` says so."""

    first_name: str
    last_name: str
    birth_on: date
    email: str
    middle_name: str = ""
    suffix: str = ""
    mobile: str = ""
    mobile_proven_at: datetime | None = None
    spoken_language: str = "en"
    written_language: str = "en"
    interpreter: bool = False
    formats: tuple[str, ...] = ()
    emergency_name: str = ""
    emergency_relationship: str = ""
    emergency_phone: str = ""


def register_person(
    *,
    person: Person,
    password_hash: str,
    texts: Sequence[TextCategory],
    browser: Browser,
    now: datetime,
) -> int:
    """Write sign-in, profile and consents in one transaction; the sign-in's id. It sees no account.

    A box ticked for a number that was not proven counts for nothing. Raises EmailTaken.
    """
    with transaction() as session:
        login_id = open_login(session, email=person.email, password_hash=password_hash, now=now)
        particulars = asdict(person) | {"formats": list(person.formats)}
        del particulars["email"]
        session.add(Profile(login_id=login_id, created_at=now, **particulars))
        session.flush()
        if person.mobile_proven_at is not None and texts:
            said = Said(
                source="web",
                wording_version=VERSION,
                login_id=login_id,
                ip=browser.ip,
                user_agent=browser.user_agent,
            )
            _agree(session, person, texts, said, language=browser.language, now=now)
        access = Access(
            face="patient",
            login_id=login_id,
            action="create",
            object_type="login",
            object_id=str(login_id),
            ip=browser.ip,
            user_agent=browser.user_agent,
        )
        add_access(session, access, now=now)
    return login_id


def _agree(
    session: Session,
    person: Person,
    texts: Sequence[TextCategory],
    said: Said,
    *,
    language: str,
    now: datetime,
) -> None:
    """A row for each box. They bear no account, so they count for nobody else who shares the phone."""
    org = session.scalars(select(Practice.name)).one()
    for category in texts:
        wording = consent_wording(category.value, org=org, language=language)
        row = consent_row(
            phone=person.mobile,
            category=category,
            granted=True,
            guarantor_account_id=None,
            said=replace(said, wording=wording),
            now=now,
        )
        session.add(row)
    confirm_texts(
        session,
        phone=person.mobile,
        categories=texts,
        language=person.written_language,
        now=now,
    )
