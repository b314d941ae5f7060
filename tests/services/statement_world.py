"""A practice whose payers have decided: visits in every state that a statement must tell, committed for real."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import select

from billing import entries
from billing.ledger import Account, debit
from billing.money import ZERO, Money, total_of
from portal import db
from portal.adapters.folder_mail import FolderMail
from portal.adapters.pdf import TypstPrinter
from portal.adapters.storage import EncryptedFolder
from portal.models.accounts import GuarantorAccount, Payer
from portal.models.remittances import (
    LineAdjustment,
    RemittanceClaim,
    RemittanceLine,
    RemittanceRow,
)
from portal.models.statements import Statement
from portal.models.work import WorkItem
from portal.queries.statement_content import StatementContent
from portal.queries.statement_json import from_json
from portal.services.cut_statements import cut_statements
from portal.services.deliver_statements import deliver_statements
from portal.services.post_entry import post_entry
from tests.services.ledger_book import Book, party_of

DAY = date(2026, 3, 2)
DECIDED_ON = date(2026, 2, 20)
PRINTER = TypstPrinter()
BUCKETS = {"1": "deductible", "2": "coinsurance", "3": "copay", "45": "plan_discount"}


def noon(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 15, 0, tzinfo=UTC)


@dataclass
class Office:
    """The gateways of a test."""

    home: Path
    printer: TypstPrinter = PRINTER
    hash_keys: tuple[bytes, ...] = (b"0" * 32,)
    public_url: str = "http://localhost:8000"
    mail: FolderMail = field(default_factory=FolderMail)
    documents: EncryptedFolder = field(init=False)
    outbox: Path = field(init=False)

    def __post_init__(self) -> None:
        self.documents = EncryptedFolder(self.home / "documents", [Fernet.generate_key().decode()])
        self.outbox = self.home / "outbox"


class World(Book):
    """A Book with addresses and payers' decisions."""

    def account(self, **fields) -> GuarantorAccount:
        address = {
            "street": "1 Invented Street",
            "city": "Sampletown",
            "state": "NY",
            "postal_code": "10001",
        }
        return super().account(**(address | fields))

    def payer(self, name="Acme Health", **fields) -> Payer:
        return self.add(Payer(identifier=f"PAYER{self.number()}", name=name, **fields))

    def decide(
        self,
        bill,
        *,
        paid=0,
        discount=0,
        share=None,
        review=0,
        stays=0,
        passed=0,
        number="12345",
        on=DECIDED_ON,
        **fields,
    ) -> RemittanceClaim:
        """Post one payer's decision on the first line of a bill; cents, shares by CARC."""
        visit, charges, claim, payer = bill
        share = share or {}
        told = sum(share.values()) + review + passed
        row = self._remittance_claim(bill, paid=paid, told=told, number=number, on=on)
        row.under_review = Money(review)
        for key, value in fields.items():
            setattr(row, key, value)
        amounts = [("CO", "45", discount, "posted")]
        amounts += [("PR", carc, cents, "posted") for carc, cents in share.items()]
        amounts += [("PR", "96", review, "review"), ("CO", "16", stays, "stays")]
        amounts += [("PR", "1", passed, "passed_on")]
        self._adjustments(row, charges[0], amounts)
        party = party_of(visit, charges[0], claim.id, payer.id)
        due = Money(sum(share.values()))
        settled = total_of((Money(paid), Money(discount), due))
        legs = (
            *debit(Account.PAYER_CLEARING, Money(paid), party),
            *debit(Account.CONTRACTUAL_ADJUSTMENT, Money(discount), party),
            *debit(Account.PATIENT_RECEIVABLE, due, party),
            *debit(Account.INSURANCE_RECEIVABLE, -settled, party),
        )
        if legs:
            ref = f"era:{self.number()}:{row.id}"
            self.post(entries.remittance_claim(source_ref=ref, occurred_on=on, legs=legs))
        claim.state = "decided"
        visit.responsible_on = on
        self.session.flush()
        return row

    def _remittance_claim(self, bill, *, paid, told, number, on) -> RemittanceClaim:
        visit, charges, claim, payer = bill
        remittance = self.add(
            RemittanceRow(
                file_id=self.file().id,
                position=1,
                trace=f"T{self.number()}",
                payer_tax_id="1999999999",
                payer_name=payer.name,
                payer_id=payer.id,
                issued_on=on,
                paid=Money(paid),
                plb=ZERO,
                fingerprint=f"F{self.number()}",
                status="posted",
                received_at=noon(on),
            )
        )
        return self.add(
            RemittanceClaim(
                remittance_id=remittance.id,
                ordinal=1,
                position=10,
                patient_control_number=visit.control_number,
                payer_claim_number=number,
                status_code="1",
                billed=charges[0].billed,
                paid=Money(paid),
                patient_responsibility=Money(told),
                claim_id=claim.id,
                disposition="posted",
                decided_on=on,
            )
        )

    def _adjustments(self, row, charge, amounts) -> None:
        line = self.add(
            RemittanceLine(
                remittance_claim_id=row.id,
                position=11,
                charge_id=charge.id,
                procedure="HC:99213",
                billed=charge.billed,
                paid=row.paid,
            )
        )
        for group, carc, cents, outcome in amounts:
            if cents:
                self.add(
                    LineAdjustment(
                        remittance_line_id=line.id,
                        group_code=group,
                        carc=carc,
                        amount=Money(cents),
                        bucket=BUCKETS.get(carc, "not_covered"),
                        outcome=outcome,
                    )
                )

    def pay(self, bill, cents: int, *, on: date) -> None:
        visit, charges = bill[0], bill[1]
        lines = [entries.Line(party_of(visit, charges[0]), Money(cents))]
        ref = f"test:payment:{self.number()}"
        self.post(entries.payment(source_ref=ref, occurred_on=on, lines=lines))

    def bill(self, *, billed=25000, account=None, **fields):
        """An adult's visit with a claim that waits for its payer."""
        account = account or self.account()
        payer = self.payer()
        patient = self.patient(account, **fields)
        return self.more(patient, payer, billed=billed)

    def more(self, patient, payer, *, billed=25000, **fields):
        visit, charges = self.visit(patient, [billed], **fields)
        for charge in charges:
            charge.description = "Office visit"
        return visit, charges, self.claim(visit, charges, payer), payer

    def owed(self, cents: int = 5000, **fields):
        """A decided visit: billed 250, discount 120, plan paid the rest, a deductible owed."""
        bill = self.bill(**fields)
        self.decide(bill, paid=13000 - cents, discount=12000, share={"1": cents})
        return bill

    def post(self, entry) -> None:
        post_entry(self.session, entry)


def world(build):
    """Run `build(world)` in one committed transaction and give back what it returned."""
    with db.transaction() as session:
        book = World(session, counter=_made[0])
        book.practice()
        return _built(book, build)


def later(build):
    """The same in a practice that is already there."""
    with db.transaction() as session:
        return _built(World(session, counter=_made[0]), build)


_made = [0]  # numbers given so far: none twice


def _built(book: World, build):
    made = build(book)
    _made[0] = book.counter
    return made


def cut(on: date = DAY):
    return cut_statements(on=on, now=noon(on), public_url="http://localhost:8000")


def deliver(home: Path, on: date = DAY):
    office = Office(home)
    folder = office.outbox / on.isoformat()
    return deliver_statements(on=on, now=noon(on), shop=office, folder=folder)


def statements() -> list[Statement]:
    with db.read_only() as session:
        return list(session.scalars(select(Statement).order_by(Statement.id)))


def only() -> Statement:
    [statement] = statements()
    return statement


def content() -> StatementContent:
    return from_json(only().content)


def work_items() -> list[WorkItem]:
    with db.read_only() as session:
        return list(session.scalars(select(WorkItem)))


def after(days: int) -> date:
    return DAY + timedelta(days=days)


def decided_anew(w: World, bill, share: int = 7000) -> None:
    """The payer takes back its decision of $50.00 five days after the first statement, and decides once more."""
    visit, [charge], claim, payer = bill
    old = w.session.scalars(select(RemittanceClaim).order_by(RemittanceClaim.id)).first()
    party = party_of(visit, charge, claim.id, payer.id)
    legs = (
        *entries.transfer(
            Money(5000),
            debit_to=(Account.INSURANCE_RECEIVABLE, party),
            credit_to=(Account.PATIENT_RECEIVABLE, party),
        ),
        *entries.transfer(
            Money(8000),
            debit_to=(Account.INSURANCE_RECEIVABLE, party),
            credit_to=(Account.PAYER_CLEARING, party),
        ),
        *entries.transfer(
            Money(12000),
            debit_to=(Account.INSURANCE_RECEIVABLE, party),
            credit_to=(Account.CONTRACTUAL_ADJUSTMENT, party),
        ),
    )
    w.post(entries.remittance_claim(source_ref="test:undo", occurred_on=after(5), legs=legs))
    new = w.decide(
        bill, paid=13000 - share, discount=12000, share={"1": share}, number="777", on=after(5)
    )
    old.reversed_by_id = new.id
