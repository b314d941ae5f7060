"""A paper EOB posts as an 835 would: nothing before it balances, nothing twice (OPS-9, OPS-12; posting.md)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select

from billing.eob import TypedPlb
from billing.free_text import CardNumberRefused
from billing.ledger import Account
from billing.money import Money
from portal.db import read_only
from portal.models.claims import Charge
from portal.models.files import File
from portal.models.remittances import RemittanceRow
from portal.queries.ledger_proof import verify_ledger
from portal.services.post_eob import post_eob, preview_eob
from portal.services.save_eob import EobChanged, discard_eob
from portal.services.write_eob import EobRefused
from tests.services.eob_desk import CHECK_DAY, EobDesk, claim_of
from tests.services.payer_voice import Payer, bill, book, clp, insured, plb, svc, total, work

pytestmark = pytest.mark.usefixtures("database_url")
PAID = (8_000, "CO-45 2000, PR-1 2500")


def typed(
    desk: EobDesk, *, number: str = "1042", issued_on: date = CHECK_DAY
) -> tuple[UUID, object]:
    """One line of $125.00: paid 80, 20 off, 25 to the deductible; in a batch of its own."""
    visit = insured(12_500)
    claim = claim_of(visit)
    entry = desk.begin(
        desk.batch(1, 8_000), claim.payer_id, 8_000, number=number, issued_on=issued_on
    )
    desk.type(entry, claim.id, PAID, payer_claim_number="ICN1")
    return entry, visit


def test_OPS_9_C_21_a_typed_eob_posts_as_the_835_of_the_same_words_would() -> None:
    desk = EobDesk()
    entry, visit = typed(desk)
    preview = preview_eob(entry_id=entry, now=desk.now)
    assert preview.faults == ()
    assert [c.disposition for c in preview.report.sets[0].claims] == ["posted"]
    assert total(Account.PAYER_CLEARING) == 0, "a preview posts nothing"
    remittance_id = desk.post(entry)
    after = bill(visit.id)
    assert (after.plan_paid, after.plan_discount, after.patient_due) == (
        Money(8_000),
        Money(2_000),
        Money(2_500),
    )
    assert total(Account.PAYER_CLEARING) == 8_000, "payer_clearing moves by the check"
    assert verify_ledger().ok
    assert desk.post(entry) == remittance_id, "the second press of the button posts nothing"
    with read_only() as session:
        row = session.get_one(RemittanceRow, remittance_id)
        file = session.get_one(File, row.file_id)
    assert (row.trace, row.issued_on, row.paid, row.payer_tax_id) == (
        "1042",
        CHECK_DAY,
        Money(8_000),
        "1999999999",
    )
    assert desk.store.get(file.stored_as).startswith(b"ISA*"), "kept as any 835 is"


@pytest.mark.parametrize(
    ("line", "cents", "why"),
    [
        ((8_000, "CO-45 2000"), 8_000, "line 1 does not balance"),
        ((8_000, "CO-45 2000, PR-1 2499"), 8_000, "line 1 does not balance"),
        (PAID, 8_001, "the check is $80.01"),
    ],
)
def test_OPS_9_a_cent_too_much_or_too_little_posts_nothing(line, cents: int, why: str) -> None:
    desk, visit = EobDesk(), insured(12_500)
    claim = claim_of(visit)
    entry = desk.begin(desk.batch(1, cents), claim.payer_id, cents)
    desk.type(entry, claim.id, line)
    with pytest.raises(EobRefused, match=why.replace("$", r"\$")):
        desk.post(entry)
    assert total(Account.PAYER_CLEARING) == 0
    assert desk.row(entry).state == "draft"


def test_OPS_12_nothing_of_a_batch_posts_before_its_count_and_total_agree() -> None:
    desk, visit = EobDesk(), insured(12_500)
    claim = claim_of(visit)
    batch = desk.batch(2, 9_000)
    first = desk.begin(batch, claim.payer_id, 8_000)
    desk.type(first, claim.id, PAID)
    with pytest.raises(EobRefused, match="2 payments, 1 are entered"):
        desk.post(first)
    second = desk.begin(batch, claim.payer_id, 1_001, number="1043")
    with pytest.raises(EobRefused, match=r"make \$90.01, the batch total is \$90.00"):
        desk.post(first)
    discard_eob(entry_id=second, version=1, staff=desk.who, now=desk.now)
    desk.begin(batch, claim.payer_id, 1_000, number="1043")
    desk.post(first)
    assert bill(visit.id).plan_paid == Money(8_000)


def test_PCI_5_a_trace_may_be_any_digits_and_a_virtual_cards_number_is_none() -> None:
    desk, visit = EobDesk(), insured(12_500)
    payer, batch, digits = claim_of(visit).payer_id, desk.batch(2, 9_000), "4111111111111111"
    trace = desk.begin(batch, payer, 8_000, number=digits, method="eft")
    assert desk.row(trace).number == digits
    with pytest.raises(CardNumberRefused):
        desk.begin(batch, payer, 1_000, number=digits, method="virtual_card")


def test_posting_md_the_same_check_typed_twice_is_posted_once() -> None:
    desk = EobDesk()
    entry, visit = typed(desk)
    desk.post(entry)
    claim = claim_of(visit)
    for number, day in (("1042", CHECK_DAY), ("0001042", date(2026, 2, 21))):
        again = desk.begin(
            desk.batch(1, 8_000), claim.payer_id, 8_000, number=number, issued_on=day
        )
        desk.type(again, claim.id, PAID, payer_claim_number="ICN1")
        with pytest.raises(EobRefused, match="came in before"):
            desk.post(again)
    assert total(Account.PAYER_CLEARING) == 8_000


@pytest.mark.parametrize("day", [CHECK_DAY, date(2026, 2, 23)])
def test_posting_md_an_835_of_a_check_that_was_typed_is_held(day: date) -> None:
    """The same number, payer and amount: by the same day as a changed re-send, by another one too."""
    desk = EobDesk()
    entry, visit = typed(desk)
    desk.post(entry)
    said = clp(visit.control_number, svc("99213", 125, "CO-45 20, PR-1 25"))
    report = Payer().pays(said, trace="00001042", issued_on=day)
    assert report.status == "held"
    assert "a paper EOB of this check" in report.sets[0].reasons[0]
    assert total(Account.PAYER_CLEARING) == 8_000
    assert [item.kind for item in work("held_set")] == ["held_set"]
    other = Payer("Other Plan", "1888888888")
    with book() as found:
        found.counter = 50
        found.payer(other.name, other.tax_id)
    assert other.pays(plbs=[plb("CT", -80, "")], trace="1042", issued_on=day).status == "posted", (
        "another payer's check of the same number and amount is its own"
    )


def test_posting_md_a_check_whose_835_came_first_cannot_be_typed() -> None:
    desk = EobDesk()
    entry, visit = typed(desk, number="7788")
    said = clp(visit.control_number, svc("99213", 125, "CO-45 20, PR-1 25"))
    Payer().pays(said, trace="7788")
    assert "came in before" in preview_eob(entry_id=entry, now=desk.now).faults[0]
    with pytest.raises(EobRefused, match="came in before"):
        desk.post(entry)
    assert total(Account.PAYER_CLEARING) == 8_000


def test_posting_md_a_check_whose_835_does_not_add_up_can_be_typed_from_its_paper() -> None:
    desk = EobDesk()
    entry, visit = typed(desk, number="7788")
    payer = Payer()
    said = clp(visit.control_number, svc("99213", 125, "CO-45 20, PR-1 25"))
    wrong = clp(visit.control_number, svc("99213", 125, "CO-45 21, PR-1 25"))
    report = payer.pays(wrong, trace="7788", paid_cents=8_000)
    assert (report.status, total(Account.PAYER_CLEARING)) == ("held", 0)
    desk.post(entry)
    assert (total(Account.PAYER_CLEARING), bill(visit.id).plan_paid) == (8_000, Money(8_000))
    assert payer.pays(said, trace="7788").status == "held", "the corrected 835 comes twice"
    assert total(Account.PAYER_CLEARING) == 8_000


def test_posting_md_a_typed_reversal_takes_back_the_decision_that_stands() -> None:
    desk = EobDesk()
    entry, visit = typed(desk)
    desk.post(entry)
    claim = claim_of(visit)
    back = desk.begin(desk.batch(1, 2_000), claim.payer_id, 2_000, number="2000")
    place = desk.add(back, claim.id, reversal=True)
    taken_back = desk.eob(back).claims[place - 1]
    assert (taken_back.payer_claim_number, taken_back.paid) == ("ICN1", Money(-8_000))
    # The correction pays 100 in the same check: 100 - 80 = 20.
    desk.type(back, claim.id, (10_000, "CO-45 2000, PR-1 500"), payer_claim_number="ICN2")
    desk.post(back)
    after = bill(visit.id)
    assert (after.plan_paid, after.patient_due) == (Money(10_000), Money(500))
    assert total(Account.PAYER_CLEARING) == 10_000
    assert verify_ledger().ok


def test_posting_md_a_denial_without_a_check_and_a_provider_adjustment_can_be_typed() -> None:
    desk, visit = EobDesk(), insured(12_500)
    claim = claim_of(visit)
    entry = desk.begin(desk.batch(1, 0), claim.payer_id, 0)
    desk.type(entry, claim.id, (0, "CO-29 12500"), status="4")
    desk.plbs(entry, TypedPlb("L6", "", Money(-300)), TypedPlb("WO", "OLD1", Money(300)))
    desk.post(entry)
    after = bill(visit.id)
    assert (after.plan_paid, after.patient_due) == (Money(0), Money(0))
    assert "denial" in {item.kind for item in work()}
    assert (total(Account.PAYER_INTEREST), total(Account.PAYER_RECOUPMENT)) == (-300, 300)


def test_posting_md_a_later_plans_discount_is_not_posted_as_printed() -> None:
    """Fixture 1: Medicare pays 300 of 500, Medicaid's paper pays 65 and repeats CO-45: 10 more, patient 0."""
    desk, visit = EobDesk(), insured(50_000)
    with book() as found:
        found.counter = 50
        later = found.payer("Medicaid", "1777777777")
        charges = list(found.session.scalars(select(Charge).where(Charge.visit_id == visit.id)))
        second = found.claim(visit, charges, later, "S", filing_code="MC")
    Payer().pays(clp(visit.control_number, svc("99213", 500, "CO-45 125, PR-1 75")))
    entry = desk.begin(desk.batch(1, 6_500), later.id, 6_500)
    desk.type(entry, second.id, (6_500, "CO-45 43500"))
    assert desk.eob(entry).claims[0].status == "2"
    desk.post(entry)
    after = bill(visit.id)
    assert (after.plan_discount, after.patient_due) == (Money(13_500), Money(0))


def test_OPS_12_two_people_typing_one_eob_the_second_is_told_and_nothing_is_lost() -> None:
    desk = EobDesk()
    entry, _ = typed(desk)
    seen = desk.version(entry)
    first = desk.eob(entry).claims[0]
    desk.save(entry, 1, replace(first, payer_claim_number="THEIRS"))
    with pytest.raises(EobChanged):
        post_eob(entry_id=entry, version=seen, staff=desk.who, store=desk.store, now=desk.now)
    with pytest.raises(EobChanged):
        discard_eob(entry_id=entry, version=seen, staff=desk.who, now=desk.now)
    assert desk.eob(entry).claims[0].payer_claim_number == "THEIRS"
    assert total(Account.PAYER_CLEARING) == 0


def test_OPS_9_two_presses_at_once_post_one_check() -> None:
    desk = EobDesk()
    entry, _ = typed(desk)
    version = desk.version(entry)

    def press(_: int) -> int:
        return post_eob(
            entry_id=entry, version=version, staff=desk.who, store=desk.store, now=desk.now
        )

    with ThreadPoolExecutor(2) as pool:
        ids = set(pool.map(press, range(2)))
    assert len(ids) == 1, "both are told of the one remittance"
    assert total(Account.PAYER_CLEARING) == 8_000
