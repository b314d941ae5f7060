"""Who agreed to which texts, read from the consent ledger (MSG-1).

A yes counts for the account that gave it, on the number it was given for, until anybody's no to that number and
category comes after it. A yes without an account (START from the phone itself) counts for all who share the number;
one that a sign-in gave before it had an account counts for none until it is carried to one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from portal.models.consents import TextConsent


class TextCategory(StrEnum):
    """What a text is about; each is agreed to on its own (MSG-1)."""

    VISITS = "visits"
    BILLING = "billing"
    PAYMENTS = "payments"
    SECURITY = "security"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRow:
    """One row of the ledger."""

    id: int
    phone: str
    category: TextCategory
    granted: bool
    guarantor_account_id: int | None
    source: str
    wording_version: str
    wording: str
    language: str
    at: datetime


def not_withdrawn() -> ColumnElement[bool]:
    """True of a yes after which no no came."""
    later = aliased(TextConsent)
    withdrawn = select(later.id).where(
        later.phone == TextConsent.phone,
        later.category == TextConsent.category,
        ~later.granted,
        later.id > TextConsent.id,
    )
    return and_(TextConsent.granted, ~withdrawn.exists())


# Built once: each text asks for it.
_NEWEST_YES = select(TextConsent).where(not_withdrawn()).order_by(TextConsent.id.desc()).limit(1)
_BY_THE_PHONE = and_(TextConsent.guarantor_account_id.is_(None), TextConsent.login_id.is_(None))


def said_for(
    account_id: int | InstrumentedAttribute[int] | InstrumentedAttribute[int | None] | None,
) -> ColumnElement[bool]:
    """True of what an account said, and of what the phone itself said for all who share it."""
    return or_(TextConsent.guarantor_account_id == account_id, _BY_THE_PHONE)


def standing_consent(
    session: Session, *, phone: str, category: TextCategory, guarantor_account_id: int | None
) -> ConsentRow | None:
    """The yes under which a text of this category may go to this number for this account now."""
    row = session.scalars(
        _NEWEST_YES.where(
            TextConsent.phone == phone,
            TextConsent.category == category.value,
            said_for(guarantor_account_id),
        )
    ).one_or_none()
    return None if row is None else _row(row)


def standing_consents(session: Session, *, phone: str, account_id: int) -> tuple[ConsentRow, ...]:
    """The newest yes of each category that stands for this account on this number."""
    rows = session.scalars(
        select(TextConsent)
        .where(
            TextConsent.phone == phone,
            not_withdrawn(),
            said_for(account_id),
        )
        .order_by(TextConsent.id)
    )
    newest = {row.category: _row(row) for row in rows}
    return tuple(newest[category] for category in TextCategory if category in newest)


def newest_rows(
    session: Session, *, phones: Collection[str], category: TextCategory
) -> tuple[tuple[ConsentRow, ...], tuple[ConsentRow, ...]]:
    """For many numbers at once: every yes that stands, and the newest no of each number."""
    of_these = and_(TextConsent.phone.in_(phones), TextConsent.category == category.value)
    standing = session.scalars(
        select(TextConsent)
        .where(of_these, not_withdrawn(), said_for(TextConsent.guarantor_account_id))
        .order_by(TextConsent.id)
    )
    newest_no = (select(func.max(TextConsent.id)).where(of_these, ~TextConsent.granted)).group_by(
        TextConsent.phone
    )
    refused = session.scalars(select(TextConsent).where(TextConsent.id.in_(newest_no)))
    return tuple(map(_row, standing)), tuple(map(_row, refused))


def consent_history(session: Session, *, phone: str, account_id: int) -> tuple[ConsentRow, ...]:
    """Everything said about a number by this account or by the phone itself, newest first."""
    rows = session.scalars(
        select(TextConsent)
        .where(
            TextConsent.phone == phone,
            or_(
                said_for(account_id),
                and_(TextConsent.guarantor_account_id.is_(None), ~TextConsent.granted),
            ),
        )
        .order_by(TextConsent.id.desc())
        .limit(100)
    )
    return tuple(map(_row, rows))


def _row(row: TextConsent) -> ConsentRow:
    return ConsentRow(
        id=row.id,
        phone=row.phone,
        category=TextCategory(row.category),
        granted=row.granted,
        guarantor_account_id=row.guarantor_account_id,
        source=row.source,
        wording_version=row.wording_version,
        wording=row.wording,
        language=row.language,
        at=row.at,
    )
