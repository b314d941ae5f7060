"""A small practice whose days are told one event at a time, for tests of the reports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from billing import entries
from billing.entries import Line
from billing.ledger import Account, Party, Posting, transfer
from billing.money import Money
from portal.db import transaction
from portal.models.accounts import Payer
from portal.models.claims import Charge, Claim, Visit
from portal.services.freshen_reports import freshen_reports
from portal.services.post_entry import post_entry
from tests.services.ledger_book import Book

NOON = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@dataclass
class Told:
    """One charge of one patient with its payer."""

    visit: Visit
    charge: Charge
    claim: Claim | None
    payer: Payer | None

    @property
    def payer_side(self) -> Party:
        return Party(
            guarantor_account_id=self.visit.guarantor_account_id,
            visit_id=self.visit.id,
            charge_id=self.charge.id,
            claim_id=self.claim.id if self.claim else None,
            payer_id=self.payer.id if self.payer else None,
        )

    @property
    def patient_side(self) -> Party:
        return Party(
            guarantor_account_id=self.visit.guarantor_account_id,
            visit_id=self.visit.id,
            charge_id=self.charge.id,
        )


@dataclass
class ReportWorld:
    """Tells what happened; each call is one committed transaction."""

    payers: dict[str, Payer] = field(default_factory=dict)
    count: int = 0

    @contextmanager
    def book(self) -> Iterator[Book]:
        with transaction() as session:
            yield Book(session, counter=1000 * (self.count + 1))
        self.count += 1

    def ref(self) -> str:
        self.count += 1
        return f"told:{self.count}"

    def charge(
        self, on: date, cents: int, *, payer: str = "Acme Health", sent: date | None = None
    ) -> Told:
        """A service whose payer owes it; `payer=""` is a self-pay one."""
        with self.book() as book:
            patient = book.patient(book.account())
            visit, (charge,) = book.visit(patient, [cents], service_on=on)
            if not payer:
                told = Told(visit, charge, None, None)
                line = Line(told.patient_side, charge.billed)
                entry = entries.self_pay_charge(source_ref=self.ref(), occurred_on=on, lines=[line])
                post_entry(book.session, entry)
                return told
            if payer not in self.payers:
                number = len(self.payers)
                self.payers[payer] = book.payer(payer, tax_id=f"19999{number:05}")
            found = self.payers[payer]
            claim = book.claim(visit, [charge], found, submitted_on=sent, state="open")
            return Told(visit, charge, claim, found)

    def decide(self, told: Told, on: date, *, paid: int = 0, discount: int = 0, share: int = 0):
        """The payer's answer, as posting.md posts it."""
        legs: list[Posting] = []
        for cents, account, side in (
            (paid, Account.PAYER_CLEARING, told.payer_side),
            (discount, Account.CONTRACTUAL_ADJUSTMENT, told.payer_side),
            # As posting does it: the share names the payer that decided it, and its payment will not.
            (share, Account.PATIENT_RECEIVABLE, told.payer_side),
        ):
            legs += transfer(
                Money(cents),
                debit_to=(account, side),
                credit_to=(Account.INSURANCE_RECEIVABLE, told.payer_side),
            )
        self.post(entries.remittance_claim(source_ref=self.ref(), occurred_on=on, legs=legs))

    def pay(self, told: Told, on: date, cents: int, *, over: int = 0) -> None:
        """The patient pays; `over` more than is owed becomes credit."""
        owner = Party(guarantor_account_id=told.visit.guarantor_account_id)
        leftover = Line(owner, Money(over)) if over else None
        line = Line(told.patient_side, Money(cents))
        self.post(
            entries.payment(source_ref=self.ref(), occurred_on=on, lines=[line], leftover=leftover)
        )

    def write_off(self, told: Told, on: date, cents: int, account: Account) -> None:
        line = Line(told.patient_side, Money(cents))
        self.post(
            entries.adjustment(
                source_ref=self.ref(), occurred_on=on, account=account, lines=[line], memo="told"
            )
        )

    def post(self, entry) -> None:
        with transaction() as session:
            post_entry(session, entry)

    def stated(self, told: Told, on: date) -> None:
        """The first statement arrived."""
        with transaction() as session:
            session.get_one(Visit, told.visit.id).first_statement_on = on

    def fresh(self) -> None:
        freshen_reports(now=NOON)
