"""A patient's insurance pages: photo first, read, checked by them, sent, and nobody else's business."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from billing.holds import Condition
from billing.money import Money
from portal.db import read_only, transaction
from portal.models.accounts import AccountCondition, Coverage, Patient
from portal.models.audit import AuditEvent
from portal.models.insurance import CardImage, CardReading, InsuranceSubmission
from portal.models.work import WorkItem
from portal.queries.balances import balances
from tests.web.insurance_world import (
    CARD,
    SaidReader,
    World,
    begun,
    open_world,
    photo,
    reads,
    run_jobs,
    send_photo,
    type_it,
)
from tests.web.pages import PageClient
from tests.web.people import make_account, signed_in

AsPatient = Callable[..., PageClient]


@pytest.fixture(autouse=True)
def _clock(patient_app: Flask, now: datetime) -> None:
    patient_app.config["CLOCK"] = lambda: now


@pytest.fixture
def world(database_url: str) -> World:
    return open_world()


@pytest.fixture
def client(world: World, as_patient: AsPatient) -> PageClient:
    return as_patient(world.account_id)


def only_submission() -> InsuranceSubmission:
    with read_only() as session:
        return session.scalars(select(InsuranceSubmission)).one()


def begin(client: PageClient, **fields: object) -> str:
    return begun(client.post("/insurance/begin", dict(fields)))


def test_SCH_14_from_two_photos_to_the_office(
    client: PageClient, world: World, patient_app: Flask, now: datetime
) -> None:
    reads(patient_app, SaidReader("Blue Example Plan", "Member ID: XYZ900112", "Group: G77"))
    page = client.get("/insurance")
    assert "OLD12345" in page.text
    at = begin(client, coverage=world.coverage_id)
    page = send_photo(client, f"{at}/photo/front", photo())
    assert page.location.endswith("/photo/back")
    page = send_photo(client, f"{at}/photo/back", photo("PNG"))
    assert page.location.endswith("/reading")
    page = client.get(f"{at}/reading")
    assert page.h1 == "Reading your card"
    assert 'data-waiting="1"' in page.source
    run_jobs(patient_app, now)
    page = client.get(f"{at}/reading", expect=302)
    page = client.get(page.location)
    assert "Read from your card. Please check it." in page.text
    values = {f.get("name"): f.get("value") for f in page.all("input")}
    assert values["member_id"] == "XYZ900112"
    assert only_submission().member_id == "", "nothing is kept before the confirming click"
    page = type_it(client, at)
    assert page.h1 == "Is this right?"
    assert "XYZ900112" in page.text
    assert only_submission().state == "draft"
    client.follow(client.post(f"{at}/send"))
    row = only_submission()
    assert (row.state, row.kind, row.member_id, row.payer_text) == (
        "waiting",
        "replace",
        "XYZ900112",
        "Blue Example Plan",
    )
    assert row.payer_id is not None
    with read_only() as session:
        assert session.scalars(select(func.count(Coverage.id))).one() == 1, "the office decides"


def test_SCH_14_one_side_alone_does_not_go_on(client: PageClient, world: World) -> None:
    at = begin(client, patient=world.patient_id)
    page = client.get(f"{at}/photo/front")
    [camera] = [f for f in page.all("input") if f.get("name") == "photo"]
    assert (camera.get("accept"), camera.get("capture")) == ("image/*", "environment")
    send_photo(client, f"{at}/photo/front", photo())
    assert client.get(f"{at}/reading", expect=302).location.endswith("/photo/back")
    assert client.get(f"{at}/card").h1 == "What is on the card", "typing always works"


def test_SCH_14_a_reader_that_breaks_leaves_typing(
    client: PageClient, world: World, patient_app: Flask, now: datetime
) -> None:
    reads(patient_app, SaidReader(broken=True))
    at = begin(client, patient=world.patient_id)
    for side in ("front", "back"):
        send_photo(client, f"{at}/photo/{side}", photo())
    run_jobs(patient_app, now)
    with read_only() as session:
        assert session.scalars(select(CardReading.state)).one() == "failed"
    page = client.follow(client.get(f"{at}/reading", expect=302))
    assert "We could not read your card. Please type what is on it." in page.text


def test_SCH_14_a_reader_that_never_comes_lets_people_go_on(
    client: PageClient, world: World, patient_app: Flask, now: datetime
) -> None:
    at = begin(client, patient=world.patient_id)
    for side in ("front", "back"):
        send_photo(client, f"{at}/photo/{side}", photo())
    patient_app.config["CLOCK"] = lambda: now + timedelta(seconds=61)
    assert client.get(f"{at}/reading", expect=302).location.endswith("/card")


def test_SCH_14_what_was_typed_is_never_overwritten(
    client: PageClient, world: World, patient_app: Flask, now: datetime
) -> None:
    reads(patient_app, SaidReader("Member ID: OTHER4711"))
    at = begin(client, patient=world.patient_id)
    client.post(f"{at}/card", CARD)
    for side in ("front", "back"):
        send_photo(client, f"{at}/photo/{side}", photo())
    run_jobs(patient_app, now)
    assert "XYZ900112" in client.get(f"{at}/card").source
    assert "OTHER4711" not in client.get(f"{at}/card").source


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"MZ this is a program", "We cannot open this kind of file"),
        (b"\xff\xd8\xff" + b"cut short", "We could not open this file"),
        (photo(width=600), "too small to read"),
        (b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), "too big"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "We cannot open this kind of file"),
    ],
    ids=["empty", "program", "cut", "small", "big", "svg"],
)
def test_HIPAA_18_bad_files_get_plain_words(
    client: PageClient, world: World, content: bytes, words: str
) -> None:
    at = begin(client, patient=world.patient_id)
    page = send_photo(client, f"{at}/photo/front", content)
    assert page.status == 200
    assert words in page.text
    with read_only() as session:
        assert session.scalars(select(CardImage)).all() == []


def test_HIPAA_18_a_picture_is_its_senders_alone(
    client: PageClient, world: World, as_patient: AsPatient
) -> None:
    at = begin(client, patient=world.patient_id)
    send_photo(client, f"{at}/photo/front", photo())
    shown = client.get(f"{at}/picture/front").response
    assert shown.mimetype == "image/jpeg"
    assert shown.headers["Content-Disposition"] == 'inline; filename="card-front.jpg"'
    assert shown.headers["Cache-Control"] == "no-store"
    client.get(f"{at}/picture/back", expect=404)
    client.get(f"{at}/picture/other", expect=404)
    for stranger in (as_patient(make_account()), as_patient()):
        for page in ("", "/picture/front", "/card", "/whose", "/when", "/reading", "/photo/front"):
            stranger.get(f"{at}{page}", expect=404)
        for page in ("/send", "/take-back", "/card", "/photo/front"):
            assert stranger.post(f"{at}{page}").status == 404
    # Another reader of the same account sees the coverage, and not what this one is typing.
    other = as_patient(world.account_id)
    assert "OLD12345" in other.get("/insurance").text
    other.get(at, expect=404)
    with read_only() as session:
        seen = session.scalars(select(AuditEvent).where(AuditEvent.object_type == "card_picture"))
        assert {row.outcome for row in seen} == {"ok"}


def test_nobody_begins_about_another_persons_patient_plan_or_bill(
    world: World, as_patient: AsPatient
) -> None:
    stranger = as_patient(make_account())
    assert stranger.post("/insurance/begin", {"patient": world.patient_id}).status == 404
    assert stranger.post("/insurance/begin", {"coverage": world.coverage_id}).status == 404
    assert stranger.post(f"/bills/{world.visit_id}/insurance/begin").status == 404
    stranger.get(f"/bills/{world.visit_id}/insurance", expect=404)
    with read_only() as session:
        assert session.scalars(select(InsuranceSubmission)).all() == []


def test_ID_1_somebody_unlinked_sends_their_own(world: World, as_patient: AsPatient) -> None:
    newcomer = as_patient()
    assert "No plan on file" in newcomer.get("/insurance").text
    at = begin(newcomer)
    type_it(newcomer, at)
    newcomer.follow(newcomer.post(f"{at}/send"))
    row = only_submission()
    assert (row.patient_id, row.state) == (None, "waiting")
    assert "We are checking it" in newcomer.get("/insurance").text


def test_the_same_beginning_twice_is_one_draft(client: PageClient, world: World) -> None:
    assert begin(client, patient=world.patient_id) == begin(client, patient=world.patient_id)


def test_SCH_14_a_wrong_medicare_number_is_said_at_once(client: PageClient, world: World) -> None:
    with transaction() as session:
        session.get_one(Coverage, world.coverage_id).filing_code = "MB"
    at = begin(client, patient=world.patient_id)
    page = client.post(f"{at}/card", {**CARD, "payer_text": "Acme Health"})
    assert "A Medicare number has 11 letters and numbers" in page.text
    page = client.post(
        f"{at}/card", {**CARD, "payer_text": "Acme Health", "member_id": "1EG4-TE5-MK73"}
    )
    assert page.status == 302


def test_another_persons_plan_needs_their_name_and_birth_date(
    client: PageClient, world: World
) -> None:
    at = begin(client, patient=world.patient_id)
    page = client.post(f"{at}/whose", {"relationship": "19"})
    assert "Enter their birth date" in page.text
    page = client.post(
        f"{at}/whose",
        {
            "relationship": "19",
            "subscriber_last_name": "Sample",
            "subscriber_birth_on": "4/28/2030",
        },
    )
    assert "Enter their birth date" in page.text


def test_another_plan_begins_in_the_name_and_turn_of_the_one_before(
    client: PageClient, world: World
) -> None:
    with transaction() as session:
        old = session.get_one(Coverage, world.coverage_id)
        old.relationship, old.sequence = "19", "S"
        old.subscriber_last_name, old.subscriber_birth_on = "Parent", date(1980, 4, 28)
    at = begin(client, coverage=world.coverage_id)
    row = only_submission()
    assert (row.relationship, row.sequence) == ("19", "S")
    assert (row.subscriber_last_name, row.subscriber_birth_on) == ("Parent", date(1980, 4, 28))
    client.post(f"{at}/take-back")
    with transaction() as session:
        old = session.get_one(Coverage, world.coverage_id)
        old.relationship, old.sequence = "21", "A"  # codes of a claim that no form of ours offers
    client.get(begin(client, coverage=world.coverage_id))


def test_an_unfinished_one_is_not_sent(client: PageClient, world: World) -> None:
    at = begin(client, patient=world.patient_id)
    page = client.post(f"{at}/send")
    assert page.h1 == "Something is missing"
    assert only_submission().state == "draft"


def test_what_is_with_the_office_is_not_changed_but_taken_back(
    client: PageClient, world: World
) -> None:
    at = begin(client, patient=world.patient_id)
    type_it(client, at)
    client.post(f"{at}/send")
    assert client.post(f"{at}/card", {**CARD, "member_id": "CHANGED1"}).location.endswith(at)
    assert only_submission().member_id == "XYZ900112"
    client.post(f"{at}/take-back")
    assert only_submission().state == "withdrawn"


def test_the_end_of_a_plan(client: PageClient, world: World) -> None:
    at = begin(client, coverage=world.coverage_id, ends="1")
    assert client.get(f"{at}/end").h1 == "When did it end?"
    page = client.follow(client.post(f"{at}/end", {"ends_on": "2/28/2026"}))
    assert page.h1 == "We are checking it"
    row = only_submission()
    assert (row.kind, row.state, row.ends_on.isoformat()) == ("end", "waiting", "2026-02-28")


def due(world: World, now: datetime) -> Money:
    with read_only() as session:
        [account] = balances(session, on=now.date(), visit_ids=[world.visit_id])
        return account.visits[0].due_now


def test_CORE_6_a_bill_with_the_wrong_insurance_is_held_at_once_and_until_the_end(
    client: PageClient, world: World, now: datetime
) -> None:
    assert due(world, now) == Money(6000)
    bill = f"/bills/{world.visit_id}"
    assert f"{bill}/insurance" in client.get(bill).links()
    assert "We put this bill on hold at once" in client.get(f"{bill}/insurance").text
    at = begun(client.post(f"{bill}/insurance/begin"))
    assert due(world, now) == Money(0)
    page = client.get(bill)
    assert "On hold" in page.text
    assert "You owe nothing for it now" in page.text
    assert "Pay $60.00" not in page.text
    row = only_submission()
    assert (row.visit_id, row.kind, row.replaces_coverage_id) == (
        world.visit_id,
        "replace",
        world.coverage_id,
    )
    with read_only() as session:
        item = session.scalars(select(WorkItem).where(WorkItem.kind == "coverage_changed")).one()
        assert (item.amount, item.visit_id) == (Money(6000), world.visit_id)
        held = session.scalars(select(AccountCondition)).one()
        assert (held.kind, held.visit_id) == (Condition.COVERAGE_CHANGED, world.visit_id)
    assert begun(client.post(f"{bill}/insurance/begin")) == at
    client.post(f"{at}/take-back")
    assert due(world, now) == Money(6000)
    with read_only() as session:
        item = session.scalars(select(WorkItem).where(WorkItem.kind == "coverage_changed")).one()
        assert (item.outcome, item.closed_at) == ("withdrawn", now)


def test_SCH_14_after_a_year_the_card_is_asked_for_again(
    client: PageClient, world: World, patient_app: Flask, now: datetime
) -> None:
    with transaction() as session:
        session.get_one(Coverage, world.coverage_id).verified_at = now
    assert "Is your insurance still the same?" not in client.get("/bills").text
    patient_app.config["CLOCK"] = lambda: now + timedelta(days=366)
    again = signed_in(PageClient(patient_app), client.login_id)
    assert "Is your insurance still the same?" in again.get("/bills").text
    assert "We have not seen your card for a year" in again.get("/insurance").text


def test_SCH_14_a_child_of_two_plans_is_told_whose_usually_pays_first(
    client: PageClient, world: World
) -> None:
    """Ann's plan is on file, Bob's is typed now; Ann is older, and Bob's birthday comes first in the year."""
    with transaction() as session:
        session.get_one(Patient, world.patient_id).birth_on = date(2015, 6, 1)
        anns = session.get_one(Coverage, world.coverage_id)
        anns.relationship, anns.subscriber_first_name = "19", "Ann"
        anns.subscriber_birth_on = date(1980, 9, 9)
    at = begin(client, patient=world.patient_id)
    bob = {"subscriber_first_name": "Bob", "subscriber_last_name": "Sample"}
    page = type_it(client, at, relationship="19", subscriber_birth_on="3/4/1985", **bob)
    hint = "the parent with the earlier birthday in the year is usually first."
    assert (
        f"{hint} Here that is Blue Example Plan (Bob). A court order can say otherwise."
        in page.text
    )
    page = type_it(client, at, relationship="18")
    assert hint not in page.text, "a plan of one's own is no parent's"
