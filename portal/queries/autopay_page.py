"""Autopay as its owner sees it: what is drawn next, what became of the last ones, and the paper that was signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.drafts import DraftState, next_told_draft
from billing.money import Money
from portal.db import read_only
from portal.models.drafts import Draft
from portal.models.payment_methods import PaymentAuthorisation
from portal.models.payments import Payment
from portal.queries.closed_days import closed_days
from portal.queries.plan_draws import PlanToDraw, plan_to_draw
from portal.queries.saved_methods import MethodRow, account_names, saved_methods
from portal.queries.viewer import PatientViewer

SHOWN = 12
COMING = (DraftState.SCHEDULED, DraftState.NOTICED)
# What a patient is told of a draft that brought no money; a bank's code has words only where they help.
WORDS = {
    "nothing_due": "Nothing was due.",
    "too_small": "Too little was due to draw it.",
    "over_cap": "More was due than your limit. Nothing was drawn.",
    "no_notice": "Our letter to you did not go out in time. Nothing was drawn.",
    "changed": "You had paid part of it. Nothing more was drawn.",
    "late": "We could not draw it in time. Nothing was drawn.",
    "insufficient_funds": "There was not enough money.",
    "authentication_required": "Your bank wants you to confirm it. Please pay it yourself.",
    "stopped_by_patient": "You stopped it.",
    "method_removed": "You removed the card or bank account.",
    "replaced": "You signed anew.",
    "disputed": "You told your bank that a payment was not right.",
    "revoked_at_bank": "Your bank told us that you stopped it.",
}
REFUSED = "Your bank said no."
HELD = "We are checking your bills. Nothing was drawn."
BY_OFFICE = "Our office stopped it."


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRow:
    """One draft."""

    id: UUID
    due_on: date
    amount: Money
    state: str
    next_try_on: date | None
    words: str
    receipt_number: str | None

    @property
    def is_coming(self) -> bool:
        return self.state in COMING


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """An authorisation that holds, or held."""

    id: int
    method: MethodRow | None  # none once it is removed
    cap: Money
    day: int
    signed_at: datetime
    revoked_at: datetime | None
    words: str  # why it is over
    plan_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AutopayPage:
    """One account's autopay."""

    account_id: int
    account_name: str
    signed: Signed | None  # what holds now
    before: tuple[Signed, ...]
    drafts: tuple[DraftRow, ...]
    next_on: date | None  # the earliest day of a draft that is not made yet
    methods: tuple[MethodRow, ...]
    others: tuple[tuple[int, str], ...]
    plan: PlanToDraw | None  # a payment plan that is being paid
    plan_signed: Signed | None  # the leave to draw it

    @property
    def coming(self) -> DraftRow | None:
        return next((draft for draft in self.drafts if draft.is_coming), None)

    @property
    def past(self) -> tuple[DraftRow, ...]:
        return tuple(draft for draft in self.drafts if not draft.is_coming)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What was signed, word for word."""

    id: int
    account_id: int
    paragraphs: tuple[str, ...]
    typed_name: str
    signed_at: datetime
    revoked_at: datetime | None


def autopay_page(viewer: PatientViewer, *, account_id: int | None, on: date) -> AutopayPage | None:
    """For the account asked for, or the first; None when the viewer has no such account."""
    with read_only() as session:
        names = account_names(session, viewer)
        chosen = account_id if account_id is not None else next(iter(names), None)
        if chosen is None or chosen not in names:
            return None
        methods = saved_methods(session, [chosen], on=on)
        papers = _papers(session, chosen, methods)
        standing = [paper for paper in papers if paper.revoked_at is None]
        live = next((paper for paper in standing if not paper.plan_id), None)
        plan = plan_to_draw(session, chosen)
        return AutopayPage(
            account_id=chosen,
            account_name=names[chosen],
            signed=live,
            before=tuple(paper for paper in papers if paper.revoked_at is not None),
            drafts=account_drafts(session, chosen),
            next_on=next_told_draft(live.day, today=on, closed=closed_days(on)) if live else None,
            methods=methods,
            plan=plan,
            plan_signed=next((p for p in standing if plan and p.plan_id == plan.id), None),
            others=tuple((other, name) for other, name in names.items() if other != chosen),
        )


def _papers(
    session: Session, account_id: int, methods: tuple[MethodRow, ...]
) -> tuple[Signed, ...]:
    known = {method.id: method for method in methods}
    rows = session.scalars(
        select(PaymentAuthorisation)
        .where(PaymentAuthorisation.guarantor_account_id == account_id)
        .order_by(PaymentAuthorisation.id.desc())
        .limit(SHOWN)
    )
    return tuple(
        Signed(
            id=row.id,
            method=known.get(row.payment_method_id),
            cap=row.cap,
            day=row.day,
            signed_at=row.signed_at,
            revoked_at=row.revoked_at,
            words=_over(row) if row.revoked_at else "",
            plan_id=row.plan_id,
        )
        for row in rows
    )


def _over(row: PaymentAuthorisation) -> str:
    if row.revoke_reason.startswith("gate:"):
        return HELD
    if row.revoke_reason == "declined_for_good":
        return REFUSED
    return WORDS.get(row.revoke_reason, BY_OFFICE)


def account_drafts(session: Session, account_id: int) -> tuple[DraftRow, ...]:
    """The newest first."""
    receipt = (
        select(Payment.receipt_number)
        .where(Payment.draft_id == Draft.id, Payment.succeeded_at.is_not(None))
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Draft, receipt.label("receipt"))
        .where(Draft.guarantor_account_id == account_id)
        .order_by(Draft.due_on.desc(), Draft.created_at.desc())
        .limit(SHOWN)
    )
    return tuple(
        DraftRow(
            id=row.Draft.id,
            due_on=row.Draft.due_on,
            amount=row.Draft.amount,
            state=row.Draft.state,
            next_try_on=row.Draft.next_try_on,
            words=draft_words(row.Draft),
            receipt_number=row.receipt,
        )
        for row in rows
    )


def draft_words(draft: Draft) -> str:
    """Why it brought no money, to its owner; empty where there is nothing to say."""
    if not draft.failure or draft.state in {*COMING, DraftState.PAID, DraftState.CHARGING}:
        return ""
    if draft.failure.startswith("gate:"):
        return HELD
    if draft.state == DraftState.STOPPED:
        return WORDS.get(draft.failure, BY_OFFICE)
    return WORDS.get(draft.failure, REFUSED)


def copy_of(viewer: PatientViewer, authorisation_id: int) -> Copy | None:
    """The paper as it was signed; another account's is not found."""
    with read_only() as session:
        row = session.get(PaymentAuthorisation, authorisation_id)
    if row is None or row.guarantor_account_id not in viewer.account_ids:
        return None
    return Copy(
        id=row.id,
        account_id=row.guarantor_account_id,
        paragraphs=tuple(row.text.split("\n")),
        typed_name=row.typed_name,
        signed_at=row.signed_at,
        revoked_at=row.revoked_at,
    )


def coming_drafts(session: Session, account_ids: frozenset[int]) -> dict[int, tuple[date, Money]]:
    """By account: the next draft that is told already."""
    rows = session.execute(
        select(Draft.guarantor_account_id, Draft.due_on, Draft.amount)
        .where(Draft.guarantor_account_id.in_(sorted(account_ids)), Draft.state.in_(COMING))
        .order_by(Draft.due_on.desc())
    )
    return {row[0]: (row[1], row[2]) for row in rows}
