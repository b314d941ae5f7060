"""Today's work: what waits, what came in, what was paid; only what the role may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.money import Money
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.payments import Payment
from portal.queries.account_notes import Mention, mentions_waiting
from portal.queries.disputes_told import dispute_decision
from portal.queries.link_queue import waiting_links
from portal.queries.paid_by import helper_email
from portal.queries.parent_requests import waiting_parents
from portal.queries.payment_method import method_in_words
from portal.queries.refunds import waiting_refunds
from portal.queries.staff_duplicates import waiting_merges
from portal.queries.staff_insurance import waiting_count
from portal.queries.staff_members import review_overdue
from portal.queries.staff_queue import QueueCount, queue_counts
from portal.queries.staff_remittances import RemittanceSummary, recent_remittances
from portal.queries.staff_unknown import UnknownTotals, unknown_totals
from portal.queries.viewer import StaffViewer

RECENT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """One payment by a patient, whatever became of it."""

    id: UUID
    account_id: int
    account_number: str
    name: str
    amount: Money
    state: str
    method: str
    at: datetime
    receipt_number: str
    helper_email: str  # who paid on the patient's behalf
    failure: str
    dispute: str | None  # how it was decided, "" while it waits; None when no bank holds its money


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffHome:
    """None stands for a part that the role does not see."""

    counts: tuple[QueueCount, ...] | None
    remittances: tuple[RemittanceSummary, ...] | None
    payments: tuple[PaymentRow, ...] | None
    unknown: UnknownTotals | None
    refunds_waiting: int | None  # for those who may approve them
    merges_waiting: int | None  # asked for by somebody else (ID-5)
    insurance_waiting: int | None  # for those who may check it
    links_waiting: int | None  # people who wait to be linked to their record
    review_overdue: bool  # of who may sign in, for those who do it
    parents_waiting: int | None  # who ask to see a child's account
    mentions: tuple[Mention, ...]  # notes that speak to the viewer

    @property
    def account_ids(self) -> tuple[int, ...]:
        paid = tuple(payment.account_id for payment in self.payments or ())
        return paid + tuple(mention.account_id for mention in self.mentions)


def staff_home(viewer: StaffViewer, *, on: date, now: datetime) -> StaffHome:
    """The parts of the first page that the viewer may see."""
    with read_only() as session:
        return StaffHome(
            counts=queue_counts(session, on=on) if viewer.may("work.view") else None,
            remittances=recent_remittances(session, limit=RECENT)
            if viewer.may("remittances.view")
            else None,
            payments=payments(session, limit=RECENT) if viewer.may("payments.view") else None,
            unknown=unknown_totals(session, now=now) if viewer.may("payments.view") else None,
            refunds_waiting=waiting_refunds(session) if viewer.may("refunds.approve") else None,
            merges_waiting=waiting_merges(session, viewer) if viewer.may("people.merge") else None,
            insurance_waiting=waiting_count(session) if viewer.may("insurance.edit") else None,
            links_waiting=waiting_links(session, now=now) if viewer.may("people.link") else None,
            review_overdue=viewer.may("staff.view") and review_overdue(session, now=now),
            parents_waiting=waiting_parents(session) if viewer.may("proxies.grant") else None,
            mentions=mentions_waiting(session, viewer) if viewer.may("accounts.view") else (),
        )


def payments(
    session: Session, *, account_id: int | None = None, limit: int, offset: int = 0
) -> tuple[PaymentRow, ...]:
    """Payments by patients, the newest first; of one account where asked."""
    query = (
        select(
            Payment.id,
            Payment.guarantor_account_id,
            GuarantorAccount.number,
            GuarantorAccount.first_name,
            GuarantorAccount.last_name,
            Payment.amount,
            Payment.state,
            Payment.method,
            Payment.brand,
            Payment.last4,
            Payment.state_at,
            Payment.receipt_number,
            Payment.failure,
            helper_email().label("helper_email"),
            dispute_decision().label("dispute"),
        )
        .join(GuarantorAccount, GuarantorAccount.id == Payment.guarantor_account_id)
        .order_by(Payment.state_at.desc(), Payment.id)
        .limit(limit)
        .offset(offset)
    )
    if account_id is not None:
        query = query.where(Payment.guarantor_account_id == account_id)
    return tuple(
        PaymentRow(
            id=row.id,
            account_id=row.guarantor_account_id,
            account_number=row.number,
            name=f"{row.first_name} {row.last_name}".strip(),
            amount=row.amount,
            state=row.state,
            method=method_in_words(row.method, row.brand, row.last4) if row.method else "",
            at=row.state_at,
            receipt_number=row.receipt_number or "",
            helper_email=row.helper_email or "",
            failure=row.failure,
            dispute=row.dispute,
        )
        for row in session.execute(query)
    )
