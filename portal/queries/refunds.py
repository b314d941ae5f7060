"""Refunds as people see them: what may be asked for, what waits for approval, what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from billing.check_refunds import SENT_WITHIN
from billing.money import ZERO, Money
from billing.refunds import (
    REASON_WORDS,
    RefundReason,
    Source,
    TakenBack,
    Where,
    agree_refund,
    take_back,
)
from billing.transitions import PaymentState, RefundState
from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Charge, Visit
from portal.models.identity import Login
from portal.models.payments import Payment
from portal.models.refunds import Refund, RefundStep
from portal.queries.payment_method import method_in_words
from portal.queries.plain_services import describe
from portal.queries.refund_books import RefundBooks, refund_books
from portal.queries.viewer import StaffViewer

SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPlace:
    """Where a part of the money lies, in words."""

    charge_id: int | None
    words: str
    amount: Money
    due_again: bool
    by_this_payment: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAsk:
    """Everything the page needs where staff ask for a refund of one payment."""

    payment_id: UUID
    account_id: int
    account_name: str
    account_number: str
    receipt_number: str
    paid: Money
    paid_at: datetime
    method: str
    refundable: Money
    due: Money
    places: tuple[RefundPlace, ...]
    patient_ids: frozenset[int]
    books: RefundBooks

    @property
    def its_money(self) -> tuple[RefundPlace, ...]:
        """Where what is left of this payment lies; other credit that settled lines stays out of it."""
        if self.refundable <= ZERO:
            return ()
        return self._in_words(take_back(self.refundable, self.books.sources))

    def preview(
        self, amount: Money, charge_id: int | None, *, asked: Money = ZERO
    ) -> RefundPreview:
        """What the refund would take back now; raises billing.refunds.RefundRefused.

        `asked` is what it counts for already, once it was asked for.
        """
        taken = agree_refund(
            amount,
            refundable=self.refundable + asked,
            sources=self.books.sources,
            charge_id=charge_id,
        )
        return RefundPreview(
            amount=amount, places=self._in_words(taken), due_after=self.due + taken.due_again
        )

    def _in_words(self, taken: TakenBack) -> tuple[RefundPlace, ...]:
        words = {key(s): place for s, place in zip(self.books.sources, self.places, strict=True)}
        return tuple(
            RefundPlace(
                charge_id=part.charge_id,
                words=words[key(part)].words,
                amount=part.amount,
                due_again=part.due_again,
                by_this_payment=part.where is Where.PAID,
            )
            for part in taken.parts
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPreview:
    """A refund before it is asked for: what it takes back, and what is owed afterwards."""

    amount: Money
    places: tuple[RefundPlace, ...]
    due_after: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRow:
    """One refund in a list, and at the head of its page."""

    id: UUID
    payment_id: UUID
    account_id: int
    account_name: str
    account_number: str
    amount: Money
    paid: Money
    receipt_number: str
    method: str
    reason: str
    note: str
    state: RefundState
    state_at: datetime
    requested_by_id: int | None
    requested_by: str
    requested_at: datetime
    decided_by: str
    failure: str

    @property
    def waits(self) -> bool:
        return self.state is RefundState.REQUESTED

    def send_by(self, zone: str) -> date:
        """30 days after it was asked for (OPS-20)."""
        return self.requested_at.astimezone(ZoneInfo(zone)).date() + SENT_WITHIN


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundStepRow:
    """One step: what it became, when, by whom, why."""

    state: RefundState
    at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPage:
    """One refund with its history; while it waits, what approving it would do to the account."""

    row: RefundRow
    steps: tuple[RefundStepRow, ...]
    ask: RefundAsk | None
    taken_from_id: int | None

    @property
    def if_approved(self) -> RefundPreview | None:
        """What approving it would take back now; raises billing.refunds.RefundRefused."""
        if self.ask is None:
            return None
        return self.ask.preview(self.row.amount, self.taken_from_id, asked=self.row.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundList:
    """What waits for a second person, the oldest first; and the others, the newest first."""

    waiting: tuple[RefundRow, ...]
    others: tuple[RefundRow, ...]

    @property
    def account_ids(self) -> frozenset[int]:
        return frozenset(row.account_id for row in (*self.waiting, *self.others))


def key(source: Source) -> tuple[Where, int, int | None, int | None]:
    """What tells one place from another."""
    return (source.where, source.account_id, source.visit_id, source.charge_id)


def refund_ask(account_id: int, payment_id: UUID, *, on: date) -> RefundAsk | None:
    """The page of one payment; None when the account has no such payment that went through."""
    with read_only() as session:
        return _ask(session, payment_id, account_id, on=on)


def _ask(session: Session, payment_id: UUID, account_id: int, *, on: date) -> RefundAsk | None:
    payment = session.get(Payment, payment_id)
    if (
        payment is None
        or payment.guarantor_account_id != account_id
        or payment.state != PaymentState.SUCCEEDED
    ):
        return None
    account = session.get_one(GuarantorAccount, account_id)
    books = refund_books(session, payment, on=on)
    places, patient_ids = _places(session, books.sources)
    return RefundAsk(
        payment_id=payment_id,
        account_id=account_id,
        account_name=account.display_name,
        account_number=account.number,
        receipt_number=payment.receipt_number or "",
        paid=payment.amount,
        paid_at=payment.succeeded_at or payment.state_at,
        method=method_in_words(payment.method, payment.brand, payment.last4),
        refundable=books.refundable,
        due=books.due,
        places=places,
        patient_ids=patient_ids,
        books=books,
    )


def _places(
    session: Session, sources: Sequence[Source]
) -> tuple[tuple[RefundPlace, ...], frozenset[int]]:
    """Each source in words, in its order; and whose services they are."""
    visits = {source.visit_id for source in sources if source.visit_id is not None}
    charges = {source.charge_id for source in sources if source.charge_id is not None}
    rows = session.execute(
        select(
            Charge.id,
            Charge.visit_id,
            Charge.service_on,
            Charge.description,
            Charge.procedure_code,
            Patient.id.label("patient_id"),
            Patient.first_name,
        )
        .join(Visit, Visit.id == Charge.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(Charge.visit_id.in_(visits))
    ).all()
    of_visit = {row.visit_id: row for row in rows}
    lines = {row.id: row for row in rows if row.id in charges}
    places = tuple(
        RefundPlace(
            charge_id=source.charge_id,
            words=_place(source, of_visit, lines),
            amount=source.amount,
            due_again=source.due_again,
            by_this_payment=source.where is Where.PAID,
        )
        for source in sources
    )
    return places, frozenset(row.patient_id for row in rows)


def _place(source: Source, visits: dict[int, Any], lines: dict[int, Any]) -> str:
    if source.charge_id is not None:
        row = lines[source.charge_id]
        what = row.description or describe(row.procedure_code) or "Medical service"
        paid = "" if source.where is Where.PAID else ", paid by credit since"
        return f"{what} for {row.first_name}, {_day(row.service_on)}{paid}"
    if source.where is Where.PREPAYMENT:
        return "Kept for a booked visit"
    if source.visit_id is None:
        return "Credit on the account"
    row = visits[source.visit_id]
    waiting = "; a plan is still deciding it" if source.waits else ""
    return f"Credit of the visit of {_day(row.service_on)}{waiting}"


def _day(value: date) -> str:
    return f"{value:%b} {value.day}, {value.year}"


def refund_list(viewer: StaffViewer) -> RefundList:
    """What waits and what became of the newest others; empty for a role that sees no refunds."""
    if not viewer.may("refunds.view"):
        return RefundList(waiting=(), others=())
    waits = Refund.state == RefundState.REQUESTED
    with read_only() as session:
        return RefundList(
            waiting=_rows(session, waits, Refund.requested_at.asc()),
            others=_rows(session, ~waits, Refund.state_at.desc()),
        )


def refund_page(viewer: StaffViewer, refund_id: UUID, *, on: date) -> RefundPage | None:
    """One refund; None when there is none by this id, or the role sees none."""
    if not viewer.may("refunds.view"):
        return None
    with read_only() as session:
        rows = _rows(session, Refund.id == refund_id, Refund.state_at.desc())
        if not rows:
            return None
        row = rows[0]
        taken_from = session.scalar(select(Refund.taken_from_id).where(Refund.id == refund_id))
        ask = _ask(session, row.payment_id, row.account_id, on=on) if row.waits else None
        return RefundPage(
            row=row, steps=_steps(session, refund_id), ask=ask, taken_from_id=taken_from
        )


def refunds_of_account(session: Session, account_id: int) -> tuple[RefundRow, ...]:
    """Every refund of an account's payments, the newest first."""
    return _rows(session, Payment.guarantor_account_id == account_id, Refund.state_at.desc())


def waiting_refunds(session: Session) -> int:
    """How many wait for a second person."""
    waits = Refund.state == RefundState.REQUESTED
    return session.scalar(select(func.count(Refund.id)).where(waits)) or 0


def _rows(
    session: Session, condition: ColumnElement[bool], order: ColumnElement[Any]
) -> tuple[RefundRow, ...]:
    query = _select().where(condition).order_by(order, Refund.id).limit(SHOWN)
    return tuple(_row(row) for row in session.execute(query))


def _select() -> Select[*tuple[Any, ...]]:
    asked, decided = aliased(Login), aliased(Login)
    return (
        select(
            Refund,
            Payment,
            GuarantorAccount,
            func.coalesce(func.nullif(asked.name, ""), asked.email).label("asked_by"),
            func.coalesce(func.nullif(decided.name, ""), decided.email).label("decided_by"),
        )
        .join(Payment, Payment.id == Refund.payment_id)
        .join(GuarantorAccount, GuarantorAccount.id == Payment.guarantor_account_id)
        .outerjoin(asked, asked.id == Refund.requested_by_id)
        .outerjoin(decided, decided.id == Refund.decided_by_id)
    )


def _row(row: Row[*tuple[Any, ...]]) -> RefundRow:
    refund, payment, account = row.Refund, row.Payment, row.GuarantorAccount
    return RefundRow(
        id=refund.id,
        payment_id=payment.id,
        account_id=account.id,
        account_name=account.display_name,
        account_number=account.number,
        amount=refund.amount,
        paid=payment.amount,
        receipt_number=payment.receipt_number or "",
        method=method_in_words(payment.method, payment.brand, payment.last4),
        reason=REASON_WORDS[RefundReason(refund.reason)],
        note=refund.note,
        state=RefundState(refund.state),
        state_at=refund.state_at,
        requested_by_id=refund.requested_by_id,
        requested_by=row.asked_by or "Nobody here",
        requested_at=refund.requested_at,
        decided_by=row.decided_by or "",
        failure=refund.failure,
    )


def _steps(session: Session, refund_id: UUID) -> tuple[RefundStepRow, ...]:
    rows = session.execute(
        select(
            RefundStep.state,
            RefundStep.at,
            RefundStep.note,
            func.coalesce(func.nullif(Login.name, ""), Login.email).label("by"),
        )
        .outerjoin(Login, Login.id == RefundStep.login_id)
        .where(RefundStep.refund_id == refund_id)
        .order_by(RefundStep.id)
    )
    return tuple(
        RefundStepRow(
            state=RefundState(row.state), at=row.at, by=row.by or "Card company", note=row.note
        )
        for row in rows
    )
