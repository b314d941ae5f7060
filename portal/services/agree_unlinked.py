"""Somebody without a record says yes or no to texts on the number they proved (ID-1, MSG-1, MSG-3)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.text_wording import VERSION, consent_wording
from portal.db import transaction
from portal.models.practice import Practice
from portal.models.profiles import Profile
from portal.queries.own_texts import standing_of_login
from portal.queries.text_consents import TextCategory
from portal.queries.viewer import PatientViewer
from portal.services.agree_to_texts import Browser, NotProven
from portal.services.confirm_texts import confirm_texts
from portal.services.record_text_consent import Said, consent_row, withdraw_texts
from portal.services.refusal import NotFound


def agree_own_texts(
    *,
    viewer: PatientViewer,
    categories: Collection[TextCategory],
    browser: Browser,
    now: datetime,
) -> None:
    """Write a yes for each kind, confirmed by one text. Raises NotFound, NotProven.

    The rows bear no account, so they count for nobody else who shares the phone, and for nothing until they are
    carried to a record. Who has one chooses on its page.
    """
    with transaction() as session:
        profile = _proven(session, viewer)
        standing = standing_of_login(session, login_id=viewer.login_id, phone=profile.mobile)
        wanted = sorted(set(categories) - standing)
        if wanted:
            _agree(session, profile, wanted, browser, now)


def stop_own_texts(
    *, viewer: PatientViewer, category: TextCategory, browser: Browser, now: datetime
) -> None:
    """Write a no to one kind; like every no it counts for the number. Raises NotFound, NotProven."""
    with transaction() as session:
        profile = _proven(session, viewer)
        withdraw_texts(
            session,
            phone=profile.mobile,
            category=category,
            guarantor_account_id=None,
            said=_said(profile, browser),
            now=now,
        )


def _proven(session: Session, viewer: PatientViewer) -> Profile:
    if viewer.account_ids:
        raise NotFound
    profile = session.get(Profile, viewer.login_id, with_for_update=True)
    if profile is None or profile.mobile_proven_at is None:
        raise NotProven("Type the code that we text to your phone. Then you can turn texts on.")
    return profile


def _said(profile: Profile, browser: Browser, wording: str = "") -> Said:
    return Said(
        source="web",
        wording_version=VERSION if wording else "",
        wording=wording,
        language=browser.language,
        login_id=profile.login_id,
        ip=browser.ip,
        user_agent=browser.user_agent,
    )


def _agree(
    session: Session,
    profile: Profile,
    categories: list[TextCategory],
    browser: Browser,
    now: datetime,
) -> None:
    """Under the words that were shown, confirmed by one text."""
    org = session.scalars(select(Practice.name)).one()
    for category in categories:
        wording = consent_wording(category.value, org=org, language=browser.language)
        row = consent_row(
            phone=profile.mobile,
            category=category,
            granted=True,
            guarantor_account_id=None,
            said=_said(profile, browser, wording),
            now=now,
        )
        session.add(row)
    session.flush()
    confirm_texts(
        session,
        phone=profile.mobile,
        categories=categories,
        language=profile.written_language,
        now=now,
    )
