"""The office checks what patients sent: side by side, accepted, corrected or sent back, once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from billing.money import Money
from portal.db import read_only, transaction
from portal.models.accounts import Coverage, Patient, RecordVersion
from portal.models.audit import AuditEvent
from portal.models.insurance import InsuranceSubmission
from portal.models.messages import OutboundMessage, ThreadMessage
from portal.models.profiles import Profile
from portal.models.work import WorkItem
from portal.queries.balances import balances
from portal.queries.permissions import ROLES
from portal.queries.viewer import StaffViewer
from portal.services.decide_submission import (
    DecidedAlready,
    Verified,
    accept_submission,
    send_back_submission,
)
from tests.web.insurance_world import World, begun, open_world, photo, send_photo, type_it
from tests.web.pages import Page, PageClient
from tests.web.people import make_login

AsStaff = Callable[[str], PageClient]
AsPatient = Callable[..., PageClient]


@pytest.fixture(autouse=True)
def _clock(staff_app: Flask, patient_app: Flask, now: datetime) -> None:
    staff_app.config["CLOCK"] = patient_app.config["CLOCK"] = lambda: now


@pytest.fixture
def world(database_url: str) -> World:
    return open_world()


@pytest.fixture
def patient(world: World, as_patient: AsPatient) -> PageClient:
    return as_patient(world.account_id)


def sent(patient: PageClient, *, pictures: bool = False, **begin: object) -> int:
    """A replaced plan, in the office's queue."""
    at = begun(patient.post("/insurance/begin", dict(begin)))
    if pictures:
        for side in ("front", "back"):
            send_photo(patient, f"{at}/photo/{side}", photo())
    type_it(patient, at)
    patient.post(f"{at}/send")
    return int(at.rsplit("/", 1)[1])


def about_bill(patient: PageClient, world: World) -> int:
    at = begun(patient.post(f"/bills/{world.visit_id}/insurance/begin"))
    type_it(patient, at)
    patient.post(f"{at}/send")
    return int(at.rsplit("/", 1)[1])


def answers(client: PageClient, submission_id: int, **changes: str) -> dict[str, str]:
    """The form as it stands, with changes."""
    return {**typed_in(client.get(f"/insurance/{submission_id}")), **changes}


def typed_in(page: Page) -> dict[str, str]:
    """What the form of a page holds."""
    said = {
        f.get("name"): f.get("value") or ""
        for f in page.all("input")
        if f.get("type") in {"text", None} and f.get("name")
    }
    for choice in page.all("select"):
        chosen = [o.get("value") for o in choice.iter() if o.get("selected") is not None]
        said[choice.get("name")] = chosen[0] if chosen else ""
    said.pop("term", None)
    return said


def row_of(submission_id: int) -> InsuranceSubmission:
    with read_only() as session:
        return session.get_one(InsuranceSubmission, submission_id)


def due(world: World, now: datetime) -> Money:
    with read_only() as session:
        [account] = balances(session, on=now.date(), visit_ids=[world.visit_id])
        return account.visits[0].due_now


def test_SCH_14_accepting_ends_the_old_plan_and_keeps_it(
    patient: PageClient, world: World, as_staff: AsStaff, now: datetime
) -> None:
    submission_id = sent(patient, pictures=True, coverage=world.coverage_id)
    biller = as_staff("biller")
    assert "1 plan waits for an insurance check" in biller.get("/").text
    listed = biller.get("/insurance/")
    assert f"/insurance/{submission_id}" in " ".join(listed.links())
    page = biller.get(f"/insurance/{submission_id}")
    assert "XYZ900112" in page.text
    assert "OLD12345" in page.text
    assert "Differs" in page.text
    picture = biller.get(f"/insurance/{submission_id}/picture/front").response
    assert picture.mimetype == "image/jpeg"
    assert picture.headers["Cache-Control"] == "no-store"
    page = biller.post(f"/insurance/{submission_id}/accept", answers(biller, submission_id))
    assert page.status == 302, page.text
    with read_only() as session:
        old = session.get_one(Coverage, world.coverage_id)
        new = session.scalars(select(Coverage).where(Coverage.id != old.id)).one()
        assert old.ended_on == date(2025, 12, 31)
        assert (new.member_id, new.effective_on, new.ended_on) == (
            "XYZ900112",
            date(2026, 1, 1),
            None,
        )
        assert (new.verified_at, new.verified_by_id) == (now, biller.login_id)
        kept = session.scalars(
            select(RecordVersion).where(RecordVersion.record == "coverages")
        ).one()
        assert (kept.record_id, kept.before) == (old.id, {"ended_on": None})
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "accept")).one()
        assert event.reason == "as it was sent"
        assert event.patient_ids == [world.patient_id]
        said = session.scalars(select(ThreadMessage).where(ThreadMessage.kind == "answer")).one()
        assert "It is on file now" in said.body
        letter = session.scalars(select(OutboundMessage)).one()
        assert "XYZ" not in letter.body + letter.subject
    assert "1 plan that ended" in patient.get("/insurance").text
    assert row_of(submission_id).coverage_id == new.id
    assert "Checked" in biller.get(f"/accounts/{world.account_id}/people").text


def test_SCH_14_what_the_office_corrects_stands_beside_what_was_typed(
    patient: PageClient, world: World, as_staff: AsStaff
) -> None:
    submission_id = sent(patient, coverage=world.coverage_id)
    biller = as_staff("front_desk")
    biller.post(
        f"/insurance/{submission_id}/accept",
        answers(biller, submission_id, member_id="XYZ900113", group_number="G78"),
    )
    with read_only() as session:
        new = session.scalars(select(Coverage).where(Coverage.id != world.coverage_id)).one()
        assert (new.member_id, new.group_number) == ("XYZ900113", "G78")
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "accept")).one()
        assert event.reason == "corrected member_id, group_number"
    assert row_of(submission_id).member_id == "XYZ900112"


def test_SCH_14_sent_back_with_a_reason_and_sent_again(
    patient: PageClient, world: World, as_staff: AsStaff
) -> None:
    submission_id = sent(patient, coverage=world.coverage_id)
    biller = as_staff("biller")
    page = biller.post(f"/insurance/{submission_id}/send-back", {"reason": ""})
    assert "Enter a reason" in page.text
    biller.post(f"/insurance/{submission_id}/send-back", {"reason": "The back is missing."})
    page = patient.get(f"/insurance/{submission_id}")
    assert page.h1 == "Please look at this again"
    assert "The back is missing." in page.text
    patient.post(f"/insurance/{submission_id}/send")
    assert row_of(submission_id).state == "waiting"


def test_CORE_6_accepted_the_bill_waits_for_the_right_payer(
    patient: PageClient, world: World, as_staff: AsStaff, now: datetime
) -> None:
    submission_id = about_bill(patient, world)
    biller = as_staff("biller")
    biller.post(f"/insurance/{submission_id}/accept", answers(biller, submission_id))
    assert due(world, now) == Money(0)
    with read_only() as session:
        item = session.scalars(select(WorkItem).where(WorkItem.kind == "coverage_changed")).one()
        assert (item.holds_bill, item.closed_at) == (True, None)
    assert (
        "You owe nothing for it until the plan answers"
        in patient.get(f"/insurance/{submission_id}").text
    )
    biller.post(
        f"/queue/{item.id}/close",
        {"close-outcome": "with_the_payer", "close-note": "Sent the claim"},
    )
    assert due(world, now) == Money(6000)


def test_CORE_6_sent_back_the_bill_is_due_again_and_held_when_sent_anew(
    patient: PageClient, world: World, as_staff: AsStaff, now: datetime
) -> None:
    submission_id = about_bill(patient, world)
    biller = as_staff("biller")
    biller.post(f"/insurance/{submission_id}/send-back", {"reason": "Whose card is it?"})
    assert due(world, now) == Money(6000)
    assert "is open again" in patient.get("/messages").text
    patient.post(f"/insurance/{submission_id}/send")
    assert due(world, now) == Money(0)
    with read_only() as session:
        [item] = session.scalars(select(WorkItem).where(WorkItem.kind == "coverage_changed"))
        assert item.closed_at is None


def test_the_same_number_of_another_patient_is_flagged_to_the_office_alone(
    patient: PageClient, world: World, as_staff: AsStaff
) -> None:
    submission_id = sent(patient, coverage=world.coverage_id)
    with transaction() as session:
        other = Patient(
            guarantor_account_id=world.account_id,
            last_name="Other",
            first_name="Olive",
            match_name="other olive",
            birth_on=date(1990, 1, 2),
        )
        session.add(other)
        session.flush()
        payer_id = session.get_one(InsuranceSubmission, submission_id).payer_id
        session.add(
            Coverage(patient_id=other.id, payer_id=payer_id, member_id="xyz-900112", sequence="P")
        )
    page = as_staff("biller").get(f"/insurance/{submission_id}")
    assert "Olive Other has the same member number" in page.text
    assert "Olive" not in patient.get(f"/insurance/{submission_id}").text


def test_the_end_of_a_plan_is_accepted(
    patient: PageClient, world: World, as_staff: AsStaff
) -> None:
    at = begun(patient.post("/insurance/begin", {"coverage": world.coverage_id, "ends": "1"}))
    patient.post(f"{at}/end", {"ends_on": "2/28/2026"})
    submission_id = int(at.rsplit("/", 1)[1])
    biller = as_staff("biller")
    assert "Ends on" in biller.get(f"/insurance/{submission_id}").text
    biller.post(f"/insurance/{submission_id}/accept-end")
    with read_only() as session:
        assert session.get_one(Coverage, world.coverage_id).ended_on == date(2026, 2, 28)


def test_ID_1_an_unlinked_sender_needs_a_patient_first(
    world: World, as_patient: AsPatient, as_staff: AsStaff, now: datetime
) -> None:
    newcomer = as_patient()
    submission_id = sent(newcomer)
    biller = as_staff("biller")
    page = biller.get(f"/insurance/{submission_id}")
    assert "Nobody on file fits by name and birth date" in page.text
    page = biller.post(f"/insurance/{submission_id}/accept", answers(biller, submission_id))
    assert page.status == 200
    assert row_of(submission_id).state == "waiting"
    with transaction() as session:
        known = session.get_one(Patient, world.patient_id)
        session.add(
            Profile(
                login_id=newcomer.login_id,
                first_name=known.first_name,
                last_name=known.last_name,
                birth_on=known.birth_on,
                created_at=now,
            )
        )
    said = answers(biller, submission_id)
    page = biller.post(f"/insurance/{submission_id}/accept", said)
    assert "Choose the patient" in page.text
    said |= {"patient": str(world.patient_id)}
    page = biller.post(f"/insurance/{submission_id}/accept", said)
    assert "Choose how you know" in page.text
    biller.post(f"/insurance/{submission_id}/accept", {**said, "proof": "photo_id"}, expect=302)
    with read_only() as session:
        assert session.scalars(
            select(Coverage.patient_id).where(Coverage.member_id == "XYZ900112")
        ).all() == [world.patient_id]
    assert "On file" in newcomer.get("/insurance").text, "their own words stay theirs"


def test_ID_2_staff_look_for_the_patient_of_an_unlinked_card_and_look_twice(
    world: World, as_patient: AsPatient, as_staff: AsStaff, now: datetime
) -> None:
    newcomer, biller = as_patient(), as_staff("biller")
    submission_id = sent(newcomer)
    with transaction() as session:
        known = session.get_one(Patient, world.patient_id)
        last_name = known.last_name
        session.add(
            Profile(
                login_id=newcomer.login_id,
                first_name="Somebody",
                last_name="Else-Sample",
                birth_on=known.birth_on,
                created_at=now,
            )
        )
    at = f"/insurance/{submission_id}"
    assert "Enter whom to look for" in biller.post(f"{at}/find", {"term": ""}).text
    assert "Nobody was found" in biller.post(f"{at}/find", {"term": "Zzyzx"}).text
    page = biller.post(f"{at}/find", {"term": last_name})
    assert "Differs: name" in page.text
    chosen = typed_in(page) | {"patient": str(world.patient_id), "proof": "called_back"}
    page = biller.post(f"{at}/accept", chosen)
    assert "The name differs: tick this when you are sure." in page.text
    assert row_of(submission_id).state == "waiting"
    biller.post(f"{at}/accept", {**chosen, "looked_again": "y"}, expect=302)
    with read_only() as session:
        stored = select(Coverage.patient_id).where(Coverage.member_id == "XYZ900112")
        assert session.scalars(stored).all() == [world.patient_id]
        reasons = session.execute(
            select(AuditEvent.action, AuditEvent.object_id, AuditEvent.reason).where(
                AuditEvent.login_id == biller.login_id, AuditEvent.action != "view"
            )
        ).all()
    assert ("search", last_name, "") in reasons
    assert any(
        action == "accept" and reason.startswith("attached by called_back, differs in name, ")
        for action, _, reason in reasons
    )
    as_staff("manager").post(f"{at}/find", {"term": last_name}, expect=403)


def test_HIPAA_7_those_who_read_do_not_decide(
    patient: PageClient, world: World, as_staff: AsStaff
) -> None:
    submission_id = sent(patient, coverage=world.coverage_id)
    auditor = as_staff("auditor")
    page = auditor.get(f"/insurance/{submission_id}")
    assert "Accept and put on file" not in page.source
    assert auditor.post(f"/insurance/{submission_id}/accept", {}).status == 403
    as_staff("collections").get(f"/insurance/{submission_id}", expect=403)
    at = begun(patient.post("/insurance/begin", {"patient": world.patient_id}))
    as_staff("biller").get(at, expect=404)  # a draft is its writer's alone


def test_two_members_of_staff_decide_one_submission_once(
    patient: PageClient, world: World, now: datetime
) -> None:
    submission_id = sent(patient, coverage=world.coverage_id)
    payer_id = row_of(submission_id).payer_id
    assert payer_id is not None
    people = [
        StaffViewer(make_login("staff", role="biller"), "biller", ROLES["biller"]) for _ in "ab"
    ]
    verified = Verified(
        payer_id=payer_id,
        plan_name="",
        member_id="XYZ900112",
        group_number="",
        relationship="18",
        subscriber_last_name="",
        subscriber_first_name="",
        subscriber_birth_on=None,
        sequence="P",
        effective_on=date(2026, 1, 1),
        rx_bin="",
        rx_pcn="",
        rx_group="",
    )

    def accept(staff: StaffViewer) -> str:
        try:
            accept_submission(
                submission_id=submission_id,
                whose=None,
                verified=verified,
                staff=staff,
                public_url="http://localhost",
                now=now,
            )
        except DecidedAlready:
            return "late"
        return "done"

    def send_back(staff: StaffViewer) -> str:
        try:
            send_back_submission(
                submission_id=submission_id,
                reason="No",
                staff=staff,
                public_url="http://localhost",
                now=now,
            )
        except DecidedAlready:
            return "late"
        return "done"

    with ThreadPoolExecutor(4) as pool:
        tries = [pool.submit(what, who) for who in people for what in (accept, send_back)]
        outcomes = sorted(one.result() for one in tries)
    assert outcomes == ["done", "late", "late", "late"]
    with read_only() as session:
        new = session.scalars(select(Coverage).where(Coverage.id != world.coverage_id)).all()
        assert len(new) == (row_of(submission_id).state == "accepted")
        told = session.scalars(select(ThreadMessage).where(ThreadMessage.kind == "answer")).all()
        assert len(told) == 1
