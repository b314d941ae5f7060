"""A patient says yes or no to texts on our pages; the first yes is confirmed by one text (MSG-2, MSG-10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.text_wording import VERSION, consent_wording
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.practice import Practice
from portal.queries.reach import own_number, phone_reach
from portal.queries.text_consents import TextCategory
from portal.queries.viewer import PatientViewer
from portal.services.confirm_texts import confirm_texts
from portal.services.record_text_consent import Said, grant_texts, withdraw_texts
from portal.services.refusal import NotFound, Refusal


class NotProven(Refusal):
    """The number was not proven by a code yet."""

    title = "First show that the number is yours"


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a choice came from, and in which language its words were read."""

    ip: str
    user_agent: str
    language: str = "en"


def agree_to_texts(
    *,
    viewer: PatientViewer,
    account_id: int,
    categories: Sequence[TextCategory],
    browser: Browser,
    now: datetime,
) -> None:
    """Write a yes for each category under the wording shown, and confirm them in one text.

    Raises NotProven and NotFound.
    """
    with transaction() as session:
        account = _own(session, viewer, account_id)
        phone = own_number(session, account, login_id=viewer.login_id)
        if not phone or phone_reach(session, account).proven_at(phone) is None:
            raise NotProven("Type the code that we text to your phone. Then you can turn texts on.")
        practice = session.scalars(select(Practice)).one()
        for category in categories:
            said = Said(
                source="web",
                wording_version=VERSION,
                wording=consent_wording(
                    category.value, org=practice.name, language=browser.language
                ),
                login_id=viewer.login_id,
                ip=browser.ip,
                user_agent=browser.user_agent,
            )
            grant_texts(
                session,
                phone=phone,
                category=category,
                guarantor_account_id=account_id,
                said=said,
                now=now,
            )
        if categories:
            confirm_texts(
                session,
                phone=phone,
                categories=categories,
                language=account.language,
                now=now,
            )


def stop_texts(
    *,
    viewer: PatientViewer,
    account_id: int,
    category: TextCategory,
    browser: Browser,
    now: datetime,
) -> None:
    """Write a no to one category; what waits is given up at once. Raises NotFound."""
    with transaction() as session:
        account = _own(session, viewer, account_id)
        withdraw_texts(
            session,
            phone=own_number(session, account, login_id=viewer.login_id),
            category=category,
            guarantor_account_id=account_id,
            said=Said(
                source="web",
                login_id=viewer.login_id,
                ip=browser.ip,
                user_agent=browser.user_agent,
            ),
            now=now,
        )


def _own(session: Session, viewer: PatientViewer, account_id: int) -> GuarantorAccount:
    if account_id not in viewer.account_ids:
        raise NotFound
    return session.get_one(GuarantorAccount, account_id)
