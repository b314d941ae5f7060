"""The held queue: what is wrong, whose money, how much, by when, and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from billing.exceptions import Category
from billing.money import Money
from portal.db import Cents
from portal.models.accounts import GuarantorAccount
from portal.models.identity import Login
from portal.models.remittances import RemittanceRow
from portal.models.work import WorkItem
from portal.queries.day_at_practice import day_at_practice
from portal.queries.exception_words import category_label, category_next
from portal.queries.queue_filter import QueueFilter

OWNER = aliased(Login)
ALIKE = 25  # of one pattern, offered at once
AHEAD = 1000  # how far the list is read to find what comes after an item
KIND_LABELS = {
    "accounting_request": "List of disclosures",
    "visit_call": "Call about a visit",
    "estimate_due": "Estimate to give",
    "estimate_over": "Bill far above its estimate",
    "estimate_dispute": "Federal dispute to answer",
    "estimate_unclear": "Bill to tie to an estimate",
    "estimate_missing": "Bill without the estimate it was owed",
    "confidential_request": "Confidential contact",
    "screen_for_help": "Help with bills: screening due",
    "tell_of_help": "Help with bills: call due",
    "final_notice": "Final notice due",
    "gate_open": "Calendar before an agency at its end",
    "placement_refused": "Bill that could not go to its agency",
    "bad_debt": "Write-offs to approve",
    "small_balance": "Small balances to let go",
    "guest_application": "Applications to tie to an account",
    "agency_rows": "Agency’s rows that were refused",
    "agency_address": "Agency found another address",
    "agency_closed": "Bill back from an agency",
    "agency_back": "Returned payment without its payment",
    "held_claim": "Claim held",
    "unmatched": "Claim not found here",
    "held_set": "Remittance held",
    "waiting_set": "Remittance to post",
    "waiting_bill": "Bill waits for a remittance",
    "batch_open": "Batch still open after its hour",
    "file_refused": "File that could not be read",
    "unpaid_claim": "Claim without an answer",
    "denial": "Denied by the payer",
    "denial_deadline": "Denial: last day",
    "filing_deadline": "Claim: last day to file",
    "review": "Amount to check",
    "figures": "Figures that disagree",
    "underpaid": "Paid below the contract",
    "bill_next": "Next plan to answer",
    "reversal": "Decision taken back",
    "plb": "Payer adjustment",
    "payer_refund": "Payer to be refunded",
    "refund": "Refund to decide",
    "adjustment_request": "Adjustment to approve",
    "card_refund": "Card refund",
    "owner_review": "Decisions of one person to review",
    "credit_asked": "Credit asked back",
    "credit_found": "Credit to send back",
    "assistance_paper": "Letter about assistance",
    "assistance_presumed": "Assistance may be due",
    "card_dispute": "Card dispute",
    "bill_dispute": "Bill disputed by the patient",
    "bill_dispute_due": "Dispute: answer due",
    "eob_picture": "Picture of an EOB to read",
    "eob_says_more": "EOB says more than we bill",
    "maybe_dispute": "Message that may dispute a bill",
    "draft_failed": "Drawn payment that failed",
    "promise_broken": "Promise to pay not kept",
    "plan_ended": "Plan ended by itself",
    "plan_paper": "Plan paper to mail",
    "notice_stopped": "Letter that was not sent",
    "notice_state_text": "State text to review",
    "mail_returned": "Mail that came back",
    "plan_state_text": "State text to review",
    "era_without_eft": "Payment not at the bank",
    "eft_without_era": "Bank money without its paper",
    "payment_mismatch": "Payment that disagrees",
    "card_testing": "Cards may be tested",
    "payout_line": "Payout to explain",
    "payment_orphan": "Payment in one set of books only",
    "claim_import": "Claim to check",
    "coverage_changed": "Bill the right payer",
    "namesake": "Two people of one name",
    "emergency_text": "Emergency message",
    "wrong_number": "Wrong phone number",
    "guarantor_change": "Other guarantor named",
    "bad_number": "Mobile to ask for",
    "texts_alert": "Texts are refused",
    "newcomer_visit": "Whose visit is it",
    "missed_visits": "Missed visits: call",
    "visit_authorisation": "Referral or authorisation",
    "prepaid_unbilled": "Paid ahead, no bill",
    "unreached": "Notice to give otherwise",
}


def kind_label(kind: str) -> str:
    """What staff read for a kind of work."""
    return KIND_LABELS.get(kind, kind.replace("_", " ").capitalize())


ONLY_LOOK = {"held_claim", "unmatched", "held_set"}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCount:
    """How much of one kind is open."""

    kind: str
    label: str
    count: int
    amount: Money
    overdue: int
    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One open item, as the list shows it."""

    id: int
    kind: str
    label: str
    category: str
    pattern: str
    reasons: tuple[str, ...]
    whose: str
    account_id: int | None
    amount: Money
    due_on: date | None
    overdue: bool
    next_step: str
    holds_bill: bool
    closed: bool
    owner_id: int | None
    owner: str
    suspense_reason: str
    waiting_for: str
    days_open: int
    remittance_claim_id: int | None
    patients: int = 0  # whose bill is wrong or waits while it is open

    @property
    def category_label(self) -> str:
        return category_label(self.category)

    @property
    def to_do(self) -> str:
        """The next step: the category's own where the import could only say "look", else the import's."""
        told = category_next(self.category)
        return told if told and self.kind in ONLY_LOOK else self.next_step or told


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItemFacts:
    """One item with the ids of what it concerns."""

    row: QueueRow
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str
    outcome: str
    remittance_id: int | None
    remittance_claim_id: int | None
    same_pattern: int  # other open items that are mended in the same way


def queue_counts(session: Session, *, on: date) -> tuple[QueueCount, ...]:
    """Open work by kind, the most money first."""
    return _counted(session, WorkItem.kind, kind_label, on=on)


def _counted(
    session: Session, by: InstrumentedAttribute[str], label: Callable[[str], str], *, on: date
) -> tuple[QueueCount, ...]:
    overdue = func.count(case((WorkItem.due_on < on, 1)))
    # A takeback is as much money as a payment: signs must not cancel out.
    total = func.sum(func.abs(WorkItem.amount, type_=Cents()))
    rows = session.execute(
        select(by, func.count(), total, overdue, func.min(WorkItem.due_on))
        .where(WorkItem.closed_at.is_(None))
        .group_by(by)
        .order_by(total.desc(), by)
    )
    return tuple(
        QueueCount(
            kind=kind, label=label(kind), count=count, amount=amount, overdue=late, due_on=due
        )
        for kind, count, amount, late, due in rows
    )


def category_counts(session: Session, *, on: date) -> tuple[QueueCount, ...]:
    """Open exceptions by category, in the order of the closed list."""
    found = {row.kind: row for row in _counted(session, WorkItem.category, category_label, on=on)}
    return tuple(found[one.value] for one in Category if one.value in found)


def item_after(session: Session, item_id: int, wanted: QueueFilter, *, on: date) -> int | None:
    """The item to work on next: the one after this, or the first when this is gone from the list."""
    ids = session.scalars(
        select(WorkItem.id).where(*wanted.where(on)).order_by(*wanted.order).limit(AHEAD)
    ).all()
    if item_id not in ids:
        return ids[0] if ids else None
    at = ids.index(item_id)
    return next(iter([*ids[at + 1 :], *ids[:at]]), None)


def items_alike(session: Session, pattern: str, *, but: int, on: date) -> tuple[QueueRow, ...]:
    """Other open items of one pattern, the oldest due first; at most as many as one page shows."""
    query = items_query().where(
        WorkItem.pattern == pattern,
        WorkItem.pattern != "",
        WorkItem.id != but,
        WorkItem.closed_at.is_(None),
    )
    rows = session.execute(query.order_by(WorkItem.due_on, WorkItem.id).limit(ALIKE))
    return tuple(item_row(row, on) for row in rows)


def open_items_of(session: Session, account_id: int, *, on: date) -> tuple[QueueRow, ...]:
    """What is open on one account."""
    query = items_query().where(
        WorkItem.closed_at.is_(None), WorkItem.guarantor_account_id == account_id
    )
    return tuple(item_row(row, on) for row in session.execute(query.order_by(WorkItem.id)))


def work_item(session: Session, item_id: int, *, on: date) -> WorkItemFacts | None:
    """One item; None when there is no such item."""
    other = aliased(WorkItem)
    alike = (
        select(func.count(other.id))
        .where(
            other.pattern == WorkItem.pattern,
            other.pattern != "",
            other.id != WorkItem.id,
            other.closed_at.is_(None),
        )
        .correlate(WorkItem)
        .scalar_subquery()
    )
    query = items_query().add_columns(alike.label("same_pattern")).where(WorkItem.id == item_id)
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    return WorkItemFacts(
        row=item_row(row, on),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        closed_by=row.closer_name or row.closer_email or "",
        outcome=row.outcome,
        remittance_id=row.remittance_id,
        remittance_claim_id=row.remittance_claim_id,
        same_pattern=row.same_pattern,
    )


def items_query() -> Select[*tuple[Any, ...]]:
    """The columns of an item, with the person or payer it concerns."""
    query: Select[*tuple[Any, ...]] = (
        select(
            WorkItem.id,
            WorkItem.kind,
            WorkItem.category,
            WorkItem.pattern,
            WorkItem.reasons,
            WorkItem.next_step,
            WorkItem.amount,
            WorkItem.due_on,
            WorkItem.holds_bill,
            WorkItem.opened_at,
            day_at_practice(WorkItem.opened_at).label("opened_on"),
            WorkItem.closed_at,
            WorkItem.outcome,
            WorkItem.remittance_id,
            WorkItem.remittance_claim_id,
            WorkItem.guarantor_account_id,
            GuarantorAccount.first_name,
            GuarantorAccount.last_name,
            GuarantorAccount.number,
            RemittanceRow.payer_name,
            RemittanceRow.trace,
            WorkItem.owner_id,
            WorkItem.suspense_reason,
            WorkItem.waiting_for,
            Login.name.label("closer_name"),
            Login.email.label("closer_email"),
            OWNER.name.label("owner_name"),
            OWNER.email.label("owner_email"),
        )
        .outerjoin(GuarantorAccount, GuarantorAccount.id == WorkItem.guarantor_account_id)
        .outerjoin(RemittanceRow, RemittanceRow.id == WorkItem.remittance_id)
        .outerjoin(Login, Login.id == WorkItem.closed_by_id)
        .outerjoin(OWNER, OWNER.id == WorkItem.owner_id)
    )
    return query


def item_row(row: Row[*tuple[Any, ...]], on: date) -> QueueRow:
    """One row of `items_query` as a list shows it."""
    if row.number:
        whose = f"{row.first_name} {row.last_name}".strip() + f" ({row.number})"
    elif row.trace:
        whose = f"{row.payer_name}, trace {row.trace}"
    else:
        whose = "Not known yet"
    return QueueRow(
        id=row.id,
        kind=row.kind,
        label=kind_label(row.kind),
        category=row.category,
        pattern=row.pattern,
        reasons=tuple(row.reasons),
        whose=whose,
        account_id=row.guarantor_account_id,
        amount=row.amount,
        due_on=row.due_on,
        overdue=row.due_on is not None and row.due_on < on,
        next_step=row.next_step,
        holds_bill=row.holds_bill,
        closed=row.closed_at is not None,
        owner_id=row.owner_id,
        owner=row.owner_name or row.owner_email or "",
        suspense_reason=row.suspense_reason,
        waiting_for=row.waiting_for,
        remittance_claim_id=row.remittance_claim_id,
        days_open=max((on - row.opened_on).days, 0),
    )
