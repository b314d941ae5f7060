"""Sharing an account, acting for somebody, and the way back, as both people see it (HIPAA-9)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.accounts import Patient
from portal.models.audit import AuditEvent
from portal.models.messages import ThreadMessage
from portal.models.proxies import ProxyGrant
from portal.web.access import patient
from tests.services.proxy_world import HELPER, NOW, add_grant, make_own
from tests.web.bills import Bills, account_of_every_kind, make_practice
from tests.web.pages import Page, PageClient
from tests.web.people import make_account, make_login, messages, signed_in

Opens = Callable[..., PageClient]
BANNER = "You are acting for Testa Sample"


@pytest.fixture
def bills(patient_app: Flask) -> Bills:
    patient_app.config["CLOCK"] = lambda: NOW
    make_practice()
    found = account_of_every_kind()
    make_own(found.account_id)
    return found


@pytest.fixture
def testa(bills: Bills, as_patient: Opens) -> PageClient:
    return as_patient(bills.account_id, email="testa@example.com")


def patient_of(bills: Bills) -> Patient:
    with read_only() as session:
        return session.scalars(
            select(Patient).where(Patient.guarantor_account_id == bills.account_id)
        ).one()


@pytest.fixture
def share(bills: Bills, patient_app: Flask) -> Callable[..., PageClient]:
    """`share("bills", "pay")`: a helper's browser that acts for Testa in these."""

    def acting(*scopes: str, email: str = HELPER) -> PageClient:
        helper = make_login("patient", email=email, accounts=[make_account(first_name="Other")])
        own = make_login("patient", accounts=[bills.account_id])
        who, may = patient_of(bills), list(scopes)
        grant = add_grant(who, by=own, proxy=helper, email=email, scopes=may)
        client = signed_in(PageClient(patient_app), helper)
        client.follow(client.post(f"/access/{grant}/act", expect=303))
        return client

    return acting


def invitation() -> str:
    [mail] = [one for one in messages() if one.template == "proxy_invitation"]
    found = re.search(r"/access/invitation/(\S+)", mail.body)
    assert found, mail.body
    return found[0]


def test_invite_accept_act_and_revoke(
    testa: PageClient, as_patient: Opens, stranger: PageClient, patient_app: Flask
) -> None:
    form = testa.get("/access/invite")
    assert "They never need your password" in form.text
    sent = {"email": "Helper@Example.com", "relationship": "spouse", "pay": "y", "months": "12"}
    page = testa.follow(testa.post("/access/invite", sent, expect=302))
    assert "helper@example.com Invited" in page.text
    assert "It would end on March 2, 2027" in page.text
    path = invitation()
    assert "Testa" not in stranger.get(path).text
    helper = as_patient(email=HELPER)
    page = helper.follow(helper.get(path, expect=302))
    assert "Testa Sample would share this with you until March 2, 2027" in page.text
    assert "See bills and statements" in page.text
    page = helper.follow(helper.post(path.replace("invitation", "offer") + "/accept", expect=302))
    assert "You can act for Testa Sample now." in page.text
    [act] = [f.get("action") for f in page.all("form") if f.get("action", "").endswith("/act")]
    page = helper.follow(helper.post(act or "", expect=303))
    assert BANNER in page.text
    assert page.h1 == "Bills"
    assert "Owed for Testa $100.00" in page.text
    assert "You owe $" not in page.text
    page = testa.get("/access/")
    assert "Invited" not in page.text
    [end] = [f.get("action") for f in page.all("form") if f.get("action", "").endswith("/end")]
    testa.follow(testa.post(end or "", expect=302))
    page = helper.follow(helper.get("/bills", expect=303))
    assert "Your access to the other person’s account has ended" in page.text
    assert BANNER not in page.text
    assert "$100.00" not in page.text


def test_ID_9_inviting_asks_for_the_password_first(testa: PageClient) -> None:
    with testa.http.session_transaction() as session:
        session["fs_paa"] = 0
    testa.get("/access/invite", expect=302)
    sent = {"email": HELPER, "relationship": "spouse", "pay": "y", "months": "12"}
    testa.post("/access/invite", sent, expect=302)
    assert messages() == []


def test_ID_9_a_yes_asks_for_the_password_first_and_an_end_never_does(
    testa: PageClient, as_patient: Opens
) -> None:
    """Whoever says yes opens another's account to their sign-in; nobody is kept from shutting one."""
    sent = {"email": HELPER, "relationship": "spouse", "pay": "y", "months": "12"}
    page = testa.follow(testa.post("/access/invite", sent, expect=302))
    [end] = [f.get("action") for f in page.all("form") if f.get("action", "").endswith("/end")]
    path = invitation().replace("invitation", "offer")
    helper = as_patient(email=HELPER)
    helper.get(path)
    for client in (helper, testa):
        with client.http.session_transaction() as session:
            session["fs_paa"] = 0
    page = helper.post(f"{path}/accept", expect=302)
    assert page.location.startswith("/confirm"), page.location
    assert path in page.location
    with read_only() as session:
        assert session.scalars(select(ProxyGrant.accepted_at)).one() is None
    testa.follow(testa.post(end or "", expect=302))
    with read_only() as session:
        assert session.scalars(select(ProxyGrant.ended_at)).one() is not None


def test_HIPAA_9_booking_is_offered_and_both_sides_are_told_who_has_it(
    share: Callable[..., PageClient], testa: PageClient, as_staff: Opens, bills: Bills
) -> None:
    words = "See, book, move and cancel visits"
    assert words in testa.get("/access/invite").text
    share("book", "bills")
    assert testa.get("/access/").text.count(words) == 1
    manager = as_staff("manager")
    assert words in manager.get(f"/accounts/{bills.account_id}/proxies").text


def test_the_way_back(share: Callable[..., PageClient]) -> None:
    helper = share("bills")
    page = helper.get("/bills")
    assert BANNER in page.text
    page = helper.follow(helper.post("/access/back", expect=303))
    assert BANNER not in page.text
    assert "$100.00" not in page.text


def test_HIPAA_9_every_page_says_on_whose_behalf(
    share: Callable[..., PageClient], bills: Bills
) -> None:
    helper = share("full")
    for path in ("/bills", f"/bills/{bills.decided}", "/payments", "/pay", "/messages", "/help"):
        page = helper.get(path)
        assert BANNER in page.text, path
        assert "Testa" not in page.all("title")[0].text


def test_HIPAA_9_own_sign_in_and_settings_are_never_acted(share: Callable[..., PageClient]) -> None:
    helper = share("full")
    for path in ("/account/security", "/contact/", "/paperless", "/details", "/access/"):
        page = helper.get(path, expect=403)
        assert page.h1 == "This page is not shared with you", path
        assert BANNER in page.text


def links_to(page: Page, *starts: str) -> list[str]:
    return [link for link in page.links() if link.startswith(starts)]


def test_links_that_a_proxy_may_not_use_are_not_shown(
    share: Callable[..., PageClient], bills: Bills
) -> None:
    helper = share("bills")
    for path in ("/bills", f"/bills/{bills.decided}", f"/bills/{bills.decided}/entries"):
        page = helper.get(path)
        closed = (
            "/pay?",
            "/messages",
            "/insurance",
            "/contact",
            "/account",
            "/paperless",
            "/credit",
            "/access/",
        )
        assert links_to(page, *closed) == [], path
        assert "/pay" not in page.links(), path
        for link in {one for one in page.links() if one.startswith("/")}:
            helper.follow(helper.get(link.split("#")[0], expect=None))


def test_a_proxy_with_pay_sees_the_button(share: Callable[..., PageClient]) -> None:
    helper = share("pay")
    page = helper.get("/bills")
    assert links_to(page, "/pay")
    assert helper.get("/pay").status == 200


def test_a_form_of_ones_own_account_does_not_reach_the_others(
    share: Callable[..., PageClient],
) -> None:
    """Two tabs: what was opened for one person is refused once the browser acts for another."""
    helper = share("full")
    written = {"subject": "x", "body": "About my sister"}
    token = helper.token
    helper.follow(helper.post("/access/back", expect=303))
    helper.token = token
    assert helper.post("/messages", written).status == 400


def test_HIPAA_3_the_trail_says_who_and_for_whom(
    share: Callable[..., PageClient], as_staff: Opens, bills: Bills, testa: PageClient
) -> None:
    helper = share("bills")
    helper.get(f"/bills/{bills.decided}")
    with read_only() as session:
        row = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        grant = session.scalars(select(ProxyGrant)).one()
    assert row is not None
    assert (row.login_id, row.acting_for) == (helper.login_id, grant.id)
    assert row.account_ids == [bills.account_id]
    page = as_staff("manager").get(f"/accounts/{bills.account_id}/activity")
    assert f"{HELPER} for Testa Sample" in page.text


def test_a_proxys_access_is_asked_anew_by_each_change(
    patient_app: Flask, share: Callable[..., PageClient]
) -> None:
    """Ended between the guard and the view: the try is refused, and never done on one's own account."""

    def racing() -> str:
        with transaction() as session:
            session.scalars(select(ProxyGrant)).one().ended_at = NOW
        from portal.web.access import current_patient

        return str(current_patient().account_ids)

    patient_app.add_url_rule("/racing", "racing", patient(racing), methods=["POST"])
    helper = share("bills")
    page = helper.post("/racing", expect=409)
    assert page.h1 == "Something changed meanwhile"


def test_a_helper_without_an_account_of_their_own_has_a_home(
    bills: Bills, testa: PageClient, as_patient: Opens
) -> None:
    helper = as_patient(email=HELPER)
    assert helper.get("/access/").text
    grant = add_grant(
        patient_of(bills), by=testa.login_id, proxy=helper.login_id, scopes=["insurance"]
    )
    page = helper.follow(helper.post(f"/access/{grant}/act", expect=303))
    assert page.h1 == "What you can do"
    assert BANNER in page.text


def test_a_link_that_nobody_sent_is_not_found(testa: PageClient) -> None:
    page = testa.follow(testa.get("/access/invitation/nonsense", expect=302))
    assert page.status == 404


def test_HIPAA_9_a_helpers_reading_leaves_the_answers_unread_for_the_patient(
    share: Callable[..., PageClient], testa: PageClient, bills: Bills
) -> None:
    helper = share("full")
    other = share("full", email="other.helper@example.com")
    with transaction() as session:
        for author, login_id in (("staff", None), ("patient", helper.login_id)):
            session.add(
                ThreadMessage(
                    guarantor_account_id=bills.account_id,
                    author=author,
                    login_id=login_id,
                    channel="portal",
                    body=f"Said by {author}",
                    at=NOW,
                )
            )
    assert "Menu 1 new" in testa.get("/bills").text
    for _ in range(2):
        page = helper.get("/messages")
        assert "Not read by Testa yet" in page.text
        assert "1 new" not in page.text
    assert "You, March" in page.text
    page = other.get("/messages")
    assert "Another helper, March" in page.text
    assert HELPER not in page.text
    page = testa.get("/messages")
    assert "Menu 1 new" not in testa.get("/bills").text
    assert f"{HELPER}, March" in page.text
    assert "Not read by" not in helper.get("/messages").text
