"""How we reach an account: its mobile, what was agreed to on it, and the choices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from billing.text_wording import LABELS, kinds_in_words
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.identity import Login
from portal.models.messages import TextNumber
from portal.queries.call_wishes import AskedOfCalls, asked_of, newest_asked
from portal.queries.notice_channel import CONSENT, About, Channel
from portal.queries.paperless import electronic_readers
from portal.queries.reach import own_number, phone_reach
from portal.queries.text_consents import (
    ConsentRow,
    TextCategory,
    consent_history,
    standing_consents,
)
from portal.queries.viewer import PatientViewer

ADDRESS = ("street", "street2", "city", "state", "postal_code")
SOURCES = {
    "web": "on this site",
    "sms": "by text",
    "carrier": "by text",
    "verbal": "told our office",
    "staff": "told our office",
    "paper": "on a form",
}


@dataclass(frozen=True, slots=True)
class Agreement:
    """One category, and since when texts about it are agreed to."""

    category: str
    label: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Event:
    """A yes or no of the past, in words."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPage:
    """Everything about reaching one account."""

    account_id: int
    account_number: str
    name: str
    mobile: str
    proven_at: datetime | None  # of this very number
    unreachable: bool
    agreements: tuple[Agreement, ...]
    history: tuple[Event, ...]
    visit_notices: str
    bill_notices: str
    payment_notices: str
    without_paper: bool  # statements come by e-mail
    text_grade: str
    language: str
    sign_in_email: str
    held_until: datetime | None  # texts wait till then
    mailed_to: dict[str, str]  # street, street2, city, state, postal_code
    calls: AskedOfCalls  # when and where not to call about bills

    def told(self, choice: str) -> str:
        """By which way news of it comes at present; empty where none comes."""
        about, wanted = About(choice), Channel(getattr(self, choice))
        if wanted is not Channel.TEXT or CONSENT[about].value not in self.open_categories:
            return wanted.value
        return "" if about is About.BILLS else Channel.EMAIL.value

    @property
    def texts_off(self) -> str:
        """What no text may be about, as in "bills and visits"."""
        return kinds_in_words(self.open_categories, language="en") if self.open_categories else ""

    @property
    def open_categories(self) -> tuple[str, ...]:
        return tuple(one.category for one in self.agreements if one.since is None)


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """An account to choose from."""

    id: int
    name: str
    number: str


def own_accounts(viewer: PatientViewer) -> tuple[OwnAccount, ...]:
    """The viewer's accounts."""
    with read_only() as session:
        rows = session.scalars(
            select(GuarantorAccount)
            .where(GuarantorAccount.id.in_(viewer.account_ids))
            .order_by(GuarantorAccount.id)
        )
        return tuple(OwnAccount(row.id, row.display_name, row.number) for row in rows)


def contact_page(viewer: PatientViewer, account_id: int, *, now: datetime) -> ContactPage | None:
    """One of the viewer's accounts; None for any other."""
    if account_id not in viewer.account_ids:
        return None
    with read_only() as session:
        account = session.get_one(GuarantorAccount, account_id)
        phone = own_number(session, account, login_id=viewer.login_id)
        proven_at = phone_reach(session, account).proven_at(phone)
        number = session.get(TextNumber, phone)
        standing = standing_consents(session, phone=phone, account_id=account_id) if phone else ()
        history = consent_history(session, phone=phone, account_id=account_id) if phone else ()
        without_paper = bool(electronic_readers(session, account_ids=[account_id], now=now))
        email = session.scalars(select(Login.email).where(Login.id == viewer.login_id)).one()
        calls = asked_of(newest_asked(session, account_id))
    held = account.mobile_held_until
    since = {row.category.value: row.at for row in standing}
    return ContactPage(
        account_id=account_id,
        account_number=account.number,
        name=account.display_name,
        mobile=phone,
        proven_at=proven_at,
        unreachable=number is not None and number.bad_since is not None,
        agreements=tuple(
            Agreement(category, label, since.get(category)) for category, label in LABELS.items()
        ),
        history=tuple(
            Event(row.at, _words(row))
            for row in history
            if row.category is not TextCategory.SECURITY
        ),
        visit_notices=account.visit_notices,
        bill_notices=account.bill_notices,
        payment_notices=account.payment_notices,
        without_paper=without_paper,
        text_grade=account.text_grade,
        language=account.language,
        sign_in_email=email,
        held_until=held if held and now < held and phone == account.mobile else None,
        mailed_to={part: getattr(account, part) for part in ADDRESS},
        calls=calls,
    )


def _words(row: ConsentRow) -> str:
    source = SOURCES.get(row.source, "on a form")
    said = "Yes" if row.granted else "No"
    return f"{said} to texts about {LABELS[row.category.value].lower()}, {source}"
