"""The invented practice: the same every time, made of every awkward case, and true to the cent in our ledger."""

import json
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from billing.money import total_of
from portal import wiring
from portal.config import Settings
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.remittances import RemittanceClaim, RemittanceRow
from portal.models.statements import Statement
from portal.queries.balances import balances
from portal.queries.claim_balances import claim_balances
from portal.queries.ledger_proof import verify_ledger
from portal.queries.what_changed import what_changed
from portal.services.post_remittance import post_remittance
from portal.services.procedure_words import PROCEDURE_WORDS
from portal.services.run_day import run_day
from portal.x12.claim import Claim
from portal.x12.read_835 import read_remittances
from portal.x12.read_837 import read_claims
from portal.x12.remittance import Remittance
from sandbox.practice import catalogue
from sandbox.practice.adjudication import Adjudicator
from sandbox.practice.generate import invent_practice, write_practice
from sandbox.practice.model import Practice
from sandbox.practice.names import LAST, npi
from tools.demo_practice import at, feed_practice

TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def practice() -> Practice:
    return invent_practice(today=TODAY)


@pytest.fixture(scope="module")
def folder(practice: Practice, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("practice")
    write_practice(practice, made)
    return made


@pytest.fixture(scope="module")
def remittances(folder: Path) -> list[Remittance]:
    files = sorted(folder.glob("835/*")) + sorted(folder.glob("upload/*"))
    return [r for file in files for r in read_remittances(file.read_bytes(), file=file.name)]


def test_same_seed_and_day_write_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_practice(invent_practice(today=TODAY), tmp_path)
    first, second = (
        {str(f.relative_to(root)): f.read_bytes() for f in root.rglob("*") if f.is_file()}
        for root in (folder, tmp_path)
    )
    assert first == second
    other = invent_practice(today=TODAY, seed=7)
    assert [p.person.name for p in other.patients] != [
        p.person.name for p in invent_practice(today=TODAY).patients
    ]


def test_it_is_a_family_practice_of_the_size_the_tour_speaks_of(practice: Practice) -> None:
    guarantors = {p.contact.guarantor.name for p in practice.patients if p.contact}
    assert 80 <= len(practice.patients) <= 115
    assert 55 <= len(guarantors) <= 90
    assert len(catalogue.PAYERS) == 6
    assert len({v.provider.npi for v in practice.visits}) == len(catalogue.PROVIDERS) == 5
    days = [v.on for v in practice.visits]
    assert TODAY - timedelta(days=190) < min(days) < TODAY - timedelta(days=170)
    assert max(days) < TODAY
    assert all(day.weekday() < 5 for day in days)


def test_nobody_can_be_reached_or_mistaken_for_a_real_person(practice: Practice) -> None:
    for patient in practice.patients:
        people = {patient.person, *(m.subscriber for m in patient.memberships)}
        if patient.contact:
            people.add(patient.contact.guarantor)
            assert re.fullmatch(r"(\d{3}-555-01\d\d)?", patient.contact.mobile)
            assert re.fullmatch(r"([a-z.-]+@example\.com)?", patient.contact.email)
        for person in people:
            assert person.last in LAST or person.last.endswith("-Test"), person.name


def test_every_remittance_balances_by_its_own_equations(remittances: list[Remittance]) -> None:
    assert len(remittances) > 60
    assert [r.trace for r in remittances if not r.balanced] == []
    faults = [c.balance_faults for r in remittances for c in r.claims if c.balance_faults]
    assert faults == []
    assert [r.warnings for r in remittances if r.warnings] == []


def test_it_has_every_case_a_billing_office_meets(remittances: list[Remittance]) -> None:
    claims = [claim for r in remittances for claim in r.claims]
    codes = Counter(f"{a.group}-{a.reason}" for c in claims for a in c.all_adjustments)
    for code in ("PR-1", "PR-2", "PR-3", "CO-45", "CO-16", "CO-197", "PR-96", "PR-45", "OA-23"):
        assert codes[code], code
    statuses = {claim.status_code for claim in claims}
    assert {"1", "2", "4", "19", "22"} <= statuses
    assert {"WO", "FB", "L6"} <= {a.reason for r in remittances for a in r.provider_adjustments}
    assert any(c.adjustments and c.lines for c in claims), "a claim-level CAS"
    assert any(c.crossover_payer for c in claims), "a crossover"


def test_forwarded_balances_come_back_to_the_cent(remittances: list[Remittance]) -> None:
    forwarded: Counter[str] = Counter()
    for remittance in remittances:
        for cut in remittance.provider_adjustments:
            if cut.reason == "FB":
                forwarded[cut.reference] += cut.amount_cents
    assert len(forwarded) >= 1
    open_ones = [reference for reference, cents in forwarded.items() if cents]
    assert len(open_ones) <= 1, "only the newest may still be open"


def test_reversals_negate_what_they_name(remittances: list[Remittance]) -> None:
    claims = [claim for r in remittances for claim in r.claims]
    reversals = [claim for claim in claims if claim.status_code == "22"]
    assert len(reversals) == 2
    for reversal in reversals:
        (first,) = (
            c
            for c in claims
            if c.payer_claim_number == reversal.payer_claim_number and c.status_code != "22"
        )
        assert reversal.original_reference == first.payer_claim_number
        assert (reversal.billed_cents, reversal.paid_cents) == (
            -first.billed_cents,
            -first.paid_cents,
        )
        assert sorted((a.group, a.reason, -a.amount_cents) for a in reversal.all_adjustments) == (
            sorted((a.group, a.reason, a.amount_cents) for a in first.all_adjustments)
        )


def test_claims_are_read_back_whole(folder: Path, practice: Practice) -> None:
    claims = [
        claim
        for file in sorted(folder.glob("837P/*"))
        for claim in read_claims(file.read_bytes(), file=file.name)
    ]
    assert all(isinstance(claim, Claim) and not claim.warnings for claim in claims)
    read = {c.control_number for c in claims if isinstance(c, Claim)}
    assert read == {v.control_number for v in practice.visits if not v.self_pay}
    with_copay = {
        c.control_number: c.patient_paid_cents
        for c in claims
        if isinstance(c, Claim) and c.patient_paid_cents
    }
    assert with_copay == {v.control_number: v.desk_copay for v in practice.visits if v.desk_copay}


def test_the_deductible_is_counted_once_in_a_year(practice: Practice) -> None:
    testa = next(p for p in practice.patients if p.person.name == "Testa Sample")
    visit = next(v for v in practice.visits if v.patient is testa and v.billed == 25_000)
    desk = Adjudicator()
    desk.leave_to_meet(visit, testa.memberships[0], 5_000)
    assert desk.decide(visit, on=TODAY).owed == 5_000
    assert desk.decide(visit, on=TODAY).owed == 0, "met; this plan pays visits in full then"


def test_every_service_has_plain_words_on_a_statement() -> None:
    assert set(catalogue.SERVICES) <= set(PROCEDURE_WORDS)


def test_npi_check_digit() -> None:
    assert npi(123456789) == "1234567893"
    assert npi(199990001) == catalogue.PRACTICE_NPI


@pytest.mark.parametrize("today", [date(2027, 1, 4), date(2028, 2, 29), date(2026, 7, 5)])
def test_the_stories_hold_on_any_day(today: date) -> None:
    made = invent_practice(today=today)
    owed = {
        hero.key: [d.owed for d in made.decisions if d.visit.patient is hero.patient]
        for hero in made.heroes
    }
    assert owed["testa"] == [0, 5_000, 2_746]
    left = [key for key in owed if key.startswith(("never_paid", "small_"))]
    assert len(left) == 9, (
        "each by a key of its own: what the demo tells of somebody else leaves them alone"
    )
    assert owed["decided_again"] == [13_000, 13_000, 3_500], "decided, taken back, decided again"
    assert owed["in_process"] == []
    assert all(d.on < today for d in made.decisions)


def test_six_months_of_files_prove_to_the_cent(
    database_url: str, practice: Practice, folder: Path, tmp_path: Path
) -> None:
    settings = Settings.from_env({"KINDBILL_HOME": str(tmp_path)})
    gateways = wiring.build(settings)
    weeks: list[date] = []

    def end_of_week(on: date) -> None:
        weeks.append(on)
        if len(weeks) % 6 == 0:
            run_day(on=on, now=at(on, 10), office=gateways)

    story = json.loads((folder / "story.json").read_text())
    feed_practice(folder, story, gateways=gateways, end_of_week=end_of_week)
    upload = folder / story["upload"]
    report = post_remittance(
        data=upload.read_bytes(), name=upload.name, now=at(TODAY, 9), store=gateways.documents
    ).to_json()
    sets = [one for file in report["files"] for one in file["transactions"]]
    assert [one["status"] for one in sets] == ["posted"]

    with read_only() as session:
        statuses = set(session.scalars(select(RemittanceRow.status)))
        held = session.scalars(
            select(RemittanceClaim.patient_control_number).where(
                RemittanceClaim.disposition.in_(("held", "unmatched"))
            )
        ).all()
        statements = session.scalar(select(func.count()).select_from(Statement))
        testa = session.scalars(
            select(GuarantorAccount).where(GuarantorAccount.last_name == "Sample")
        ).all()
    assert statuses == {"posted"}
    assert "RFM99990" in held, "the visit that was never billed"
    assert len(held) <= 4, held
    assert statements
    assert [account.first_name for account in testa if account.first_name == "Testa"]
    proof = verify_ledger()
    assert proof.ok, list(proof.lines())
    with read_only() as session:
        stories = what_changed(session, balances(session, on=TODAY))
    assert len(stories) > 10
    for story in stories:
        assert story.before + total_of(step.amount for step in story.steps) == story.now, story
    rows = {b["patient_control_number"]: b for b in (c.to_json() for c in claim_balances(on=TODAY))}
    assert min(row["patient_due_cents"] for row in rows.values()) == 0

    def due(key: str) -> list[int]:
        patient = next(hero.patient for hero in practice.heroes if hero.key == key)
        visits = [v for v in practice.visits if v.patient.practice_id == patient.practice_id]
        return [rows[v.control_number]["patient_due_cents"] for v in visits]

    assert due("testa") == [0, 5_000, 2_746, 0]
    assert due("devon") == [0, 6_396, 5_512]
    assert due("two_plans") == [4_000]
    assert due("medicaid") == [0]
    assert due("in_process") == [0, 0]
    assert due("decided_again") == [3_500]
    assert due("denied_16") == due("denied_197") == [0]
    assert due("out_of_network") == [4_000], "PR-45 stays with the plan until a person has looked"
    assert due("claim_level") == [4_137]
    assert due("takeback") == [0], "his copay covers it, whatever the plan took back from us"
    assert due("self_pay") == [22_100]
