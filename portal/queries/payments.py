"""What a patient may pay, what became of each payment, and the payments made so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute, Session

from billing.allocation import OpenLine
from billing.holds import Condition
from billing.money import ZERO, Money, total_of
from billing.payment_choice import Agreed, Choice, Objection, Scope, agree
from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Charge, Visit
from portal.models.payments import LIVE_STATES, Payment
from portal.queries.balances import AccountBalance, balances
from portal.queries.disputes_told import disputes_told
from portal.queries.overview import visit_title
from portal.queries.paid_by import HELPER, paid_by
from portal.queries.payable_lines import PaidLine, paid_lines
from portal.queries.plan_paid import plan_charges, plan_of_payment
from portal.queries.refunds_told import RefundTold, refunds_told
from portal.queries.under_way import UNANSWERED, UnderWay, payments_under_way
from portal.queries.viewer import AccountViewer, GuestViewer, PayerViewer, StaffViewer, Viewer

SHOWN_PAYMENTS = 200
# What stands beside an open claim and says nothing against paying ahead.
BESIDE_A_CLAIM = frozenset(
    {
        Condition.OPEN_CLAIM,
        Condition.BELOW_FLOOR,
        Condition.NO_SMS_CONSENT,
        Condition.NO_ESTATEMENT_CONSENT,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """One visit that may be paid."""

    visit_id: int
    patient_id: int
    patient_name: str
    service_on: date
    what: str  # in plain words
    due: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPage:
    """Everything the page needs where a patient chooses what to pay."""

    account_id: int
    account_name: str
    due: Money
    credit: Money
    bills: tuple[Bill, ...]
    lines: tuple[OpenLine, ...]
    ahead: Mapping[int, Money]  # toward visits that are no bills yet
    plan_first: frozenset[int]  # charges of a payment plan: a payment settles them before others
    other_accounts: tuple[int, ...]  # this viewer's accounts beside this one
    under_way: UnderWay | None  # until it is known, no other payment of this account starts


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A payment before it is made: how much, and which services it settles (STMT-21)."""

    account_id: int
    amount: Money
    lines: tuple[PaidLine, ...]
    rest: Money = ZERO  # for a second card
    extra: Money = ZERO  # beyond what is due: credit


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """One payment as its owner sees it."""

    id: UUID
    account_id: int
    amount: Money
    state: str
    at: datetime
    method: str
    brand: str
    last4: str
    receipt_number: str | None
    scope: str
    visit_id: int | None
    charge_ids: tuple[int, ...]
    split: bool  # another card is to pay the rest of what was chosen
    failure: str
    refunds: tuple[RefundTold, ...] = ()
    dispute: str = ""  # what the patient is told when a bank took it back
    paid_by: str = ""  # a helper who acted for the patient
    appointment_id: UUID | None = None  # paid before this visit

    @property
    def live(self) -> bool:
        return self.state in LIVE_STATES

    @property
    def choice(self) -> Choice:
        """The wish again, for a page that still waits."""
        part = self.amount if self.split else None
        return Choice(
            Scope(self.scope),
            self.visit_id,
            self.amount,
            self.charge_ids,
            part,
            appointment_id=self.appointment_id,
        )


def visible_payments(viewer: Viewer | PayerViewer) -> ColumnElement[bool]:
    """For a query over Payment: those of the viewer's accounts; of a guest only those made on its link."""
    if isinstance(viewer, PayerViewer):
        return Payment.pay_link_id == viewer.pay_link_id
    if isinstance(viewer, StaffViewer):
        return true()
    mine = Payment.guarantor_account_id.in_(viewer.account_ids)
    if isinstance(viewer, GuestViewer):
        return mine & (Payment.text_link_id == viewer.text_link_id)
    return mine


def open_lines(account: AccountBalance) -> tuple[OpenLine, ...]:
    """What the ledger says is open on each line; a held visit's lines are marked."""
    return tuple(
        OpenLine(
            charge_id=charge.charge_id,
            visit_id=visit.visit_id,
            service_on=charge.service_on,
            # A line that is disputed as a whole is paid only where somebody chose it (STMT-21).
            due=charge.undisputed or charge.patient_due,
            held=visit.held or charge.undisputed == ZERO,
        )
        for visit in account.visits
        for charge in visit.charges
        if charge.patient_due > ZERO
    )


def payable_ahead(account: AccountBalance) -> dict[int, Money]:
    """The most that may be paid toward each visit that a plan still decides, and nothing else stands against."""
    return {
        visit.visit_id: visit.insurance_due - visit.credit
        for visit in account.visits
        if Condition.OPEN_CLAIM in visit.conditions
        and visit.conditions <= BESIDE_A_CLAIM
        and visit.insurance_due > visit.credit
    }


def payable(
    session: Session, account_id: int, *, on: date
) -> tuple[tuple[OpenLine, ...], dict[int, Money]]:
    """The open lines of one account, and what may be paid ahead, from the one balance function."""
    found = balances(session, on=on, account_ids=[account_id])
    return (open_lines(found[0]), payable_ahead(found[0])) if found else ((), {})


def lines_of(session: Session, account_id: int, *, on: date) -> tuple[OpenLine, ...]:
    """The open lines of one account, from the one balance function."""
    found = balances(session, on=on, account_ids=[account_id])
    return open_lines(found[0]) if found else ()


def pay_page(
    viewer: AccountViewer, *, on: date, account_id: int | None = None, bill: int | None = None
) -> PayPage | None:
    """The page for one account: the one asked for, the bill's, or the first that owes.

    None when the viewer has no such account.
    """
    with read_only() as session:
        found = balances(session, on=on, account_ids=sorted(viewer.account_ids))
        account = _chosen(found, account_id, bill)
        if account is None:
            return None
        lines = open_lines(account)
        bills = bills_of(session, [line for line in lines if not line.held])
        holder = session.get_one(GuarantorAccount, account.guarantor_account_id)
        waiting = payments_under_way(session, viewer, [account.guarantor_account_id])
        plan_id = plan_of_payment(session, account.guarantor_account_id, None)
        plan_first = plan_charges(session, plan_id)
    return PayPage(
        account_id=account.guarantor_account_id,
        account_name=holder.display_name,
        due=account.due_now,
        credit=account.credit,
        bills=bills,
        lines=lines,
        ahead=payable_ahead(account),
        plan_first=plan_first,
        under_way=waiting.get(account.guarantor_account_id),
        other_accounts=tuple(
            a.guarantor_account_id
            for a in found
            if a.due_now > ZERO and a.guarantor_account_id != account.guarantor_account_id
        ),
    )


def _chosen(
    found: Sequence[AccountBalance], account_id: int | None, bill: int | None
) -> AccountBalance | None:
    if account_id is not None:
        return next((a for a in found if a.guarantor_account_id == account_id), None)
    if bill is not None:
        of_bill = (a for a in found if any(v.visit_id == bill for v in a.visits))
        return next(of_bill, None)
    owing = (a for a in found if a.due_now > ZERO)
    return next(owing, found[0] if found else None)


def review(page: PayPage, choice: Choice) -> Review | Objection:
    """What the choice would pay and settle now."""
    agreed = agree(choice, page.lines, ahead=page.ahead, first=page.plan_first)
    if not isinstance(agreed, Agreed):
        return agreed
    return Review(
        account_id=page.account_id,
        amount=agreed.amount,
        lines=paid_lines(agreed.allocation),
        rest=agreed.rest,
        extra=agreed.allocation.leftover,
    )


def bills_of(session: Session, lines: Sequence[OpenLine]) -> tuple[Bill, ...]:
    """The visits of these lines, oldest first, with what is open on them."""
    open_by_visit: dict[int, list[Money]] = {}
    for line in lines:
        open_by_visit.setdefault(line.visit_id, []).append(line.due)
    if not open_by_visit:
        return ()
    rows = session.execute(
        select(
            Visit.id,
            Visit.service_on,
            Visit.patient_id,
            Patient.first_name,
            Patient.last_name,
            _largest_first(Charge.description).label("descriptions"),
            _largest_first(Charge.procedure_code).label("codes"),
        )
        .join(Patient, Patient.id == Visit.patient_id)
        .join(Charge, Charge.visit_id == Visit.id)
        .where(Visit.id.in_(open_by_visit))
        .group_by(Visit.id, Patient.id)
        .order_by(Visit.service_on, Visit.id)
    )
    return tuple(
        Bill(
            visit_id=row.id,
            patient_id=row.patient_id,
            patient_name=row.first_name or row.last_name,
            service_on=row.service_on,
            what=row.descriptions[0] or visit_title(row.codes),
            due=total_of(open_by_visit[row.id]),
        )
        for row in rows
    )


def _largest_first(column: InstrumentedAttribute[str]) -> ColumnElement[Sequence[str]]:
    return func.array_agg(aggregate_order_by(column, Charge.billed.desc(), Charge.line_number))


_COLUMNS = (
    Payment.id,
    Payment.guarantor_account_id,
    Payment.amount.label("amount"),
    Payment.state,
    func.coalesce(Payment.succeeded_at, Payment.created_at).label("at"),
    Payment.method,
    Payment.brand,
    Payment.last4,
    Payment.receipt_number,
    Payment.scope,
    Payment.visit_id,
    Payment.charge_ids,
    Payment.split,
    Payment.appointment_id,
    Payment.failure,
    *HELPER,
)


def payment_status(viewer: Viewer | PayerViewer, payment_id: UUID) -> PaymentRow | None:
    """One payment; another account's is not found."""
    found = _payments(viewer, Payment.id == payment_id)
    return found[0] if found else None


def payment_history(viewer: Viewer, *, account_id: int | None = None) -> tuple[PaymentRow, ...]:
    """Payments that went through, are on their way, or are being checked, newest first."""
    told = Payment.state.in_(("succeeded", "processing")) | UNANSWERED
    if account_id is None:
        return _payments(viewer, told)
    return _payments(viewer, told & (Payment.guarantor_account_id == account_id))


def _payments(
    viewer: Viewer | PayerViewer, condition: ColumnElement[bool]
) -> tuple[PaymentRow, ...]:
    query = (
        select(*_COLUMNS)
        .where(condition, visible_payments(viewer))
        .order_by(Payment.created_at.desc())
        .limit(SHOWN_PAYMENTS)
    )
    with read_only() as session:
        rows = session.execute(query).all()
        refunds = refunds_told(session, [row.id for row in rows])
        disputes = disputes_told(session, [row.id for row in rows])
    return tuple(
        PaymentRow(
            id=row.id,
            account_id=row.guarantor_account_id,
            amount=row.amount,
            state=row.state,
            at=row.at,
            method=row.method,
            brand=row.brand,
            last4=row.last4,
            receipt_number=row.receipt_number,
            scope=row.scope,
            visit_id=row.visit_id,
            charge_ids=tuple(row.charge_ids),
            split=row.split,
            failure=row.failure,
            refunds=refunds.get(row.id, ()),
            dispute=disputes[row.id].words if row.id in disputes else "",
            paid_by=paid_by(row, viewer),
            appointment_id=row.appointment_id,
        )
        for row in rows
    )
