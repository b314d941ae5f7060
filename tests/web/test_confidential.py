"""Asking to be reached another way on one's own page, what proxies and other readers see of it, and the office's side (HIPAA-10)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.confidential import ConfidentialRequest
from portal.models.work import WorkItem
from tests.services.proxy_world import HELPER, NOW, add_grant, make_own
from tests.web.bills import Bills, account_of_every_kind, make_practice
from tests.web.pages import PageClient
from tests.web.people import digits_in, make_login, messages, signed_in

Opens = Callable[..., PageClient]
SAFE, SAFE_PHONE = "safe@example.com", "+12125550199"
ADDRESS = {
    "street": "9 Safe Harbor",
    "city": "Othertown",
    "state": "ny",
    "postal_code": "10002",
}
SECRETS = ("9 Safe Harbor", SAFE, "555-0199", "This holds since", "reached in another way")


@pytest.fixture
def bills(patient_app: Flask, staff_app: Flask) -> Bills:
    patient_app.config["CLOCK"] = staff_app.config["CLOCK"] = lambda: NOW
    make_practice()
    found = account_of_every_kind()
    make_own(found.account_id)
    return found


@pytest.fixture
def testa(bills: Bills, as_patient: Opens) -> PageClient:
    return as_patient(bills.account_id, email="testa@example.com")


def standing() -> list[ConfidentialRequest]:
    with read_only() as session:
        return list(
            session.scalars(
                select(ConfidentialRequest).where(ConfidentialRequest.ended_at.is_(None))
            )
        )


def ask_for_all(client: PageClient) -> None:
    """A safe address, mailbox and phone, each as its pages ask for it."""
    client.post("/details/confidential/address", ADDRESS, expect=302)
    client.get("/details/confidential/email")
    client.post("/details/confidential/email", {"email": SAFE}, expect=302)
    client.get("/details/confidential/email-code")
    code = digits_in([m for m in messages() if m.recipient == SAFE][-1])
    client.post("/details/confidential/email-code", {"code": code}, expect=302)
    client.get("/details/confidential/phone")
    client.post("/details/confidential/phone", {"mobile": SAFE_PHONE}, expect=302)
    client.get("/details/confidential/phone-code")
    code = digits_in(messages("sms")[-1])
    client.post("/details/confidential/phone-code", {"code": code}, expect=302)


def test_HIPAA_10_one_page_tells_what_holds_and_nothing_asks_why(
    testa: PageClient, bills: Bills
) -> None:
    """ID-9, ID-12: after the password, each new mailbox or phone by its own code; no code to the old one."""
    assert "You need no reason." in testa.get("/details").text
    page = testa.get("/details/confidential/")
    assert "holds at once" in page.text
    ask_for_all(testa)
    page = testa.get("/details/confidential/")
    assert "This holds since" in page.text
    for shown in ("9 Safe Harbor", "Othertown, NY 10002", SAFE, "555-0199"):
        assert shown in page.text
    assert [m.recipient for m in (*messages(), *messages("sms"))] == [SAFE, SAFE_PHONE]
    [row] = standing()
    assert row.account_ids == [bills.account_id]
    assert row.phone_proven_at == NOW
    testa.post("/details/confidential/never", {"no_calls": "y", "shared_phone": "y"}, expect=302)
    assert "No calls" in testa.get("/details/confidential/").text
    testa.get("/details/confidential/end/phone")
    testa.post("/details/confidential/end/phone", {}, expect=302)
    assert (standing()[0].phone, standing()[0].email) == ("", SAFE)
    testa.post("/details/confidential/end/all", {}, expect=302)
    assert standing() == []
    testa.get("/details/confidential/end/nothing", expect=404)


def test_ID_7_a_wrong_code_proves_no_mailbox(testa: PageClient) -> None:
    testa.post("/details/confidential/email", {"email": SAFE}, expect=302)
    page = testa.post("/details/confidential/email-code", {"code": "000000"}, expect=200)
    assert "That code is not right" in page.text
    assert standing() == []


def test_HIPAA_10_a_proxy_and_another_reader_see_no_trace_of_it(
    testa: PageClient, bills: Bills, as_patient: Opens, patient_app: Flask
) -> None:
    """HIPAA-9: on every page that they can open by its address alone, and their own copy of the data."""
    ask_for_all(testa)
    with read_only() as session:
        own = session.scalars(
            select(Patient).where(Patient.guarantor_account_id == bills.account_id)
        ).first()
    helper = make_login("patient", email=HELPER)
    grant_id = add_grant(own, by=testa.login_id, proxy=helper, scopes=["full"])
    proxy = as_patient(email="unused@example.com")
    signed_in(proxy, helper)
    proxy.post(f"/access/{grant_id}/act", {}, expect=303)
    other = as_patient(bills.account_id, email="partner@example.com")
    proxy.get("/details/confidential/", expect=403)
    mine = other.get("/details/confidential/").text
    assert "This holds since" not in mine
    opened = 0
    for client in (proxy, other):
        for rule in patient_app.url_map.iter_rules():
            if rule.arguments or "GET" not in rule.methods or rule.endpoint == "security.logout":
                continue
            answer = client.http.get(rule.rule)
            if answer.status_code == 200 and "html" in answer.content_type:
                opened += 1
                for secret in SECRETS:
                    assert secret not in answer.text, rule.rule
        contact = client.http.get(f"/contact/{bills.account_id}")
        assert "555-0199" not in contact.text
        assert "9 Safe Harbor" not in contact.text
    assert opened > 20


def test_HIPAA_10_the_office_reads_the_flag_signs_and_writes_down(
    testa: PageClient, bills: Bills, as_staff: Callable[[str], PageClient]
) -> None:
    ask_for_all(testa)
    desk = as_staff("front_desk")
    account = f"/accounts/{bills.account_id}"
    head = desk.get(account)
    assert "Confidential contact: use only what stands here." in head.text
    assert "555-0199" in head.text
    assert "9 Safe Harbor" in head.text
    assert "Not yet; it holds all the same" in desk.get(f"{account}/reach").text
    desk.post(f"{account}/reach/sign", {}, expect=302)
    assert "Not yet" not in desk.get(f"{account}/reach").text
    assert "Our office has seen it." in testa.get("/details/confidential/").text
    with read_only() as session:
        items = session.scalars(select(WorkItem).where(WorkItem.kind == "confidential_request"))
        assert all(item.closed_at for item in items)
    page = desk.get(f"{account}/reach/record")
    assert 'value="9 Safe Harbor"' in page.source, "a change is written over what holds"
    half = {"source": "phone", "street": "2 Half Lane"}
    assert "or none of them" in desk.post(f"{account}/reach/record", half, expect=200).text
    desk.post(f"{account}/reach/record", {"source": "phone", "no_texts": "y"}, expect=302)
    assert (standing()[0].street, standing()[0].no_texts) == ("", True)
    desk.get(f"{account}/reach/end")
    desk.post(f"{account}/reach/end", {}, expect=302)
    assert standing() == []
    assert "Nobody asked for another way." in desk.get(f"{account}/reach").text
    assert "Confidential contact: use only" not in desk.get(account).text
    assert as_staff("payment_poster").post(f"{account}/reach/record", half, expect=403)


def test_HIPAA_10_somebody_without_a_record_may_ask_too(bills: Bills, as_patient: Opens) -> None:
    newcomer = as_patient(email="new@example.com")
    newcomer.post("/details/confidential/address", ADDRESS, expect=302)
    assert "9 Safe Harbor" in newcomer.get("/details/confidential/").text
    [row] = standing()
    assert (row.account_ids, row.login_id) == ([], newcomer.login_id)
