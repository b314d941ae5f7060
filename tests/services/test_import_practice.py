"""Receipts, charges and opening balances: each row once, accepted or refused with its reason."""

from datetime import date

import pytest
from sqlalchemy import select

from billing import entries
from billing.ledger import Account, Party, transfer
from billing.money import ZERO, Money
from portal import db
from portal.models.claims import Charge, Claim, Provider, Visit
from portal.models.files import File
from portal.models.ledger import JournalEntry
from portal.models.payments import PracticeReceipt
from portal.models.practice import Practice
from portal.queries.balances import balances
from portal.services.apply_credit import apply_credit
from portal.services.export_payments import export_payments
from portal.services.post_entry import post_entry
from portal.services.set_practice import set_practice
from tests.services.practice_files import (
    NOW,
    SETTINGS,
    balance,
    everything,
    only,
    rows,
    sample,
    take,
    take_claims,
)


@pytest.fixture(autouse=True)
def _practice(database_url):
    set_practice(toml=SETTINGS)


def test_a_dry_run_writes_nothing():
    take_claims()
    before = everything()
    for kind in ("contacts", "receipts", "charges", "opening"):
        result = take(kind, dry_run=True)
        assert result.accepted + len(result.refused) >= 2
    assert everything() == before
    assert [file.kind for file in rows(File)] == ["837p"]


def test_receipts_credit_the_visit_and_a_reversal_takes_it_back():
    take_claims()
    take("contacts")
    result = take("receipts")
    assert (result.accepted, result.refused) == (4, ())
    visit = only(Visit, control_number="V1001")
    assert balance("patient_credit", visit_id=visit.id) == -Money(2000)
    assert balance("practice_deposits") == Money(3000)
    assert [r.amount for r in rows(PracticeReceipt)] == [
        Money(2500), Money(1000), Money(-2500), Money(2000),
    ]  # fmt: skip
    assert only(Practice).receipts_through == date(2026, 1, 20)
    assert all(receipt.entry_id for receipt in rows(PracticeReceipt))
    before = everything()
    take("receipts")
    take("receipts", sample("receipts") + b"\n")
    assert everything() == before


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("R-9,P-77,,,2026-01-12,card,100,copay,", "no patient has this practice_patient_id"),
        ("R-9,P-1,V9999,,2026-01-12,card,100,copay,", "no visit of this patient has"),
        ("R-9,P-1,,,2026-01-12,card,0,copay,", "amount_cents is not above zero"),
        ("R-9,P-1,,,2026-01-12,card,12.50,copay,", "amount_cents is not a whole number of cents"),
        ("R-9,P-1,,,2026-01-12,shells,100,copay,", "method is not one of"),
        ("R-9,P-1,,,2026-01-12,card,100,gift,", "kind is not one of"),
        ("R-9,P-1,,,2027-01-12,card,100,copay,", "date lies in the future"),
        ("R-9,P-1,,,2026-01-12,card,100,copay,R-77", "reverses R-77, which is not here"),
        ("R-1,P-1,,,2026-01-12,card,9900,copay,", "imported with another patient, date or amount"),
    ],
)
def test_a_bad_receipt_is_refused_alone(row, reason):
    take_claims()
    take("contacts")
    take("receipts")
    header = sample("receipts").decode().splitlines()[0]
    result = take("receipts", f"{header}\n{row}\nR-10,P-1,,,2026-01-12,cash,100,deposit,\n")
    assert result.accepted == 1
    assert reason in result.refused[0].reason
    assert result.refused[0].position == 2


def test_a_receipt_can_be_reversed_only_once():
    take_claims()
    take("contacts")
    take("receipts")
    header = sample("receipts").decode().splitlines()[0]
    result = take("receipts", f"{header}\nR-8,P-1,V1001,,2026-01-14,card,2500,copay,R-1\n")
    assert "which was reversed before" in result.refused[0].reason


def test_our_own_receipts_come_back_without_being_posted_again():
    take("contacts")
    header = sample("receipts").decode().splitlines()[0]
    result = take("receipts", f"{header}\nkindbill:pay-1,P-1,,,2026-01-14,card,2500,balance,\n")
    assert (result.accepted, rows(PracticeReceipt)) == (1, [])
    take("charges")
    with db.transaction() as session:
        charge = session.scalar(select(Charge).order_by(Charge.id))
        visit = session.get(Visit, charge.visit_id)
        party = Party(
            guarantor_account_id=visit.guarantor_account_id,
            visit_id=visit.id,
            charge_id=charge.id,
        )
        paid = entries.payment(
            source_ref="stripe:pi_1:succeeded",
            occurred_on=NOW.date(),
            lines=[entries.Line(party, Money(500))],
        )
        post_entry(session, paid)
    before = everything()
    result = take("receipts", export_payments(since=date(2026, 1, 1)))
    assert (result.accepted, result.refused) == (1, ())
    assert everything() == before


def test_a_file_can_say_how_far_it_reaches_on_days_without_receipts():
    take("receipts", "receipt_id,practice_patient_id,date,method,amount_cents,kind,covers_through\n"
         "mark-1,,,,,,2026-03-01\n")  # fmt: skip
    assert only(Practice).receipts_through == date(2026, 3, 1)
    assert rows(PracticeReceipt) == []


def decide(visit, due):
    """The plan decided: the patient owes `due` on the first line, the plan wrote off the rest."""
    charge = rows(Charge, visit_id=visit.id)[0]
    claim = only(Claim, visit_id=visit.id)
    party = Party(
        guarantor_account_id=visit.guarantor_account_id,
        visit_id=visit.id,
        charge_id=charge.id,
        claim_id=claim.id,
        payer_id=claim.payer_id,
    )
    legs = transfer(
        due,
        debit_to=(Account.PATIENT_RECEIVABLE, party),
        credit_to=(Account.INSURANCE_RECEIVABLE, party),
    )
    with db.transaction() as session:
        post_entry(
            session,
            entries.remittance_claim(source_ref="era:test", occurred_on=NOW.date(), legs=legs),
        )
        session.get_one(Claim, claim.id).state = "decided"


def test_credit_settles_the_patients_share_when_it_posts():
    take_claims()
    take("contacts")
    take("receipts")
    visit = only(Visit, control_number="V1001")
    decide(visit, Money(3000))
    with db.transaction() as session:
        applied = apply_credit(
            session,
            guarantor_account_ids=[visit.guarantor_account_id],
            on=NOW.date(),
            source="era:test",
        )
    assert applied == Money(2000)
    assert balance("patient_receivable", visit_id=visit.id) == Money(1000)
    assert balance("patient_credit", visit_id=visit.id) == ZERO
    with db.transaction() as session:
        again = apply_credit(
            session,
            guarantor_account_ids=[visit.guarantor_account_id],
            on=NOW.date(),
            source="era:again",
        )
    assert again == ZERO


def test_a_late_receipt_settles_what_is_owed_and_its_reversal_opens_it_again():
    take_claims()
    take("contacts")
    visit = only(Visit, control_number="V1001")
    decide(visit, Money(3000))
    with db.transaction() as session:  # else the bill is held until the desk's receipt comes
        session.get_one(Visit, visit.id).desk_payment = ZERO
    header = sample("receipts").decode().splitlines()[0]
    take("receipts", f"{header}\nR-20,P-1,V1001,,2026-02-20,card,1800,balance,\n")
    assert balance("patient_receivable", visit_id=visit.id) == Money(1200)
    take("receipts", f"{header}\nR-21,P-1,,,2026-02-21,cash,2000,balance,\n")
    assert balance("patient_receivable", visit_id=visit.id) == ZERO
    assert balance("patient_credit", guarantor_account_id=visit.guarantor_account_id) == -Money(800)
    take("receipts", f"{header}\nR-22,P-1,V1001,,2026-02-22,card,1800,balance,R-20\n")
    assert balance("patient_credit", visit_id=visit.id) == ZERO
    assert balance("patient_receivable", visit_id=visit.id) == Money(1000)
    with db.transaction() as session:
        [account] = balances(session, on=NOW.date(), account_ids=[visit.guarantor_account_id])
    assert all(found.identity_holds for found in account.visits)


def test_self_pay_charges_are_owed_at_once_and_take_the_credit_there_is():
    take("contacts")
    take("receipts", sample("receipts").decode().splitlines()[0]
         + "\nR-2,P-4,,,2026-01-20,cash,1000,balance,\n")  # fmt: skip
    result = take("charges")
    assert (result.accepted, result.refused) == (3, ())
    first, second = rows(Visit)
    assert (first.coverage_intent, second.coverage_intent) == ("self_pay", "do_not_file")
    assert [
        (c.line_number, c.modifiers, c.description) for c in rows(Charge, visit_id=first.id)
    ] == [
        (1, ["25"], "Office visit"),
        (2, [], "Throat swab"),
    ]
    assert balance("patient_receivable") == Money(12000 + 3000 + 2500 - 1000)
    assert balance("charges") == -Money(17500)
    assert rows(Claim) == []
    before = everything()
    take("charges", sample("charges") + b"\n")
    assert everything() == before


def test_one_bad_line_refuses_its_whole_visit():
    take("contacts")
    result = take("charges", sample("charges").decode().replace(",3000,", ",-3000,"))
    assert [(r.position, r.id) for r in result.refused] == [(2, "S-1"), (3, "S-1")]
    assert result.accepted == 1
    assert [visit.control_number for visit in rows(Visit)] == ["S-2"]
    take("charges")
    changed = take("charges", sample("charges").decode().replace(",2500,", ",2600,"))
    assert "was imported with other lines" in changed.refused[0].reason


def test_opening_balances_keep_their_first_statement_day():
    take("contacts")
    result = take("opening")
    assert (result.accepted, result.refused) == (2, ())
    first, second = rows(Visit)
    assert (first.first_statement_on, second.first_statement_on) == (date(2025, 11, 15), None)
    assert first.responsible_on == date(2025, 12, 31)
    assert [c.description for c in rows(Charge)] == [
        "Office visit on October 2",
        "Balance from our old billing system",
    ]
    assert balance("patient_receivable") == Money(5750)
    assert only(Practice).cut_over_on == date(2025, 12, 31)
    assert {e.kind for e in rows(JournalEntry)} == {"opening"}
    before = everything()
    take("opening", sample("opening") + b"\n")
    assert everything() == before
    changed = take("opening", sample("opening").decode().replace(",1200,", ",1300,"))
    assert "another patient or amount" in changed.refused[0].reason


def test_a_provider_known_by_number_alone_gets_the_name_that_a_claim_gives():
    charge = "N-1,P-4,2026-01-20,1,99213,,1,12000,,1999999976,11,self_pay"
    take("contacts")
    head = sample("charges").decode().splitlines()[0]
    take("charges", f"{head}\n{charge}\n")
    assert only(Provider, npi="1999999976").display_name == "Provider 1999999976"
    take_claims()
    assert only(Provider, npi="1999999976").display_name.startswith("Dr. ")
