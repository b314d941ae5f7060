"""One account with a visit of every standing, in the ledger, for tests of the patients' pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from billing import entries
from billing.ledger import Account, Party, Posting
from billing.money import Money
from portal.db import transaction
from portal.models.accounts import GuarantorAccount, Patient, Payer
from portal.models.claims import Charge, Claim, Provider, Visit
from portal.models.payments import PracticeReceipt
from portal.models.remittances import (
    LineAdjustment,
    RemittanceClaim,
    RemittanceLine,
    RemittanceRow,
)
from portal.models.work import WorkItem
from portal.services.post_entry import PostedEntry, post_entry
from tests.services.ledger_book import Book, party_of

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ON = date(2026, 3, 2)
DECIDED_ON = date(2026, 2, 20)
ADDRESS = {
    "street": "1 Invented Street",
    "city": "Sampletown",
    "state": "NY",
    "postal_code": "10001",
}


@dataclass(frozen=True, slots=True)
class Bills:
    """Ids of what stands in the database."""

    account_id: int
    decided: int
    waiting: int
    held: int
    self_pay: int


def make_practice() -> None:
    with transaction() as session:
        Book(session).practice(name="Riverside Family Medicine")


def empty_account() -> int:
    with transaction() as session:
        account = GuarantorAccount(
            number="9100-0001", named=True, last_name="Sample", first_name="Newt", **ADDRESS
        )
        session.add(account)
        session.flush()
        return account.id


def account_of_every_kind() -> Bills:
    with transaction() as session:
        book = Book(session)
        account = book.account(number="9100-0002", last_name="Sample", **ADDRESS)
        patient = book.patient(account)
        payer = book.payer()
        provider = book.add(Provider(npi="1999999991", last_name="Example", first_name="Ada"))
        decided = _decided(book, patient, payer, provider)
        waiting, charges = _visit(book, patient, provider, [9_000], date(2026, 2, 24))
        book.claim(waiting, charges, payer)
        held = _held(book, patient, payer, provider)
        self_pay, lines = _visit(
            book, patient, provider, [4_000], date(2026, 2, 10), coverage_intent="self_pay"
        )
        charge = entries.self_pay_charge(
            source_ref="t:self-pay",
            occurred_on=self_pay.service_on,
            lines=[entries.Line(party_of(self_pay, lines[0]), lines[0].billed)],
        )
        post_entry(session, charge)
        _receipt(book, patient)
        return Bills(account.id, decided.id, waiting.id, held.id, self_pay.id)


def _visit(
    book: Book, patient: Patient, provider: Provider, billed: list[int], on: date, **fields: str
) -> tuple[Visit, list[Charge]]:
    return book.visit(
        patient, billed, service_on=on, provider_id=provider.id, place_of_service="11", **fields
    )


def _decided(book: Book, patient: Patient, payer: Payer, provider: Provider) -> Visit:
    """Billed 250 and 40: discount 120 and 15, plan paid 80 and 15, deductible 50, coinsurance 10."""
    visit, charges = _visit(book, patient, provider, [25_000, 4_000], date(2026, 1, 12))
    claim = book.claim(visit, charges, payer, state="decided", decided_on=DECIDED_ON)
    split = [(12_000, 8_000, "1", 5_000), (1_500, 1_500, "2", 1_000)]
    legs: list[Posting] = []
    for charge, (discount, paid, _, share) in zip(charges, split, strict=True):
        party = party_of(visit, charge, claim.id, payer.id)
        for cents, to in (
            (discount, Account.CONTRACTUAL_ADJUSTMENT),
            (paid, Account.PAYER_CLEARING),
            (share, Account.PATIENT_RECEIVABLE),
        ):
            legs += entries.transfer(
                Money(cents),
                debit_to=(to, party),
                credit_to=(Account.INSURANCE_RECEIVABLE, party),
            )
    posted = post_entry(
        book.session,
        entries.remittance_claim(source_ref="t:era:1", occurred_on=DECIDED_ON, legs=legs),
    )
    assert isinstance(posted, PostedEntry)
    _remittance(book, claim, charges, split, posted)
    return visit


def _remittance(
    book: Book,
    claim: Claim,
    charges: list[Charge],
    split: list[tuple[int, int, str, int]],
    posted: PostedEntry,
) -> None:
    row = book.add(
        RemittanceRow(
            file_id=book.file().id,
            position=3,
            trace="T1",
            payer_tax_id="1999999999",
            payer_name="Acme Health",
            payer_id=claim.payer_id,
            issued_on=DECIDED_ON,
            paid=Money(9_500),
            plb=Money(0),
            fingerprint="f",
            status="posted",
            received_at=NOW,
        )
    )
    said = book.add(
        RemittanceClaim(
            remittance_id=row.id,
            ordinal=1,
            position=9,
            patient_control_number=claim.patient_control_number,
            payer_claim_number="ICN12345",
            status_code="1",
            billed=Money(29_000),
            paid=Money(9_500),
            patient_responsibility=Money(6_000),
            claim_id=claim.id,
            disposition="posted",
            entry_id=posted.entry_id,
            decided_on=DECIDED_ON,
        )
    )
    for position, (charge, (discount, paid, carc, share)) in enumerate(
        zip(charges, split, strict=True), start=1
    ):
        line = book.add(
            RemittanceLine(
                remittance_claim_id=said.id,
                position=position,
                charge_id=charge.id,
                procedure=f"HC:{charge.procedure_code}",
                billed=charge.billed,
                paid=Money(paid),
            )
        )
        bucket = "deductible" if carc == "1" else "coinsurance"
        for group, code, cents, shown in (
            ("CO", "45", discount, "plan_discount"),
            ("PR", carc, share, bucket),
        ):
            book.add(
                LineAdjustment(
                    remittance_line_id=line.id,
                    group_code=group,
                    carc=code,
                    amount=Money(cents),
                    bucket=shown,
                    outcome="posted",
                )
            )


def _held(book: Book, patient: Patient, payer: Payer, provider: Provider) -> Visit:
    visit, charges = _visit(book, patient, provider, [7_700], date(2026, 1, 5))
    book.claim(visit, charges, payer, state="decided")
    book.add(
        WorkItem(
            dedupe_key="t:held",
            kind="held_claim",
            reasons=["CLP05 is not the sum of PR"],
            visit_id=visit.id,
            guarantor_account_id=visit.guarantor_account_id,
            holds_bill=True,
            opened_at=NOW,
        )
    )
    return visit


def _receipt(book: Book, patient: Patient) -> None:
    amount = Money(2_500)
    posted = post_entry(
        book.session,
        entries.receipt(
            source_ref="t:receipt",
            occurred_on=ON,
            amount=amount,
            party=Party(guarantor_account_id=patient.guarantor_account_id),
        ),
    )
    assert isinstance(posted, PostedEntry)
    book.add(
        PracticeReceipt(
            receipt_id="R1",
            patient_id=patient.id,
            received_on=ON,
            method="cash",
            kind="deposit",
            amount=amount,
            entry_id=posted.entry_id,
        )
    )


def pay_card(session: Session, bills: Bills, charge: Charge, cents: int) -> None:
    """A card payment on one line, straight into the ledger."""
    visit = session.get_one(Visit, charge.visit_id)
    post_entry(
        session,
        entries.payment(
            source_ref=f"t:pay:{bills.account_id}:{charge.id}",
            occurred_on=ON,
            lines=[entries.Line(party_of(visit, charge), Money(cents))],
        ),
    )
