"""A patient with two bills, and everything it takes to pay them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select

from billing import entries
from billing.ledger import Account
from billing.money import Money
from billing.payment_choice import Choice, Scope
from portal.adapters.stripe import StripeGateway
from portal.db import read_only, transaction
from portal.models.identity import Login
from portal.models.ledger import LedgerAccount, PostingRow
from portal.models.payments import InboundEvent, Payment
from portal.queries.balances import balances
from portal.queries.receipts import Receipt, receipt
from portal.queries.viewer import PatientViewer
from portal.services.handle_event import handle_event
from portal.services.post_entry import post_entry
from portal.services.receive_event import receive_event
from portal.services.settle_payment import settle_payment
from portal.services.take_payment import Started, take_payment
from tests.sandbox_server import PUBLIC_URL, Event, SandboxServer
from tests.services.ledger_book import Book, party_of

OLDER, NEWER = date(2026, 1, 12), date(2026, 1, 20)
EMAIL = "testa@example.com"


@dataclass
class Till:
    """$50.00 for January 12 and $132.40 for January 20, owed by one account."""

    sandbox: SandboxServer
    gateway: StripeGateway
    now: datetime
    account_id: int
    visit_ids: tuple[int, int]
    viewer: PatientViewer

    def choose(
        self, scope: str = "all", cents: int | None = None, visit: int | None = None
    ) -> Choice:
        amount = None if cents is None else Money(cents)
        return Choice(Scope(scope), visit, amount)

    def start(self, choice: Choice | None = None, payment_id: UUID | None = None) -> Started:
        return take_payment(
            viewer=self.viewer,
            account_id=self.account_id,
            payment_id=payment_id or uuid4(),
            choice=choice or self.choose(),
            gateway=self.gateway,
            public_url=PUBLIC_URL,
            now=self.now,
        )

    def paid(self, choice: Choice | None = None) -> Started:
        """Start, and press Pay; nobody has told us yet."""
        started = self.start(choice)
        assert started.checkout_url
        assert self.sandbox.pay(started.checkout_url).status_code == 303
        return started

    def look(self, payment_id: UUID) -> None:
        """What the return page and the sweep do."""
        settle_payment(
            payment_id=payment_id, gateway=self.gateway, public_url=PUBLIC_URL, now=self.now
        )

    def deliver(self, *events: Event) -> list[str]:
        """Receive and handle events; what was done with each."""
        return [self.handle(event) for event in events]

    def handle(self, event: Event) -> str:
        fresh = receive_event(
            gateway=self.gateway, body=event.body, signature=event.signature, now=self.now
        )
        with read_only() as session:
            event_id = session.scalars(
                select(InboundEvent.id).order_by(InboundEvent.id.desc())
            ).first()
        if not fresh or event_id is None:
            return "duplicate"
        return handle_event(
            event_id=event_id, gateway=self.gateway, public_url=PUBLIC_URL, now=self.now
        )

    def payment(self, payment_id: UUID) -> Payment:
        with read_only() as session:
            return session.get_one(Payment, payment_id)

    def payments(self) -> list[Payment]:
        """Every payment there is, oldest first."""
        with read_only() as session:
            return list(session.scalars(select(Payment).order_by(Payment.created_at)))

    def receipt(self, payment_id: UUID) -> Receipt | None:
        return receipt(self.viewer, self.payment(payment_id).receipt_number or "")

    def due(self) -> int:
        with read_only() as session:
            [account] = balances(session, on=self.now.date(), account_ids=[self.account_id])
            return account.due_now.cents

    def credit(self) -> int:
        with read_only() as session:
            [account] = balances(session, on=self.now.date(), account_ids=[self.account_id])
            return account.credit.cents

    def taken(self) -> int:
        """What the ledger says the card processor holds for us."""
        with read_only() as session:
            total = session.scalar(
                select(func.sum(PostingRow.amount))
                .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
                .where(
                    LedgerAccount.code == Account.STRIPE_CLEARING.value, PostingRow.side == "debit"
                )
            )
            return 0 if total is None else int(getattr(total, "cents", total))

    def agrees(self, cents: int) -> None:
        """The provider's total, the ledger and the balance all say the same."""
        assert (self.sandbox.charged(), self.taken(), self.due()) == (cents, cents, 18_240 - cents)


def open_till(sandbox: SandboxServer, now: datetime) -> Till:
    """The one till that most tests need."""
    [till] = open_tills(sandbox, now, [EMAIL])
    return till


def open_tills(sandbox: SandboxServer, now: datetime, emails: list[str]) -> list[Till]:
    """A practice, and a till with an account of its own for each of these patients."""
    with transaction() as session:
        book = Book(session)
        book.practice()
        return [_open(book, sandbox, now, email) for email in emails]


def _open(book: Book, sandbox: SandboxServer, now: datetime, email: str) -> Till:
    account = book.account(first_name="Testa", last_name="Sample")
    patient = book.patient(account)
    visits = []
    for service_on, cents in ((OLDER, 5_000), (NEWER, 13_240)):
        visit, [charge] = book.visit(
            patient, [cents], service_on=service_on, coverage_intent="self_pay"
        )
        charge.description = "Office visit"
        line = entries.Line(party_of(visit, charge), Money(cents))
        post_entry(
            book.session,
            entries.self_pay_charge(
                source_ref=f"test:{visit.id}", occurred_on=service_on, lines=[line]
            ),
        )
        visits.append(visit.id)
    login = book.add(Login(face="patient", email=email, fs_uniquifier=email))
    return Till(
        sandbox=sandbox,
        gateway=sandbox.gateway(),
        now=now,
        account_id=account.id,
        visit_ids=(visits[0], visits[1]),
        viewer=PatientViewer(login.id, frozenset({account.id})),
    )
