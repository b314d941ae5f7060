"""A parent asks online to see a child's account; the office checks, and answers (HIPAA-9, ID-4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only
from portal.models.audit import AuditEvent
from portal.models.proxies import ParentRequest, ProxyGrant
from portal.queries.permissions import ROLES
from tests.services.proxy_world import NOW, add_person
from tests.web.bills import make_practice
from tests.web.pages import PageClient
from tests.web.people import messages

Opens = Callable[..., PageClient]
PARENT = "parent@example.com"
CHILD = {
    "first_name": "Kiddo",
    "last_name": "Sample",
    "birth_on": "5/4/2018",
    "relationship": "parent",
    "paper": "birth_certificate",
}


@pytest.fixture
def parent(patient_app: Flask, staff_app: Flask, as_patient: Opens) -> PageClient:
    for flask_app in (patient_app, staff_app):
        flask_app.config["CLOCK"] = lambda: NOW
    make_practice()
    return as_patient(email=PARENT)


@pytest.fixture
def desk(as_staff: Callable[[str], PageClient]) -> PageClient:
    return as_staff("front_desk")


def ask(parent: PageClient, **said: str) -> ParentRequest:
    parent.get("/access/child")
    parent.follow(parent.post("/access/child", {**CHILD, **said}, expect=302))
    with read_only() as session:
        return session.scalars(select(ParentRequest).order_by(ParentRequest.id.desc())).first()


def test_a_parent_asks_is_checked_invited_and_acts(parent: PageClient, desk: PageClient) -> None:
    kiddo = add_person("Kiddo", date(2018, 5, 4))
    assert "/access/child" in parent.get("/access/").links()
    request = ask(parent)
    assert "You asked our office Kiddo Sample" in parent.get("/access/").text
    assert "1 parent asks" in desk.get("/").text
    assert "/parent-requests/" in desk.get("/accounts/").links()
    path = f"/parent-requests/{request.id}"
    assert path in desk.get("/parent-requests/").links()
    page = desk.get(path)
    assert "A birth certificate" in page.text
    assert f"{PARENT} (proven)" in page.text
    assert "Kiddo Sample agrees" in page.text
    sent = {"patient": str(kiddo.id), "full": "y"}
    page = desk.post(f"{path}/invite", sent, expect=200)
    assert "Enter who was checked, and which paper you saw." in page.text
    seen = "Photo ID and birth certificate"
    desk.follow(desk.post(f"{path}/invite", {**sent, "checked": seen}, expect=302))
    assert "Invited by" in desk.get(path).text
    assert "Nobody waits" in desk.get("/parent-requests/").text
    desk.post(f"{path}/invite", {**sent, "checked": seen}, expect=200)
    with read_only() as session:
        grant = session.scalars(select(ProxyGrant)).one()
        row = session.scalars(select(AuditEvent).where(AuditEvent.action == "grant")).one()
    assert (grant.email, grant.of_minor, grant.checked) == (PARENT, True, seen)
    assert (grant.ends_on, row.reason) == (date(2036, 5, 4), seen)
    [mail] = [one for one in messages() if one.template == "proxy_invitation"]
    assert mail.recipient == PARENT
    path = mail.body.split("/access/invitation/")[1].split()[0]
    page = parent.get(f"/access/offer/{path}")
    assert "Read and write messages with our office" in page.text
    parent.follow(parent.post(f"/access/offer/{path}/accept", expect=302))
    assert "You asked our office" not in parent.get("/access/").text


def test_ID_4_the_answers_are_the_same_whether_there_is_such_a_child(
    parent: PageClient, desk: PageClient, as_patient: Opens
) -> None:
    """Page after page, and mail after mail: one asks for a child on file, one for nobody."""
    add_person("Kiddo", date(2018, 5, 4))
    other = as_patient(email="other.parent@example.com")
    told: list[list[str]] = []
    for client, first_name in ((parent, "Kiddo"), (other, "Nobody")):
        request = ask(client, first_name=first_name)
        seen = [client.get("/access/").text.replace(first_name, "X")]
        path = f"/parent-requests/{request.id}"
        for answer in ("come_in", "refused"):
            page = desk.get(path)
            assert ("Kiddo Sample agrees" in page.text) == (first_name == "Kiddo")
            said = {"no-answer": answer, "no-note": "The ID was somebody else’s"}
            desk.follow(desk.post(f"{path}/refuse", said, expect=302))
            mail = messages()[-1]
            seen.append(f"{mail.subject} {mail.body}")
            seen.append(client.get("/access/").text)
            path = f"/parent-requests/{ask(client, first_name=first_name).id}"
        told.append(seen)
        assert "The ID was" not in " ".join(seen)
        assert "Kiddo" not in " ".join(one for one in seen if "@" not in one)
    assert told[0] == told[1]


def test_HIPAA_9_what_the_form_refuses_by_what_was_typed_alone(parent: PageClient) -> None:
    for born, words in (
        ("3/2/2008", "From 18 on, they invite you themselves"),
        ("3/3/2026", "Enter the birth date as in the child’s papers"),
        ("", "Enter the child’s birth date"),
    ):
        page = parent.post("/access/child", {**CHILD, "birth_on": born}, expect=200)
        assert words in page.text, born
    for born in ("3/3/2008", "3/2/2026"):
        ask(parent, birth_on=born)


def test_asking_again_takes_the_place_and_too_often_waits(parent: PageClient) -> None:
    ask(parent)
    ask(parent, paper="court_paper")
    with read_only() as session:
        states = session.scalars(select(ParentRequest.state).order_by(ParentRequest.id)).all()
    assert list(states) == ["replaced", "waiting"]
    for _ in range(20):
        page = parent.post("/access/child", CHILD, expect=None)
        if page.status == 200:
            break
    assert "too many tries" in page.text


def test_HIPAA_9_no_account_is_offered_that_a_parent_must_not_see(
    parent: PageClient, desk: PageClient, as_staff: Callable[[str], PageClient]
) -> None:
    add_person("Kiddo", date(2018, 5, 4), confidential=True)
    grown = add_person("Kiddo", date(2005, 5, 4))
    path = f"/parent-requests/{ask(parent).id}"
    page = desk.get(path)
    assert "Asked for an account that nobody else sees" in page.text
    assert "Invite them" not in page.text
    assert f"/accounts/{grown.guarantor_account_id}" not in page.links()
    desk.post(f"{path}/invite", {"patient": str(grown.id), "pay": "y", "checked": "x"}, expect=200)
    with read_only() as session:
        assert session.scalars(select(ProxyGrant)).all() == []
    holders = {role for role, held in ROLES.items() if "proxies.grant" in held}
    assert holders == {"front_desk", "biller", "manager"}
    as_staff("payment_poster").get(path, expect=403)
