"""A till with two members of staff, of whom one asks for refunds and the other approves them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

from sqlalchemy import func, select

from billing.ledger import Account
from billing.money import Money
from billing.refunds import RefundReason
from portal.db import read_only
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.refunds import Refund, RefundStep
from portal.models.work import WorkItem
from portal.queries.viewer import StaffViewer
from portal.queue import run_due
from portal.services.decide_refund import approve_refund
from portal.services.request_refund import RefundWish, request_refund
from portal.services.sweep_payments import sweep_payments
from tests.sandbox_server import GOOD, PUBLIC_URL
from tests.services.payment_laws import broken
from tests.services.staff_world import add_staff
from tests.services.till import Till

REFUNDS = {"method": "POST", "path": "/v1/refunds"}
COMES_BACK = "4000000000005126"  # the card whose refunds fail a day later


@dataclass
class Desk:
    """What staff do with a payment of the till."""

    till: Till
    asker: StaffViewer
    approver: StaffViewer

    def paid(self, cents: int = 18_240, card: str = GOOD) -> UUID:
        """A payment that went through and is in the books."""
        started = self.till.start(self.till.choose("own_amount", cents))
        assert started.checkout_url
        self.till.sandbox.pay(started.checkout_url, card)
        self.till.look(started.payment_id)
        assert self.till.payment(started.payment_id).state == "succeeded"
        return started.payment_id

    def ask(
        self,
        payment_id: UUID,
        cents: int,
        *,
        charge_id: int | None = None,
        refund_id: UUID | None = None,
        note: str = "Paid at the desk too",
    ) -> UUID:
        refund_id = refund_id or uuid4()
        request_refund(
            refund_id=refund_id,
            account_id=self.till.account_id,
            payment_id=payment_id,
            wish=RefundWish(
                amount=Money(cents),
                reason=RefundReason.PAID_TWICE,
                note=note,
                charge_id=charge_id,
            ),
            staff=self.asker,
            on=self.till.now.date(),
            now=self.till.now,
        )
        return refund_id

    def approve(self, refund_id: UUID, by: StaffViewer | None = None) -> bool:
        return approve_refund(
            refund_id=refund_id,
            staff=by or self.approver,
            gateway=self.till.gateway,
            public_url=PUBLIC_URL,
            now=self.till.now,
        )

    def refunded(self, payment_id: UUID, cents: int, charge_id: int | None = None) -> UUID:
        refund_id = self.ask(payment_id, cents, charge_id=charge_id)
        assert self.approve(refund_id)
        return refund_id

    def refund(self, refund_id: UUID) -> Refund:
        with read_only() as session:
            return session.get_one(Refund, refund_id)

    def steps(self, refund_id: UUID) -> list[str]:
        with read_only() as session:
            query = select(RefundStep.state).where(RefundStep.refund_id == refund_id)
            return list(session.scalars(query.order_by(RefundStep.id)))

    def work(self) -> list[str]:
        with read_only() as session:
            found = session.scalars(select(WorkItem).where(WorkItem.kind == "card_refund"))
            return [item.reasons[0] for item in found]

    def sent_back(self) -> int:
        """The provider's own total of refunds that stand: the oracle."""
        return int(self.till.sandbox.control("totals")["refunded"])

    def in_books(self) -> int:
        """What the ledger says went out of the card processor's money, less what came back."""
        with read_only() as session:
            rows = session.execute(
                select(PostingRow.side, func.sum(PostingRow.amount))
                .join(JournalEntry, JournalEntry.id == PostingRow.entry_id)
                .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
                .where(
                    LedgerAccount.code == Account.STRIPE_CLEARING.value,
                    JournalEntry.kind.in_(("refund", "refund_reversal")),
                )
                .group_by(PostingRow.side)
            )
            sums = {side: total.cents for side, total in rows}
            return int(sums.get("credit", 0) - sums.get("debit", 0))

    def agrees(self, cents: int, *, due: int, credit: int = 0) -> None:
        """Provider, ledger, balance and every law say the same."""
        found = (self.sent_back(), self.in_books(), self.till.due(), self.till.credit())
        assert found == (cents, cents, due, credit)
        found = broken(self.till)
        assert found == [], found

    def sweep(self, database_url: str, after: timedelta = timedelta(minutes=11)) -> None:
        self.till.now += after
        sweep_payments(now=self.till.now)
        gateways = SimpleNamespace(payments=self.till.gateway, public_url=PUBLIC_URL)
        run_due(database_url, gateways, now=self.till.now)


def open_desk(till: Till) -> Desk:
    return Desk(till, add_staff("biller"), add_staff("manager"))
