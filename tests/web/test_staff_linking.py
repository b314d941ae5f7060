"""People who wait to be linked, as the office sees and decides them (ID-2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.audit import AuditEvent
from portal.models.identity import Login
from portal.queries.link_queue import link_queue, link_request_page
from portal.queries.permissions import ROLES
from portal.queries.viewer import StaffViewer
from portal.services.decide_link import LinkNotDecided, link_to_account, refuse_link
from tests.services.ledger_book import Book
from tests.services.link_world import NOW, ask, newcomer, on_file, opened, standing
from tests.services.staff_world import add_staff
from tests.web.pages import PageClient
from tests.web.people import messages
from tests.web.test_enrolment import start

AsStaff = Callable[[str], PageClient]


@pytest.fixture(autouse=True)
def practice(staff_app: Flask, patient_app: Flask) -> None:
    for flask_app in (staff_app, patient_app):
        flask_app.config["CLOCK"] = lambda: NOW
    with transaction() as session:
        Book(session).practice()


@pytest.fixture
def desk(as_staff: AsStaff) -> PageClient:
    return as_staff("front_desk")


def address_of(login_id: int) -> str:
    with read_only() as session:
        return session.get_one(Login, login_id).email


def test_only_those_who_may_link_see_the_queue(desk: PageClient, as_staff: AsStaff) -> None:
    request = ask(newcomer())
    assert "1 person waits" in desk.get("/").text
    assert "/link-requests/" in desk.get("/accounts/").links()
    page = desk.get("/link-requests/")
    assert f"/link-requests/{request.id}" in page.links()
    assert "Nobody on file answers to all of it" in page.text
    holders = {role for role, held in ROLES.items() if "people.link" in held}
    assert holders == {"front_desk", "biller", "manager"}
    as_staff("payment_poster").get("/link-requests/", expect=403)
    assert "waits to be linked" not in as_staff("payment_poster").get("/").text


def test_both_records_stand_side_by_side_with_what_agrees(desk: PageClient) -> None:
    account_id = on_file()
    request = ask(newcomer(), postal_code="10001", first_name="Testo")
    page = desk.get(f"/link-requests/{request.id}")
    assert "Testo Sample" in page.text
    assert "Testa Sample nearly" in page.text
    assert "April 28, 1986" in page.text
    assert "20852-1234" in page.text
    assert page.text.count("agrees") == 1, "the birth date alone"
    with read_only() as session:
        seen = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.object_type == "link_request")
            .order_by(AuditEvent.id.desc())
            .limit(1)
        ).one()
    assert (seen.action, seen.account_ids) == ("view", [account_id])


def test_ID_2_staff_link_after_a_photo_id_and_keep_how_they_knew(desk: PageClient) -> None:
    account_id, login_id = on_file(), newcomer()
    request = ask(login_id, postal_code="10001")
    path = f"/link-requests/{request.id}"
    desk.get(path)
    page = desk.post(f"{path}/link", {"account": str(account_id)}, expect=200)
    assert "Choose how you checked." in page.text
    said = {"account": str(account_id), "proof": "photo_id", "note": "Maryland ID"}
    assert desk.post(f"{path}/link", said).location == "/link-requests/"
    assert opened(login_id) == [account_id]
    kept = standing(request.id)
    assert (kept.state, kept.proof, kept.note) == ("linked", "photo_id", "Maryland ID")
    assert kept.decided_by_id == desk.login_id
    told = {message.recipient: message.template for message in messages()}
    assert told == {"testa@example.com": "access_granted", address_of(login_id): "linked"}
    with read_only() as session:
        row = session.scalars(select(AuditEvent).where(AuditEvent.reason != "")).one()
    assert (row.login_id, row.account_ids) == (desk.login_id, [account_id])
    assert row.reason == "linked: photo_id: Maryland ID"
    assert "Nobody waits." in desk.get("/link-requests/").text
    assert "Linked by" in desk.get(path).text


@pytest.mark.parametrize(
    ("answer", "subject"), [("refused", "About your sign-in"), ("come_in", "About your sign-in")]
)
def test_ID_4_a_no_is_neutral_and_its_reason_stays_with_us(
    desk: PageClient, answer: str, subject: str
) -> None:
    on_file()
    login_id = newcomer()
    request = ask(login_id, postal_code="10001")
    path = f"/link-requests/{request.id}"
    desk.get(path)
    assert desk.post(f"{path}/refuse", {"no-answer": answer}, expect=200)
    said = {"no-answer": answer, "no-note": "The ZIP is of another state."}
    assert desk.post(f"{path}/refuse", said).location == "/link-requests/"
    [message] = messages()
    assert (message.recipient, message.subject) == (address_of(login_id), subject)
    assert "ZIP" not in message.body
    assert standing(request.id).state == answer
    assert opened(login_id) == []


def test_an_account_without_a_guarantor_is_not_offered(desk: PageClient) -> None:
    account_id = on_file(named=False)
    request = ask(newcomer())
    path = f"/link-requests/{request.id}"
    page = desk.get(path)
    assert "No guarantor is named" in page.text
    desk.post(
        f"{path}/link", {"account": str(account_id), "proof": "photo_id", "note": ""}, expect=200
    )
    staff = add_staff("front_desk")
    with pytest.raises(LinkNotDecided, match="Name the guarantor"):
        decide(request.id, account_id, staff)


def decide(request_id: int, account_id: int, staff: StaffViewer) -> None:
    link_to_account(
        request_id=request_id,
        account_id=account_id,
        proof="photo_id",
        note="",
        staff=staff,
        public_url="",
        now=NOW,
    )


def test_two_at_the_office_decide_one_request_once() -> None:
    account_id, login_id = on_file(), newcomer()
    request = ask(login_id, postal_code="10001")
    staff = add_staff("front_desk")

    def refuse() -> str:
        try:
            refuse_link(request_id=request.id, answer="refused", note="", staff=staff, now=NOW)
        except LinkNotDecided:
            return "late"
        return "refused"

    def link() -> str:
        try:
            decide(request.id, account_id, staff)
        except LinkNotDecided:
            return "late"
        return "linked"

    with ThreadPoolExecutor(2) as threads:
        outcomes = {done.result() for done in [threads.submit(refuse), threads.submit(link)]}
    [won] = outcomes - {"late"}
    assert "late" in outcomes
    assert standing(request.id).state == won
    assert opened(login_id) == ([account_id] if won == "linked" else [])


def test_a_code_that_nobody_used_waits_for_a_person_after_ten_minutes() -> None:
    on_file()
    request = ask(newcomer())
    assert link_queue(now=NOW + timedelta(minutes=9)).rows == []
    [row] = link_queue(now=NOW + timedelta(minutes=11)).rows
    assert (row.id, row.reason) == (request.id, "The code that we sent was not used")


def test_candidates_by_phone_and_by_name_with_another_birth_date() -> None:
    by_phone = on_file(first_name="Gwen", last_name="Example", birth_on=date(1950, 1, 5))
    by_name = on_file(birth_on=date(1986, 8, 24), mobile="", email="")
    on_file(first_name="Gwen", last_name="Other", birth_on=date(1950, 1, 6), mobile="", email="")
    request = ask(newcomer(), phone="+12125550142")
    page = link_request_page(request.id, now=NOW)
    assert page is not None
    assert [one.account_id for one in page.candidates] == [by_name, by_phone]


def test_ID_2_a_code_is_handed_over_and_opens_the_account(
    desk: PageClient, as_staff: AsStaff, patient_app: Flask
) -> None:
    account_id = on_file()
    assert (
        f"/accounts/{account_id}/sign-up-code" in desk.get(f"/accounts/{account_id}/people").links()
    )
    path = f"/accounts/{account_id}/sign-up-code"
    desk.get(path)
    assert "Choose how you checked." in desk.post(path, {}, expect=200).text
    page = desk.post(path, {"proof": "photo_id", "note": "at the visit"}, expect=200)
    assert page.h1 == "Your sign-up code"
    code = find_code(page.text)
    visitor = PageClient(patient_app)
    assert start(visitor, code, "4/28/1986").location == "/enroll/email"
    with read_only() as session:
        row = session.scalars(select(AuditEvent).where(AuditEvent.reason != "")).one()
    assert (row.object_type, row.account_ids) == ("enrolment_code", [account_id])
    assert row.reason == "photo_id: at the visit"
    assert code.replace("-", "") not in row.reason
    as_staff("payment_poster").get(path, expect=403)


def find_code(text: str) -> str:
    """The code on the page: five and five letters and digits."""
    found = re.search(r"\b[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}\b", text)
    assert found, text
    return found[0]


def test_no_code_for_an_account_that_nobody_could_open_with_it(desk: PageClient) -> None:
    account_id = on_file(birth_on=None, patient=False)
    path = f"/accounts/{account_id}/sign-up-code"
    desk.get(path)
    page = desk.post(path, {"proof": "photo_id"}, expect=200)
    assert "needs a guarantor with a birth date" in page.text
    desk.get("/accounts/999999/sign-up-code", expect=404)
