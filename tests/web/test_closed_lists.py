"""Lists of many accounts name no restricted one, and no act on many reaches one, for who gave no reason (HIPAA-3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from billing.audit_rules import Restriction
from portal.db import read_only, transaction
from portal.models.accounts import Coverage, GuarantorAccount, Patient
from portal.models.claims import Claim, Visit
from portal.models.eobs import EobEntry
from portal.models.identity import Login
from portal.models.insurance import InsuranceSubmission
from portal.models.payments import PracticeReceipt
from portal.models.profiles import Profile
from portal.models.remittances import RemittanceRow
from portal.models.work import WorkItem
from portal.queries.permissions import ROLES
from portal.queries.staff_submission import staff_submission
from portal.services.restrict_account import restrict_account
from portal.web.access import rule_of
from portal.x12.remittance import Name
from tests.booking_world import MONDAY, open_booking
from tests.services.payer_voice import Payer, book, clp, svc
from tests.services.staff_world import add_staff
from tests.web.pages import Page, PageClient
from tests.web.test_staff_eobs import Typist

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
HIDDEN = "Zelda"
BORN = date(1980, 3, 2)
As = Callable[[str], PageClient]
# Lists on which the restricted person stands in this world, before anybody restricts the account.
EXPECTED = {
    "calendar.index",
    "calendar.sheet",
    "credits.index",
    "denials.index",
    "front_desk.index",
    "insurance.index",
    "visit_tasks.index",
    "work.index",
}


@dataclass
class Office:
    """Three accounts with claims; the third, and the one that has a visit, are Zelda's."""

    client: As
    accounts: list[int]
    numbers: list[str]
    claims: list[Claim]
    patients: list[int]
    visits: list[int]
    booked: int
    batch: str = ""
    entry: str = ""

    def restrict(self) -> None:
        boss = add_staff("manager", "boss@example.com")
        for account_id in (self.accounts[2], self.booked):
            restrict_account(
                staff=boss,
                account_id=account_id,
                kind=Restriction.VIP,
                staff_login_id=None,
                reason="Mayor of the town",
                now=NOW,
            )

    def checks(self, action: str) -> dict[str, str]:
        self.batch = str(uuid4())
        said = {
            "batch": self.batch,
            "received_on": "3/2/2026",
            "control_total": "900",
            "action": action,
        }
        for at, number in enumerate(self.numbers):
            said |= {f"rows-{at}-line": number.replace("-", ""), f"rows-{at}-amount": "300"}
            said[f"rows-{at}-check_number"] = str(100 + at)
        return said


@pytest.fixture
def office(staff_app: Flask, as_staff: As) -> Office:
    staff_app.config["CLOCK"] = lambda: NOW
    world = open_booking(NOW, with_practice=False)
    world.book(world.start(MONDAY, "13:00"), via="staff", now=NOW - timedelta(days=3))
    with book() as found:
        found.practice()
        payer, visits = found.payer(), []
        for _ in range(3):
            patient = found.patient(found.account())
            coverage = found.coverage(patient, payer)
            visit, charges = found.visit(patient, [12_500])
            found.claim(visit, charges, payer, coverage_id=coverage.id)
            visits.append(visit.id)
    with transaction() as session:
        accounts = [session.get_one(Visit, one).guarantor_account_id for one in visits]
        patients = [session.get_one(Visit, one).patient_id for one in visits]
        for account_id in (accounts[2], world.account_id):
            session.get_one(GuarantorAccount, account_id).first_name = HIDDEN
            for patient in session.scalars(
                select(Patient).where(Patient.guarantor_account_id == account_id)
            ):
                patient.first_name, patient.match_name = HIDDEN, "sample zelda"
        numbers = [session.get_one(GuarantorAccount, one).number for one in accounts]
        claims = list(session.scalars(select(Claim).order_by(Claim.visit_id)))
        for account_id, patient_id in zip(accounts, patients, strict=True):
            sender = Login(
                face="patient", email=f"p{account_id}@example.com", fs_uniquifier=f"p{account_id}"
            )
            session.add(sender)
            session.flush()
            session.add(
                WorkItem(
                    dedupe_key=f"x{account_id}",
                    kind="credit",
                    reasons=["a credit"],
                    next_step="Look",
                    guarantor_account_id=account_id,
                    opened_at=NOW,
                    outcome="",
                )
            )
            session.add(
                InsuranceSubmission(
                    login_id=sender.id,
                    patient_id=patient_id,
                    kind="add",
                    payer_text="Blue Example Plan",
                    member_id="X1",
                    state="waiting",
                    begun_at=NOW,
                    sent_at=NOW,
                )
            )
        session.flush()
    denied = svc("99213", 125, "CO-50 125")
    said = [
        clp(one.patient_control_number, denied, patient=Name(last="Sample", first=first))
        for one, first in zip(claims, ("Testa", "Testa", HIDDEN), strict=True)
    ]
    Payer().pays(*said)
    return Office(as_staff, accounts, numbers, claims, patients, visits, world.account_id)


def lists(app: Flask, as_staff: As) -> Iterator[tuple[str, Page]]:
    """Every page without an id in its address, by a role that may see it and opens no restricted account."""
    clients: dict[str, PageClient] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        wanted = rule_of(app.view_functions[rule.endpoint])
        if wanted is None or wanted.face != "staff" or not wanted.permission:
            continue
        if rule.arguments or "GET" not in (rule.methods or ()):
            continue
        role = next(
            (
                name
                for name, permissions in ROLES.items()
                if wanted.permission in permissions
                and "accounts.open_restricted" not in permissions
                and {"accounts.view", "insurance.view"} & set(permissions)
            ),
            "",
        )
        if role:
            client = clients.setdefault(role, as_staff(role))
            page = client.get(rule.rule, expect=None)
            yield rule.endpoint, page


def test_HIPAA_3_no_list_of_the_office_names_a_restricted_account(
    staff_app: Flask, as_staff: As, office: Office
) -> None:
    poster = as_staff("payment_poster")
    poster.post("/batches/new", office.checks("post"), expect=302)
    named = {name for name, page in lists(staff_app, as_staff) if HIDDEN in page.source}
    assert named >= EXPECTED, "the walk looks in the wrong place"
    office.restrict()
    after = dict(lists(staff_app, as_staff))
    assert {name for name, page in after.items() if HIDDEN in page.source} == set()
    gone = {name for name in named if "Restricted account" not in after[name].text}
    assert gone == set(), "each line stays, without its name"


def test_HIPAA_3_a_remittance_an_eob_and_a_batch_of_many_name_no_restricted_account(
    as_staff: As, office: Office
) -> None:
    poster, typist = as_staff("payment_poster"), Typist(as_staff("biller"), 0, office.claims[0])
    poster.post("/batches/new", office.checks("post"), expect=302)
    typist.begin()
    for version, claim in enumerate(office.claims, 1):
        said = {"version": str(version), "claim": str(claim.id)}
        typist.client.post(typist.at("/claims"), said, expect=302)
    with read_only() as session:
        remittance = session.scalars(select(RemittanceRow.id)).one()
    pages = [
        (poster, f"/batches/{office.batch}"),
        (poster, f"/remittances/{remittance}"),
        (typist.client, typist.at()),
        (typist.client, typist.at("/preview")),
    ]
    assert all(HIDDEN in client.get(path).source for client, path in pages)
    office.restrict()
    for client, path in pages:
        page = client.get(path)
        assert HIDDEN not in page.source, path
        assert "Restricted account" in page.text, path


def test_HIPAA_3_a_claim_of_a_restricted_account_is_not_put_on_an_eob_of_many(
    as_staff: As, office: Office
) -> None:
    typist = Typist(as_staff("biller"), 0, office.claims[0])
    typist.begin()
    office.restrict()
    for version, claim in enumerate(office.claims[:2], 1):
        said = {"version": str(version), "claim": str(claim.id)}
        typist.client.post(typist.at("/claims"), said, expect=302)
    said = {"version": "3", "claim": str(office.claims[2].id)}
    page = typist.client.post(typist.at("/claims"), said, expect=403)
    assert f"/restricted/{office.accounts[2]}/open" in page.links()
    with read_only() as session:
        document = session.scalars(select(EobEntry.document)).one()
    assert [one["claim_id"] for one in document["claims"]] == [c.id for c in office.claims[:2]]


def test_HIPAA_3_a_batch_with_a_check_for_a_restricted_account_is_not_posted(
    as_staff: As, office: Office
) -> None:
    poster = as_staff("payment_poster")
    office.restrict()
    assert HIDDEN not in poster.post("/batches/new", office.checks("check")).source
    page = poster.post("/batches/new", office.checks("post"), expect=403)
    assert page.h1 == "This account is restricted"
    with read_only() as session:
        assert session.scalar(select(func.count()).select_from(PracticeReceipt)) == 0


def test_HIPAA_3_no_check_of_a_restricted_account_is_taken_back(
    as_staff: As, office: Office
) -> None:
    poster = as_staff("payment_poster")
    poster.post("/batches/new", office.checks("post"), expect=302)
    office.restrict()
    with read_only() as session:
        found = session.execute(
            select(PracticeReceipt.receipt_id, Patient.guarantor_account_id).join(
                Patient, Patient.id == PracticeReceipt.patient_id
            )
        )
        receipts = {row.guarantor_account_id: row.receipt_id for row in found}
    at = f"/batches/{office.batch}"
    poster.post(f"{at}/{receipts[office.accounts[2]]}/returned", expect=403)
    poster.post(f"{at}/{receipts[office.accounts[0]]}/returned", expect=302)


def test_HIPAA_3_a_card_is_not_put_on_file_of_a_restricted_account_among_many(
    as_staff: As, office: Office
) -> None:
    """An unlinked sender may be any of three; only the restricted one is closed."""
    with transaction() as session:
        for patient_id in office.patients:
            patient = session.get_one(Patient, patient_id)
            patient.birth_on, patient.match_name = BORN, "same testa"
            patient.first_name, patient.last_name = "Testa", "Same"
        sender = Login(face="patient", email="new@example.com", name="x", fs_uniquifier="new")
        session.add(sender)
        session.flush()
        names = {"first_name": "Testa", "last_name": "Same", "birth_on": BORN}
        session.add(Profile(login_id=sender.id, created_at=NOW, **names))
        row = InsuranceSubmission(
            login_id=sender.id,
            kind="add",
            payer_id=office.claims[0].payer_id,
            member_id="X1",
            state="waiting",
            begun_at=NOW,
            sent_at=NOW,
        )
        session.add(row)
        session.flush()
        submission_id = row.id
        before = session.scalar(select(func.count()).select_from(Coverage))
    office.restrict()
    desk = as_staff("biller")
    people = staff_submission(submission_id, on=NOW.date())
    assert people is not None
    assert len(people.account_ids) == 3, "more than a page about one"
    said = {
        "patient": str(office.patients[2]),
        "proof": "photo_id",
        "looked_again": "y",
        "payer_id": str(office.claims[0].payer_id),
        "member_id": "X1",
        "relationship": "18",
        "sequence": "P",
        "effective_on": "1/1/2026",
    }
    page = desk.post(f"/insurance/{submission_id}/accept", said, expect=403)
    assert page.h1 == "This account is restricted"
    with read_only() as session:
        assert session.scalar(select(func.count()).select_from(Coverage)) == before
