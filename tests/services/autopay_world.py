"""A till whose patient saved a way to pay and signed for autopay, and a calendar to live through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from billing import entries
from billing.money import Money
from portal.db import read_only, transaction
from portal.models.accounts import Patient
from portal.models.drafts import Draft
from portal.models.messages import OutboundMessage
from portal.models.payment_methods import Autopay, PaymentAuthorisation, PaymentMethod
from portal.models.work import WorkItem
from portal.queue import run_due
from portal.services.add_method import Agreed, add_method, consent_row
from portal.services.claim_draft import DraftDay
from portal.services.draft_payments import Drafted, draft_due
from portal.services.keep_method import keep_method
from portal.services.post_entry import post_entry
from portal.services.saved_customer import saved_customer
from portal.services.sign_autopay import Signature, Wish, autopay_paper, sign_autopay
from portal.services.stop_autopay import stop_own
from portal.services.sweep_payments import sweep_payments
from portal.services.tend_drafts import tend_drafts
from tests.sandbox_server import GOOD, PUBLIC_URL
from tests.services.ledger_book import Book, party_of
from tests.services.till import Till

AGREED = Agreed(text="Keep it.", language="en", ip="203.0.113.7", user_agent="test")
DAY = 16  # of the month; the tests begin on March 2


def english(words: str) -> str:
    return words


@dataclass
class Payer:
    """The till's patient, who is away from now on."""

    till: Till

    @property
    def today(self) -> date:
        return self.till.now.date()

    def save(self, **typed: str) -> PaymentMethod:
        """Add a card or bank account on the provider's page."""
        setup, till = uuid4(), self.till
        url = add_method(
            viewer=till.viewer,
            account_id=till.account_id,
            setup_id=setup,
            agreed=AGREED,
            read=None,
            gateway=till.gateway,
            public_url=PUBLIC_URL,
            now=till.now,
        )
        answer = till.sandbox.pay(url or "", **(typed or {"number": GOOD}))
        if "/c/3ds/" in answer.headers.get("Location", ""):
            till.sandbox.authenticate(answer, "complete")
        kept = keep_method(
            consent_id=setup, gateway=till.gateway, public_url=PUBLIC_URL, now=till.now
        )
        assert kept == "kept"
        return self.methods()[-1]

    def has_card(self) -> PaymentMethod:
        """One that is there already, with the fewest requests; for tests of many payers."""
        customer = saved_customer(self.till.account_id, gateway=self.till.gateway)
        kept = self.till.sandbox.client.v1.payment_methods.attach(
            "pm_card_visa", params={"customer": customer}
        )
        consent = uuid4()
        with transaction() as session:
            session.add(
                consent_row(
                    consent, self.till.viewer, self.till.account_id, AGREED, now=self.till.now
                )
            )
            session.flush()
            method = PaymentMethod(
                guarantor_account_id=self.till.account_id,
                login_id=self.till.viewer.login_id,
                consent_id=consent,
                provider_id=kept.id,
                kind="card",
                brand="visa",
                last4="4242",
                exp_month=12,
                exp_year=2034,
                added_at=self.till.now,
                updated_at=self.till.now,
            )
            session.add(method)
        return method

    def staff_asked(self) -> list[str]:
        """The kinds of work that wait for a person about this account."""
        with read_only() as session:
            mine = WorkItem.guarantor_account_id == self.till.account_id
            return list(session.scalars(select(WorkItem.kind).where(mine)))

    def methods(self) -> list[PaymentMethod]:
        with read_only() as session:
            return list(
                session.scalars(
                    select(PaymentMethod)
                    .where(PaymentMethod.guarantor_account_id == self.till.account_id)
                    .order_by(PaymentMethod.id)
                )
            )

    def sign(self, method: PaymentMethod, cap: int = 20_000, day: int = DAY) -> int:
        wish = Wish(method_id=method.id, cap=Money(cap), day=day)
        asked: dict[str, Any] = {
            "viewer": self.till.viewer,
            "account_id": self.till.account_id,
            "wish": wish,
            "words": english,
            "now": self.till.now,
        }
        signature = Signature(
            typed_name="Testa Sample",
            text_hash=autopay_paper(**asked).hash,
            language="en",
            ip="203.0.113.7",
            user_agent="test",
        )
        return sign_autopay(**asked, signature=signature, public_url=PUBLIC_URL)

    def stop(self, authorisation_id: int) -> None:
        stop_own(
            viewer=self.till.viewer,
            authorisation_id=authorisation_id,
            public_url=PUBLIC_URL,
            now=self.till.now,
        )

    def morning(self) -> int:
        """The day's work on drafts; how many are due."""
        return tend_drafts(self.day).due

    @property
    def day(self) -> DraftDay:
        return DraftDay(on=self.today, now=self.till.now, public_url=PUBLIC_URL)

    def live_until(self, on: date) -> None:
        """Each morning until that day, its own too; the provider's clock goes along."""
        while self.today < on:
            self.till.now += timedelta(days=1)
            self.till.sandbox.control("clock", advance=86_400)
            self.morning()

    def draw(self) -> Drafted:
        """One worker's run."""
        return draft_due(
            on=self.today, now=self.till.now, gateway=self.till.gateway, public_url=PUBLIC_URL
        )

    def drafts(self) -> list[Draft]:
        with read_only() as session:
            return list(session.scalars(select(Draft).order_by(Draft.created_at)))

    def draft(self) -> Draft:
        [draft] = self.drafts()
        return draft

    def authorisation(self, authorisation_id: int) -> PaymentAuthorisation:
        with read_only() as session:
            return session.get_one(PaymentAuthorisation, authorisation_id)

    def autopay_states(self) -> list[str]:
        with read_only() as session:
            return list(session.scalars(select(Autopay.state).order_by(Autopay.id)))

    def letters(self, template: str = "") -> list[str]:
        """The letters of these words so far; all kinds without."""
        with read_only() as session:
            found = session.scalars(select(OutboundMessage.template).order_by(OutboundMessage.id))
            return [one for one in found if template in ("", one)]

    def behave(self, method: PaymentMethod, number: str) -> None:
        """From now on the saved method does what another test number does."""
        self.till.sandbox.control("behave", method=method.provider_id, number=number)


def due_on(payer: Payer, method: PaymentMethod, cap: int = 20_000) -> int:
    """Signed, told in time, and the morning of the draft: the authorisation's id."""
    authorisation_id = payer.sign(method, cap)
    payer.live_until(date(2026, 3, DAY))
    return authorisation_id


def at(now: datetime, **later: int) -> datetime:
    return now + timedelta(**later)


def owe(till: Till, cents: int) -> None:
    """One more bill, of today."""

    with transaction() as session:
        book = Book(session)
        patient = session.scalars(
            select(Patient).where(Patient.guarantor_account_id == till.account_id)
        ).one()
        visit, [charge] = book.visit(
            patient, [cents], service_on=till.now.date(), coverage_intent="self_pay"
        )
        line = entries.Line(party_of(visit, charge), Money(cents))
        entry = entries.self_pay_charge(
            source_ref=f"test:{visit.id}", occurred_on=till.now.date(), lines=[line]
        )
        post_entry(session, entry)


def jobs(payer: Payer, database_url: str) -> None:
    """Run what is due in the queue."""
    doors = SimpleNamespace(payments=payer.till.gateway, public_url=PUBLIC_URL)
    run_due(database_url, doors, now=payer.till.now)


def sweep(payer: Payer, database_url: str, after: timedelta = timedelta(minutes=11)) -> None:
    """A while later, take up what nobody finished."""
    payer.till.now += after
    sweep_payments(now=payer.till.now)
    jobs(payer, database_url)
