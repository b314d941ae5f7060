"""What the demo's biller and manager find about money: a bank file with an unbalanced deposit, a refund and an adjustment to approve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from uuid import uuid4

from sqlalchemy import exists, select

from billing.adjustments import AdjustmentKind
from billing.money import ZERO, Money
from billing.refunds import RefundReason
from portal import wiring
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.day import BankDeposit
from portal.models.identity import Login
from portal.models.payments import Payment
from portal.models.remittances import RemittanceRow
from portal.queries.balances import balances
from portal.queries.permissions import ROLES
from portal.queries.viewer import StaffViewer
from portal.services.adjust_balance import AdjustmentWish
from portal.services.import_bank_file import import_bank
from portal.services.practice_date import practice_date
from portal.services.request_adjustment import request_adjustment
from portal.services.request_refund import RefundWish, request_refund
from portal.services.take_bank_file import Office

BACK = timedelta(days=400)  # all that the files of the practice told
SHORT = Money(3)  # the cents by which one deposit is unlike its remittance
LOOKED_AT = 60  # accounts
LEAST, MOST = Money(120_00), Money(1_500_00)  # above a biller's limit, below a manager's


def fill_money(office: wiring.Gateways, *, now: datetime) -> None:
    """The bank's lines, and what waits for a second person."""
    with read_only() as session:
        on = practice_date(session, now)
        login_id = session.scalar(select(Login.id).where(Login.role == "biller"))
        remittances = session.scalars(
            select(RemittanceRow)
            .where(
                RemittanceRow.status == "posted",
                RemittanceRow.paid > ZERO,
                RemittanceRow.issued_on > on - BACK,
                RemittanceRow.issued_on < on,
                ~exists().where(BankDeposit.remittance_id == RemittanceRow.id),
            )
            .order_by(RemittanceRow.issued_on, RemittanceRow.id)
        ).all()
    reader = Office(reader=office.bank_files, store=office.documents)
    for month, lines in groupby(_lines(remittances, on), key=lambda line: line[:7]):
        told = list(lines)
        data = "\n".join(("Date,Description,Amount,Reference", *told)).encode()
        # Each month's file came when the month was over: money finds its paper for three months.
        came = min(now, _noon(date.fromisoformat(told[-1][:10]) + timedelta(days=1)))
        import_bank(data=data, name=f"riverside-checking-{month}.csv", office=reader, now=came)
    if login_id is not None:
        biller = StaffViewer(login_id, "biller", ROLES["biller"])
        _refund(biller, on=on, now=now)
        _adjustment(biller, on=on, now=now)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(17), tzinfo=UTC)


def _lines(remittances: Sequence[RemittanceRow], on: date) -> list[str]:
    """The bank's lines in the order of their days."""
    return sorted(_told(remittances, on))


def _told(remittances: Sequence[RemittanceRow], on: date) -> Iterator[str]:
    """Each payment the day after its remittance, the newest three cents short; a fee, and a stranger's money."""
    for number, row in enumerate(remittances, start=1):
        newest = number == len(remittances)
        amount = row.paid - SHORT if newest else row.paid
        day = min(row.issued_on + timedelta(days=1), on)
        text = f"{row.payer_name.upper()} HCCLAIMPMT TRN*1*{row.trace}*{row.payer_tax_id}"
        yield f'{day.isoformat()},"{text.replace(",", " ")}",{amount.cents // 100}.{amount.cents % 100:02d},RB{number:04d}'
    yield f"{(on - timedelta(days=6)).isoformat()},ANALYSIS FEE,-18.50,RB9001"
    late = "BRIGHT HEALTH HCCLAIMPMT TRN*1*BH20991277*1599999999"
    yield f"{(on - timedelta(days=7)).isoformat()},{late},412.60,RB9002"


def _refund(biller: StaffViewer, *, on: date, now: datetime) -> None:
    """Somebody paid twice, and the biller asked for a part of it back."""
    with read_only() as session:
        payment = session.scalars(
            select(Payment)
            .where(Payment.state == "succeeded", Payment.amount >= Money(25_00))
            .order_by(Payment.succeeded_at, Payment.id)
        ).first()
    if payment is None:
        return
    request_refund(
        refund_id=uuid4(),
        account_id=payment.guarantor_account_id,
        payment_id=payment.id,
        wish=RefundWish(
            amount=Money(10_00), reason=RefundReason.PAID_TWICE, note="Paid at the desk too"
        ),
        staff=biller,
        on=on,
        now=now,
    )


def _adjustment(biller: StaffViewer, *, on: date, now: datetime) -> None:
    """The first line above the biller's limit that somebody owes: billed by our mistake."""
    with read_only() as session:
        ids = session.scalars(
            select(GuarantorAccount.id).order_by(GuarantorAccount.id).limit(LOOKED_AT)
        ).all()
        found = next(
            (
                (account.guarantor_account_id, line.charge_id, line.patient_due)
                for account in balances(session, on=on, account_ids=list(ids))
                for visit in account.visits
                for line in visit.charges
                if not visit.held and LEAST <= line.patient_due <= MOST
            ),
            None,
        )
    if found is None:
        return
    wish = AdjustmentWish(
        account_id=found[0],
        charge_id=found[1],
        kind=AdjustmentKind.OUR_ERROR,
        amount=found[2],
        reason="Billed under the wrong visit",
    )
    request_adjustment(request_id=uuid4(), wish=wish, staff=biller, on=on, now=now)
