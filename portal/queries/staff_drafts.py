"""An account's saved ways to pay, what was signed for them, and what was drawn, as staff see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.money import Money
from portal.db import read_only
from portal.models.drafts import Draft
from portal.models.payment_methods import PaymentAuthorisation, PaymentMethod
from portal.queries.method_words import method_words
from portal.queries.saved_methods import MethodRow, saved_methods
from portal.queries.staff_account import AccountHeader, account_header

SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDraft:
    """One draft with its reason in our own words or the bank's."""

    due_on: date
    amount: Money
    state: str
    tries: int
    next_try_on: date | None
    failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAuthorisation:
    """One authorisation, and whether it still holds."""

    id: int
    kind: str
    method: str
    cap: Money
    day: int
    typed_name: str
    signed_at: datetime
    revoked_at: datetime | None
    revoke_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDrafts:
    """Everything of one account."""

    header: AccountHeader
    methods: tuple[tuple[MethodRow, str], ...]
    authorisations: tuple[StaffAuthorisation, ...]
    drafts: tuple[StaffDraft, ...]

    def live(self, authorisation_id: int) -> StaffAuthorisation | None:
        """One that still holds."""
        found = (one for one in self.authorisations if one.id == authorisation_id)
        return next((one for one in found if one.revoked_at is None), None)


def staff_drafts(account_id: int, *, on: date) -> StaffDrafts | None:
    """None when there is no account by this id."""
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        methods = saved_methods(session, [account_id], on=on)
        return StaffDrafts(
            header=header,
            methods=tuple((one, method_words(one.kind, one.brand, one.last4)) for one in methods),
            authorisations=_authorisations(session, account_id),
            drafts=_drafts(session, account_id),
        )


def _authorisations(session: Session, account_id: int) -> tuple[StaffAuthorisation, ...]:
    rows = session.execute(
        select(PaymentAuthorisation, PaymentMethod)
        .join(PaymentMethod, PaymentMethod.id == PaymentAuthorisation.payment_method_id)
        .where(PaymentAuthorisation.guarantor_account_id == account_id)
        .order_by(PaymentAuthorisation.revoked_at.is_not(None), PaymentAuthorisation.id.desc())
        .limit(SHOWN)
    )
    return tuple(
        StaffAuthorisation(
            id=row.id,
            kind=row.kind,
            method=method_words(method.kind, method.brand, method.last4),
            cap=row.cap,
            day=row.day,
            typed_name=row.typed_name,
            signed_at=row.signed_at,
            revoked_at=row.revoked_at,
            revoke_reason=row.revoke_reason.replace("_", " "),
        )
        for row, method in rows
    )


def _drafts(session: Session, account_id: int) -> tuple[StaffDraft, ...]:
    rows = session.scalars(
        select(Draft)
        .where(Draft.guarantor_account_id == account_id)
        .order_by(Draft.due_on.desc(), Draft.created_at.desc())
        .limit(SHOWN)
    )
    return tuple(
        StaffDraft(
            due_on=row.due_on,
            amount=row.amount,
            state=row.state,
            tries=row.try_number,
            next_try_on=row.next_try_on,
            failure=row.failure.replace("_", " "),
        )
        for row in rows
    )
