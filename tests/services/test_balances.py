"""The one balance function: every line's identity to the cent, and what holds a bill."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from billing import entries
from billing.entries import Line
from billing.holds import Condition
from billing.ledger import Account
from billing.money import ZERO, Money
from portal.db import transaction
from portal.models.accounts import AccountCondition, GuarantorAccount
from portal.models.work import WorkItem
from portal.queries.balances import balances
from portal.queries.claim_balances import claim_balances
from portal.services.post_entry import AlreadyPosted, PostedEntry, post_entry
from tests.conftest import NOW
from tests.services.ledger_book import SERVICE_ON, Book, party_of

ON = date(2026, 3, 2)


@pytest.fixture
def book(session: Session) -> Book:
    book = Book(session)
    book.practice()
    return book


def test_a_charge_stands_with_the_payer_until_it_decides(book: Book, session: Session) -> None:
    visit, _, _, _ = book.insured_visit([25_000, 5_000])
    [account] = balances(session, on=ON, account_ids=[visit.guarantor_account_id])
    [bill] = account.visits
    assert (bill.billed, bill.insurance_due, bill.patient_due) == (
        Money(30_000),
        Money(30_000),
        ZERO,
    )
    assert Condition.OPEN_CLAIM in bill.holding
    assert bill.due_now == ZERO
    assert bill.reasons == ("waiting for Acme Health",)


def test_STMT_4_every_kind_of_leg_keeps_the_identity(book: Book, session: Session) -> None:
    visit, [charge], claim, payer = book.insured_visit([25_000])
    claim.state = "decided"
    party = party_of(visit, charge, claim.id, payer.id)
    legs = [
        *entries.transfer(
            Money(8_000),
            debit_to=(Account.PAYER_CLEARING, party),
            credit_to=(Account.INSURANCE_RECEIVABLE, party),
        ),
        *entries.transfer(
            Money(12_000),
            debit_to=(Account.CONTRACTUAL_ADJUSTMENT, party),
            credit_to=(Account.INSURANCE_RECEIVABLE, party),
        ),
        *entries.transfer(
            Money(5_000),
            debit_to=(Account.PATIENT_RECEIVABLE, party),
            credit_to=(Account.INSURANCE_RECEIVABLE, party),
        ),
    ]
    post_entry(session, entries.remittance_claim(source_ref="t:1", occurred_on=ON, legs=legs))
    post_entry(
        session,
        entries.payment(
            source_ref="t:2",
            occurred_on=ON,
            lines=[Line(party, Money(1_500))],
            leftover=Line(party_of(visit), Money(200)),
        ),
    )
    post_entry(
        session,
        entries.adjustment(
            source_ref="t:3",
            occurred_on=ON,
            account=Account.FINANCIAL_ASSISTANCE,
            lines=[Line(party, Money(500))],
            memo="hardship",
        ),
    )
    [account] = balances(session, on=ON, account_ids=[visit.guarantor_account_id])
    [bill] = account.visits
    [line] = bill.charges
    assert line.identity_holds
    assert bill.identity_holds
    assert [(p.payer_name, p.amount) for p in line.plans] == [("Acme Health", Money(8_000))]
    assert (line.plan_discount, line.written_off) == (Money(12_000), Money(500))
    assert (line.patient_paid, line.patient_due) == (Money(1_500), Money(3_000))
    assert (bill.credit, account.credit, account.unapplied_credit) == (
        Money(200),
        Money(200),
        ZERO,
    )
    assert not bill.held
    assert bill.due_now == account.due_now == Money(3_000)


def test_CORE_3_an_earlier_position_gives_the_earlier_balance(book: Book, session: Session) -> None:
    visit, [charge], claim, _ = book.insured_visit([10_000])
    before = balances(session, on=ON, account_ids=[visit.guarantor_account_id])[0]
    line = Line(party_of(visit, charge, claim.id, claim.payer_id), Money(4_000))
    post_entry(
        session, entries.patient_share(source_ref="t:4", occurred_on=ON, lines=[line], memo="ok")
    )
    ids = [visit.guarantor_account_id]
    assert balances(session, on=ON, account_ids=ids)[0].patient_due == Money(4_000)
    earlier = balances(session, on=ON, account_ids=ids, through=before.position)[0]
    assert earlier.patient_due == ZERO


@pytest.mark.parametrize(
    "kind", ["deceased", "bankruptcy", "workers_comp", "veterans_affairs", "medicaid_qmb"]
)
@pytest.mark.parametrize("scope", ["account", "patient", "visit"])
def test_CORE_6_a_condition_on_account_patient_or_visit_holds_the_bill(
    book: Book, session: Session, kind: str, scope: str
) -> None:
    visit, _, claim, _ = book.insured_visit([10_000])
    claim.state = "decided"
    book.add(
        AccountCondition(
            guarantor_account_id=visit.guarantor_account_id,
            patient_id=visit.patient_id if scope == "patient" else None,
            visit_id=visit.id if scope == "visit" else None,
            kind=kind,
            since=NOW,
            source="staff:1",
        )
    )
    [account] = balances(session, on=ON, visit_ids=[visit.id])
    assert account.visits[0].holding == {Condition(kind)}


def test_STMT_5_an_open_work_item_holds_its_bill_with_its_reason(
    book: Book, session: Session
) -> None:
    visit, _, claim, _ = book.insured_visit([10_000])
    claim.state = "decided"
    item = book.add(
        WorkItem(
            dedupe_key="t",
            kind="review",
            reasons=["CLP05 says otherwise"],
            visit_id=visit.id,
            guarantor_account_id=visit.guarantor_account_id,
            holds_bill=True,
            opened_at=NOW,
        )
    )
    assert "CLP05 says otherwise" in balances(session, on=ON)[0].visits[0].reasons
    item.closed_at = NOW
    session.flush()
    assert not balances(session, on=ON)[0].visits[0].held


def test_desk_money_without_a_receipt_holds_the_bill(book: Book, session: Session) -> None:
    visit, _, claim, _ = book.insured_visit([10_000])
    claim.state, visit.desk_payment = "decided", Money(2_500)
    session.flush()
    assert balances(session, on=ON)[0].visits[0].holding == {Condition.RECEIPTS_MISSING}


def test_COLL_26_an_unnamed_guardian_and_missing_consents_are_conditions(
    book: Book, session: Session
) -> None:
    account = book.account(named=False, last_name="Parent or guardian of Testa Sample")
    visit, charges = book.visit(book.patient(account), [100])
    line = Line(party_of(visit, charges[0]), Money(100))
    entry = entries.self_pay_charge(source_ref="t:sp", occurred_on=SERVICE_ON, lines=[line])
    assert isinstance(post_entry(session, entry), PostedEntry)
    assert isinstance(post_entry(session, entry), AlreadyPosted)
    [found] = balances(session, on=ON)
    assert found.visits[0].conditions == {
        Condition.MINOR_UNNAMED,
        Condition.NO_SMS_CONSENT,
        Condition.NO_ESTATEMENT_CONSENT,
    }
    assert (found.patient_due, found.due_now) == (Money(100), ZERO)


def test_the_command_tells_every_bill_by_the_same_figures(database_url: str) -> None:
    with transaction() as session:
        book = Book(session)
        book.practice()
        visit, *_ = book.insured_visit([10_000])
        number = session.get_one(GuarantorAccount, visit.guarantor_account_id).number
    [row] = claim_balances(on=ON)
    assert row.to_json() == {
        "patient_control_number": visit.control_number,
        "guarantor_account": number,
        "billed_cents": 10_000,
        "plan_paid_cents": 0,
        "plan_discount_cents": 0,
        "written_off_cents": 0,
        "insurance_due_cents": 10_000,
        "patient_due_cents": 0,
        "patient_paid_cents": 0,
        "held": ["waiting for Acme Health"],
    }
    assert "held: waiting for Acme Health" in row.line()
