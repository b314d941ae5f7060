"""Whose number a text came from, and what a STOP took away from it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount
from portal.models.consents import TextConsent
from portal.queries.text_consents import TextCategory

BY_TEXT = frozenset({"sms", "carrier"})  # a STOP that we or the carrier read
BY_THE_PHONE = BY_TEXT | {"wrong_number"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """An account that gave us this number."""

    account_id: int
    first_name: str
    last_name: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """A yes that STOP ended, and START may bring back."""

    category: TextCategory
    account_id: int | None
    wording_version: str
    language: str


def senders(session: Session, phone: str) -> tuple[Sender, ...]:
    """The accounts with this number (E.164); none for a stranger."""
    if not phone:
        return ()
    rows = session.execute(
        select(
            GuarantorAccount.id,
            GuarantorAccount.first_name,
            GuarantorAccount.last_name,
            GuarantorAccount.language,
        )
        .where(GuarantorAccount.mobile == phone)
        .order_by(GuarantorAccount.id)
    )
    return tuple(
        Sender(
            account_id=row.id,
            first_name=row.first_name,
            last_name=row.last_name,
            language=row.language,
        )
        for row in rows
    )


def is_stopped(session: Session, phone: str) -> bool:
    """Whether the last word about every category is a no from the phone itself."""
    newest = {row.category: row for row in _ledger(session, phone)}
    return len(newest) == len(TextCategory) and all(
        not row.granted and row.source in BY_THE_PHONE for row in newest.values()
    )


def taken_by_stop(session: Session, phone: str) -> tuple[Stopped, ...]:
    """Each yes that nothing but a STOP has ended since; what was withdrawn in another way stays so.

    A box ticked while signing up, before there was an account, is ticked again and not brought back by a text.
    """
    rows = _ledger(session, phone)
    newest_yes = {
        (row.category, row.guarantor_account_id): row
        for row in rows
        if row.granted and (row.guarantor_account_id is not None or row.login_id is None)
    }.values()
    return tuple(
        Stopped(
            category=TextCategory(yes.category),
            account_id=yes.guarantor_account_id,
            wording_version=yes.wording_version,
            language=yes.language,
        )
        for yes in newest_yes
        if _ended_by_stop_alone(yes, rows)
    )


def _ended_by_stop_alone(yes: TextConsent, rows: Collection[TextConsent]) -> bool:
    later = [
        row for row in rows if row.id > yes.id and row.category == yes.category and not row.granted
    ]
    return bool(later) and all(row.source in BY_TEXT for row in later)


def _ledger(session: Session, phone: str) -> list[TextConsent]:
    """All that was ever said about one number, oldest first."""
    return list(
        session.scalars(
            select(TextConsent).where(TextConsent.phone == phone).order_by(TextConsent.id)
        )
    )
