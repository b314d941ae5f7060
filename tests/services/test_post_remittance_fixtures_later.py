"""The fixtures of posting.md by number, 11 to 20, and what later payers do to earlier decisions."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from billing import entries
from billing.entries import Line
from billing.holds import Condition
from billing.ledger import Account
from billing.money import ZERO, Money
from portal.db import read_only, transaction
from portal.models.accounts import Patient
from portal.models.claims import Claim, Visit
from portal.models.ledger import JournalEntry
from portal.models.remittances import RemittanceClaim
from portal.queries.ledger_proof import verify_ledger
from portal.services.import_claims import import_claims
from portal.services.move_visits import Move, move_visits
from portal.services.post_entry import post_entry
from portal.services.post_remittance import post_remittance
from portal.x12.remittance import Name
from tests.conftest import NOW
from tests.services.ledger_book import SERVICE_ON, Book, party_of
from tests.services.payer_voice import (
    Payer,
    bill,
    book,
    clp,
    dispositions,
    negated,
    plb,
    post,
    svc,
    total,
    work,
    written,
)

pytestmark = pytest.mark.usefixtures("database_url")

MEDICARE, MEDIGAP = ("Medicare", "1111"), ("Medigap", "2222")


def insured(*cents: int) -> Visit:
    with book() as found:
        found.practice()
        visit, *_ = found.insured_visit(list(cents))
    return visit


def with_two_plans(*cents: int) -> Visit:
    with book() as found:
        found.practice()
        visit, charges, _, _ = found.insured_visit(list(cents), name="Medicare", tax_id="1111")
        found.claim(visit, charges, found.payer(*MEDIGAP), "S")
    return visit


PROFESSIONAL = (
    "ISA*00*          *00*          *ZZ*EXAMPLE        *ZZ*PAYER          *260204*1200*^*00501*"
    "000000001*0*T*:~GS*HC*EXAMPLE*PAYER*20260204*1200*1*X*005010X222A1~ST*837*0001*005010X222A1~"
    "BHT*0019*00*1*20260204*1200*CH~NM1*41*2*EXAMPLE FAMILY PRACTICE*****46*1~PER*IC*A*TE*2125550100~"
    "NM1*40*2*PAYER*****46*2~HL*1**20*1~NM1*85*2*EXAMPLE FAMILY PRACTICE*****XX*1999999984~"
    "N3*1 SAMPLE WAY~N4*EXAMPLETON*NY*10001~REF*EI*999999999~HL*2*1*22*0~SBR*{sequence}*18*******{filing}~"
    "NM1*IL*1*SAMPLE*TESTA****MI*{member}~N3*2 SAMPLE WAY~N4*EXAMPLETON*NY*10001~"
    "DMG*D8*19800405*F~NM1*PR*2*{payer}*****PI*{identifier}~"
    "CLM*TESTA1*500***11:B:1*Y*A*Y*Y~HI*ABK:Z0000~{other}LX*1~SV1*HC:99213*500*UN*1***1~"
    "DTP*472*D8*20260203~SE*30*0001~GE*1*1~IEA*1*000000001~"
)


def import_837(**fields: str) -> None:
    class Nowhere:
        def put(self, content: bytes) -> str:
            return "nowhere"

        def get(self, key: str) -> bytes:
            raise KeyError(key)

    data = PROFESSIONAL.format(**({"other": ""} | fields)).encode()
    result = import_claims(data=data, name="test.837", now=NOW, store=Nowhere())
    assert result.accepted == 1, result


def visit_of(control_number: str) -> Visit:
    with read_only() as session:
        return session.scalars(select(Visit).where(Visit.control_number == control_number)).one()


def test_fixture_11_a_secondary_837p_after_the_primary_adds_no_charges() -> None:
    with book() as found:
        found.practice()
    import_837(sequence="P", filing="MB", member="M1", payer="MEDICARE", identifier="MCR")
    Payer("Medicare").pays(clp("TESTA1", svc("99213", 500, "CO-45 125, PR-1 75")))
    visit = visit_of("TESTA1")
    assert bill(visit.id).patient_due == Money(7_500)
    import_837(sequence="S", filing="CI", member="M2", payer="MEDIGAP", identifier="GAP")
    after = bill(visit.id)
    assert after.billed == Money(50_000)
    assert after.due_now == ZERO  # the second plan was asked after all
    assert Condition.OPEN_CLAIM in after.holding


def test_fixture_12_a_crossover_with_no_secondary_on_file() -> None:
    visit = insured(10_000)
    crossed = clp(
        visit.control_number,
        svc("99213", 100, "CO-45 20, PR-2 16"),
        status_code="19",
        crossover_payer=Name(last="Surprise Supplement", id_qualifier="PI", identifier="SUP1"),
    )
    Payer().pays(crossed)
    waiting = bill(visit.id)
    assert (waiting.patient_due, waiting.insurance_due) == (ZERO, Money(1_600))
    assert waiting.reasons == ("waiting for Surprise Supplement",)
    answer = clp(visit.control_number, svc("99213", 100, "OA-23 84, PR-2 6"), status_code="2")
    Payer("Surprise Supplement", "3333").pays(answer)
    after = bill(visit.id)
    assert (after.patient_due, after.plan_paid, after.held) == (Money(600), Money(7_400), False)


def test_fixture_12_a_crossover_remark_without_any_name() -> None:
    visit = insured(10_000)
    Payer().pays(clp(visit.control_number, svc("99213", 100, "PR-2 20"), remarks=("MA18",)))
    waiting = bill(visit.id)
    assert (waiting.patient_due, waiting.insurance_due) == (ZERO, Money(2_000))
    assert [item.kind for item in work()] == ["bill_next"]


def test_fixture_13_qmb_by_remark_never_owes_and_gets_money_back() -> None:
    visit = insured(10_000)
    said = clp(visit.control_number, svc("99213", 100, "PR-2 20"), remarks=("N781",))
    with book() as found:
        charge = bill(visit.id).charges[0]
        party = replace(party_of(visit), charge_id=charge.charge_id)
        line = Line(party, Money(1_500))
        entry = entries.patient_share(
            source_ref="s", occurred_on=SERVICE_ON, lines=[line], memo="wrong"
        )
        post_entry(found.session, entry)
        post_entry(
            found.session,
            entries.payment(source_ref="p", occurred_on=SERVICE_ON, lines=[line]),
        )
    assert dispositions(Payer().pays(said)) == ["posted"]
    after = bill(visit.id)
    assert after.patient_due == ZERO
    assert Condition.MEDICAID_QMB in after.holding
    assert [(item.kind, item.amount.cents) for item in work()] == [
        ("bill_next", 2_000),
        ("refund", 1_500),
    ]


def test_fixture_14_a_minor_whose_subscriber_lives_elsewhere_waits_for_a_person() -> None:
    with book() as found:
        found.practice()
        account = found.account(named=False, last_name="Parent or guardian of Testa Sample")
        child = found.patient(account, birth_on=date(2018, 5, 6))
        payer = found.payer()
        found.coverage(child, payer, relationship="19", subscriber_last_name="Elsewhere")
        visit, charges = found.visit(child, [10_000])
        found.claim(visit, charges, payer)
    Payer().pays(clp(visit.control_number, svc("99213", 100, "PR-1 100")))
    waiting = bill(visit.id)
    assert (waiting.patient_due, waiting.due_now) == (Money(10_000), ZERO)
    assert waiting.holding == {Condition.MINOR_UNNAMED}


def test_fixture_15_the_same_file_twice_is_harmless() -> None:
    visit = insured(10_000)
    data = Payer().data(
        clp(visit.control_number, svc("99213", 100, "PR-1 20")), plbs=[plb("L6", -1)]
    )
    assert post(data).status == "posted"
    again = post(data)
    assert (again.status, dispositions(again)) == ("duplicate", ["duplicate"])
    other_breaks = data.replace(b"~\n", b"~").replace(b"~", b"~\r\n")
    assert post(other_breaks).status == "duplicate"
    assert total(Account.PAYER_CLEARING) == 8_100


def test_fixture_15_a_changed_resend_is_held() -> None:
    visit = insured(10_000)
    payer = Payer()
    first = payer.remittance(clp(visit.control_number, svc("99213", 100, "PR-1 20")))
    changed = replace(
        first,
        claims=(clp(visit.control_number, svc("99213", 100, "PR-1 30")),),
        paid_cents=7_000,
    )
    post(written(first))
    report = post(written(changed))
    assert report.status == "held"
    assert "changed remittance" in (report.why or "")
    assert [item.kind for item in work()] == ["held_set"]
    assert bill(visit.id).patient_due == Money(2_000)


def test_fixture_15_half_a_file_is_held_and_the_whole_one_posts_later() -> None:
    visit = insured(10_000, 6_000)
    first = clp(visit.control_number, svc("99213", 100, "PR-1 20"))
    second = clp(visit.control_number, svc("85025", 60), payer_claim_number="ICN-B")
    whole = Payer().data(first, second)
    half = whole[: whole.index(b"CLP", whole.index(b"CLP") + 3)]
    report = post(half)
    assert report.status == "held"
    assert total(Account.PAYER_CLEARING) == 0
    assert post(half).status == "duplicate"
    assert post(whole).status == "posted"
    assert total(Account.PAYER_CLEARING) == 14_000


def test_fixture_16_pr_45_waits_for_review_beside_a_deductible_that_is_due() -> None:
    visit = insured(20_000)
    Payer().pays(clp(visit.control_number, svc("99213", 200, "PR-45 100, PR-1 50")))
    after = bill(visit.id)
    assert (after.due_now, after.under_review) == (Money(5_000), Money(10_000))
    assert Condition.REVIEW in after.conditions
    assert [(item.kind, item.amount.cents) for item in work()] == [("review", 10_000)]


def test_fixture_17_a_stated_share_unlike_the_lines_holds_the_bill() -> None:
    visit = insured(10_000)
    said = clp(
        visit.control_number,
        svc("99213", 100, "PR-1 50"),
        patient_responsibility_cents=6_000,
    )
    assert dispositions(Payer().pays(said)) == ["posted"]
    after = bill(visit.id)
    assert (after.patient_due, after.due_now) == (Money(5_000), ZERO)
    assert "$60.00" in after.reasons[0]


def test_fixture_18_money_that_the_payer_takes_by_debit() -> None:
    visit = insured(10_000)
    payer = Payer()
    first = clp(visit.control_number, svc("99213", 100, "PR-1 20"))
    payer.pays(first)
    report = payer.pays(negated(first))
    assert report.sets[0].said.credit_or_debit == "D"
    assert (report.status, report.to_json()["files"][0]["transactions"][0]["paid_cents"]) == (
        "posted",
        8_000,
    )
    assert total(Account.PAYER_CLEARING) == 0


def test_fixture_19_a_denied_line_beside_paid_lines() -> None:
    visit = insured(10_000, 6_000)
    Payer().pays(
        clp(
            visit.control_number,
            svc("99213", 100, "CO-45 20, PR-3 30"),
            svc("85025", 60, "CO-16 60"),
        )
    )
    after = bill(visit.id)
    assert (after.due_now, after.insurance_due) == (Money(3_000), Money(6_000))
    [item] = work("denial")
    assert item.amount == Money(6_000)
    assert item.reasons[-1] == "the remark that must explain it is missing"


def test_fixture_20_one_claim_answered_in_two_parts() -> None:
    visit = insured(10_000, 6_000)
    payer = Payer()
    payer.pays(clp(visit.control_number, svc("99213", 100, "PR-1 20"), payer_claim_number="A"))
    waiting = bill(visit.id)
    assert (waiting.patient_due, waiting.due_now) == (Money(2_000), ZERO)
    payer.pays(clp(visit.control_number, svc("85025", 60, "PR-1 10"), payer_claim_number="B"))
    after = bill(visit.id)
    assert (after.due_now, after.held) == (Money(3_000), False)


def test_a_primary_reversed_after_the_secondary_moves_the_share_back() -> None:
    visit = with_two_plans(50_000)
    medicare, medigap = Payer(*MEDICARE), Payer(*MEDIGAP)
    first = clp(visit.control_number, svc("99213", 500, "CO-45 125, PR-1 75"))
    medicare.pays(first)
    second = clp(visit.control_number, svc("99213", 500, "OA-23 425, PR-1 30"), status_code="2")
    medigap.pays(second)
    assert bill(visit.id).due_now == Money(3_000)
    medicare.pays(negated(first))
    waiting = bill(visit.id)
    assert (waiting.patient_due, waiting.plan_paid) == (ZERO, Money(4_500))
    assert Condition.OPEN_CLAIM in waiting.holding
    medicare.pays(clp(visit.control_number, svc("99213", 500, "CO-45 125, PR-1 75")))
    still = bill(visit.id)
    assert (still.patient_due, still.insurance_due) == (ZERO, Money(3_000))
    assert still.held
    medigap.pays(negated(second))
    medigap.pays(second)
    after = bill(visit.id)
    assert (after.due_now, after.insurance_due, after.held) == (Money(3_000), ZERO, False)


def test_a_plan_on_file_that_nobody_asked_is_waited_for_and_its_answer_fits() -> None:
    with book() as found:
        found.practice()
        visit, *_ = found.insured_visit([50_000], name="Medicare", tax_id="1111")
        patient = found.session.get_one(Patient, visit.patient_id)
        found.coverage(patient, found.payer(*MEDIGAP), sequence="S")
    Payer(*MEDICARE).pays(clp(visit.control_number, svc("99213", 500, "CO-45 125, PR-1 75")))
    waiting = bill(visit.id)
    assert (waiting.patient_due, waiting.reasons) == (ZERO, ("waiting for Medigap",))
    assert [item.next_step for item in work()] == ["Bill the next plan with this payer's decision."]
    answer = clp(visit.control_number, svc("99213", 500, "OA-23 425, PR-1 75"), status_code="2")
    Payer(*MEDIGAP).pays(answer)
    assert bill(visit.id).due_now == Money(7_500)


def test_a_later_payer_before_the_first_waits_with_its_money() -> None:
    visit = with_two_plans(50_000)
    second = clp(visit.control_number, svc("99213", 500, "OA-23 425, PR-1 30"), status_code="2")
    assert dispositions(Payer(*MEDIGAP).pays(second)) == ["held"]
    assert total(Account.PAYER_SUSPENSE) == -4_500


def test_another_patient_under_our_number_is_not_matched() -> None:
    visit = insured(10_000)
    said = clp(visit.control_number, svc("99213", 100), patient=Name(last="Stranger", first="Al"))
    report = Payer().pays(said)
    assert dispositions(report) == ["unmatched"]
    assert "another patient" in report.sets[0].claims[0].reasons[0]


def test_a_claim_is_found_by_person_day_and_amount_when_its_number_is_lost() -> None:
    with book() as found:
        found.practice()
        visit, *_ = found.insured_visit([10_000])
    said = clp("LOST", svc("99213", 100, "PR-1 20"), patient=Name(last="Sample2", first="Testa"))
    assert dispositions(Payer().pays(said)) == ["posted"]
    assert bill(visit.id).patient_due == Money(2_000)


def test_an_unbalanced_claim_is_held_alone() -> None:
    visit = insured(10_000, 6_000)
    good = clp(visit.control_number, svc("99213", 100, "PR-1 20"))
    bad = clp(visit.control_number, svc("85025", 60, "PR-1 10"), payer_claim_number="B")._replace(
        billed_cents=6_001
    )
    report = Payer().pays(good, bad)
    assert (report.status, dispositions(report)) == ("posted", ["posted", "held"])
    assert report.sets[0].held == Money(5_000)
    assert total(Account.PAYER_CLEARING) == 13_000


def test_a_dry_run_says_the_same_and_changes_nothing() -> None:
    visit = insured(10_000)
    data = Payer().data(clp(visit.control_number, svc("99213", 100, "PR-1 20")))
    with read_only() as session:
        before = session.scalar(select(func.count()).select_from(JournalEntry))
    dry = post_remittance(data=data, name="a", now=NOW, store=None, dry_run=True)
    with read_only() as session:
        assert session.scalar(select(func.count()).select_from(JournalEntry)) == before
        assert session.scalar(select(func.count()).select_from(RemittanceClaim)) == 0
        assert session.scalars(select(Claim.state)).one() == "open"
    wet = post_remittance(data=data, name="a", now=NOW, store=None)
    assert dry.to_json() == wet.to_json()


def test_the_day_the_last_payer_answered_is_kept_and_taken_back() -> None:
    visit = insured(10_000)
    payer = Payer()
    first = clp(visit.control_number, svc("99213", 100, "PR-1 20"))

    def responsible_on() -> date | None:
        with transaction() as session:
            return session.scalar(select(Visit.responsible_on).where(Visit.id == visit.id))

    payer.pays(first)
    assert responsible_on() == date(2026, 2, 20)
    payer.pays(negated(first))
    assert responsible_on() is None


def test_a_reversal_takes_back_a_decision_on_the_account_where_the_bill_is_now() -> None:
    visit = insured(10_000)
    payer = Payer()
    first = clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50"))
    payer.pays(first)
    with transaction() as session:
        new = Book(session, counter=70).account().id
        patient = session.get_one(Patient, visit.patient_id)
        move_visits(session, [Move(patient, new)], source="test", on=NOW.date())
    payer.pays(negated(first))
    assert (bill(visit.id).patient_due, bill(visit.id).insurance_due) == (ZERO, Money(10_000))
    assert verify_ledger().faults == ()
