"""By which way somebody hears of what: the one place that compares what they chose with what they agreed to (MSG-1).

Where it then goes, and whether it may leave at that moment, is asked by those who send it.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount
from portal.queries.text_consents import TextCategory, standing_consent


class Channel(StrEnum):
    """A way to be told."""

    TEXT = "text"
    EMAIL = "email"
    PAPER = "paper"


class About(StrEnum):
    """What the news is about, by the column that holds the choice."""

    VISITS = "visit_notices"
    BILLS = "bill_notices"
    PAYMENTS = "payment_notices"


# A yes to texts about one thing is no yes to texts about another.
CONSENT = {
    About.VISITS: TextCategory.VISITS,
    About.BILLS: TextCategory.BILLING,
    About.PAYMENTS: TextCategory.PAYMENTS,
}
# We post nothing about visits: paper there would mean silence.
OFFERED = {
    About.VISITS: (Channel.TEXT, Channel.EMAIL),
    About.BILLS: tuple(Channel),
    About.PAYMENTS: tuple(Channel),
}


def chosen(account: GuarantorAccount, about: About) -> Channel:
    """What they asked for."""
    return Channel(getattr(account, about.value))


def chose(about: About, channel: Channel) -> ColumnElement[bool]:
    """True of an account that asked for it, for a whole day's work at once."""
    return getattr(GuarantorAccount, about.value) == channel.value  # type: ignore[no-any-return]  # a column by its name


def told_by(session: Session, account: GuarantorAccount, *, about: About, number: str) -> Channel:
    """The way that is used: a text only to a number, and only under a yes to this; else an e-mail."""
    wanted = chosen(account, about)
    if wanted is not Channel.TEXT:
        return wanted
    agreed = number and standing_consent(
        session, phone=number, category=CONSENT[about], guarantor_account_id=account.id
    )
    return Channel.TEXT if agreed else Channel.EMAIL
