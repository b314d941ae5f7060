"""What somebody who came by a text may open, for how long, and that everything else stays shut."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from billing import entries
from billing.ledger import Account
from billing.money import Money
from portal.db import transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.payments import Payment
from portal.models.statements import Statement, StatementDelivery
from portal.models.text_links import GuestSession
from portal.services.cut_statements import cut_statements
from portal.services.post_entry import post_entry
from portal.web.access import current_patient, patient_or_guest, rule_of
from tests.services.ledger_book import Book, party_of
from tests.web.bills import NOW, ON, Bills, account_of_every_kind, make_practice
from tests.web.pages import PageClient
from tests.web.people import make_login, signed_in
from tests.web.texted import (
    BIRTH,
    answer,
    as_guest,
    give_phone,
    link_for,
    texted_account,
    type_code,
)

# Every page that a guest may open. A new one is closed until it is written here on purpose.
OPEN_TO_GUESTS = {
    "overview.home",
    "payments.ahead",
    "payments.begin",
    "payments.cancelled",
    "payments.lines",
    "payments.receipt",
    "payments.receipt_pdf",
    "payments.result",
    "payments.rest",
    "payments.returned",
    "payments.review",
    "payments.split",
    "payments.start",
    "statements.bill",
    "statements.compare",
    "statements.entries",
    "statements.pdf",
    "statements.statement",
    "statements.where",
    "text_link.arrive",
    "visits.calendar",
    "visits.cancel",
    "visits.confirm",
    "visits.confirm_move",
    "visits.move",
    "visits.move_hold",
    "visits.visit",
}
OLD = "2025-0007"
PAYMENT = UUID("5c0ffee0-0000-4000-8000-000000000001")


@pytest.fixture
def at(patient_app: Flask) -> Callable[[datetime], None]:
    def set_clock(moment: datetime) -> None:
        patient_app.config["CLOCK"] = lambda: moment

    set_clock(NOW)
    return set_clock


@pytest.fixture
def bills(database_url: str) -> Bills:
    """One account with a newest and an older statement, and a payment that its sign-in made."""
    make_practice()
    found = account_of_every_kind()
    give_phone(found.account_id)
    cut_statements(on=ON, now=NOW, public_url="http://localhost:8000")
    with transaction() as session:
        newest = session.scalars(select(Statement)).one()
        older = Statement(
            number=OLD,
            guarantor_account_id=found.account_id,
            cycle_on=date(2025, 12, 1),
            cut_at=NOW,
            ledger_position=0,
            due_on=date(2025, 12, 28),
            amount_due=Money(6000),
            previous_balance=Money(0),
            layout_version=1,
            content=newest.content,
            content_hash="",
        )
        session.add(older)
        session.flush()
        for sent in (newest, older):
            session.add(StatementDelivery(statement_id=sent.id, channel="paper", delivered_on=ON))
        session.add(
            Payment(
                id=PAYMENT,
                guarantor_account_id=found.account_id,
                amount=Money(4000),
                scope="all",
                request_hash="",
                state="succeeded",
                created_at=NOW,
                state_at=NOW,
                succeeded_at=NOW,
                receipt_number="R-OTHERS",
            )
        )
    return found


@pytest.fixture
def newest(bills: Bills) -> str:
    with transaction() as session:
        return session.scalars(select(Statement.number).where(Statement.number != OLD)).one()


@pytest.fixture
def guest(patient_app: Flask, bills: Bills, at: Callable[[datetime], None]) -> PageClient:
    client = PageClient(patient_app)
    link = link_for(patient_app, bills.account_id)
    assert answer(client, link, BIRTH, "10001").location == "/text-link/code"
    type_code(client)
    return client


def patient_pages(flask_app: Flask) -> dict[str, str]:
    """Every address behind a sign-in, with ids that exist nowhere."""
    found = {}
    for rule in flask_app.url_map.iter_rules():
        access = rule_of(flask_app.view_functions[rule.endpoint])
        if access is None or access.face != "patient":
            continue
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule)  # the first of the words it takes
        for name in rule.arguments:
            sample = str(PAYMENT) if f"<uuid:{name}>" in path else "999999"
            for spelling in (f"<{name}>", f"<int:{name}>", f"<uuid:{name}>"):
                path = path.replace(spelling, sample)
        found[rule.endpoint] = path
    return found


DOORS = {"pay_statement": "/pay-statement", "kiosk": "/kiosk"}
BY_CODE = "/help-paying/come-back"


def test_the_list_of_pages_open_to_guests_is_the_apps(patient_app: Flask) -> None:
    marked = {
        name
        for name in patient_pages(patient_app)
        if rule_of(patient_app.view_functions[name]).guests  # type: ignore[union-attr]
    }
    assert marked == OPEN_TO_GUESTS


def test_everything_else_asks_a_guest_to_sign_in(guest: PageClient, patient_app: Flask) -> None:
    shut = {
        name: path
        for name, path in patient_pages(patient_app).items()
        if name not in OPEN_TO_GUESTS
    }
    assert {"account.security", "account.end_device", "payments.history", "enrolment.add"} <= set(
        shut
    )
    for name, path in shut.items():
        methods = {
            m
            for r in patient_app.url_map.iter_rules(name)
            for m in r.methods or ()
            if m in "GETPOST"
        }
        for method in methods & {"GET", "POST"}:
            # Whoever pays by a statement's code, and the tablet at the desk and whoever applies without a sign-in, have a way in of their own.
            rule = rule_of(patient_app.view_functions[name])
            door = DOORS.get(name.partition(".")[0], "/sign-in")
            door = BY_CODE if rule.applicants else door  # type: ignore[union-attr]
            status = 303 if door == "/kiosk" else 302
            ask = guest.get if method == "GET" else guest.post
            page = ask(path, expect=status)
            assert door in page.location, (name, method)
    for path in ("/change-password", "/recovery-codes", "/second-step/set-up"):
        assert "/sign-in" in guest.get(path, expect=302).location


def test_a_guest_sees_its_newest_statement_its_bills_and_the_way_to_pay(
    guest: PageClient, bills: Bills, newest: str
) -> None:
    landed = guest.follow(guest.get("/text-link/arrive", expect=302))
    assert landed.h1 == f"Statement {newest}"
    assert "Pay $" in landed.text
    for path in (
        "/bills",
        f"/bills/{bills.decided}",
        f"/bills/{bills.decided}/compare",
        f"/bills/{bills.decided}/entries",
        f"/statements/{newest}",
        f"/statements/{newest}/statement.pdf",
        "/pay",
        "/help",
        "/help-paying",
    ):
        guest.get(path, expect=200)
    assert guest.get("/", expect=302).location == "/bills"


def test_a_guest_sees_neither_older_statements_nor_what_others_paid(
    guest: PageClient, bills: Bills, newest: str
) -> None:
    home = guest.get("/bills")
    assert newest in home.text
    for unseen in (OLD, "R-OTHERS", "At our desk", "Payments", "Settled"):
        assert unseen not in home.text, unseen
    for path in (
        f"/statements/{OLD}",
        f"/statements/{OLD}/statement.pdf",
        f"/pay/{PAYMENT}",
        "/receipts/R-OTHERS",
        "/receipts/R-OTHERS/receipt.pdf",
    ):
        guest.get(path, expect=404)
    owner = signed_in(
        PageClient(guest.flask_app), make_login("patient", accounts=[bills.account_id])
    )
    assert OLD in owner.get("/bills").text
    owner.get("/receipts/R-OTHERS", expect=200)


def test_MSG_9_a_guest_cannot_count_through_what_was_settled_before(
    guest: PageClient, bills: Bills, newest: str
) -> None:
    """The page of bills hides it; its own pages, by the next number, must too."""
    with transaction() as session:
        book = Book(session)
        patient = session.scalars(
            select(Patient).where(Patient.guarantor_account_id == bills.account_id)
        ).first()
        assert patient is not None
        settled, lines = book.visit(
            patient, [6_000], service_on=date(2025, 3, 4), coverage_intent="self_pay"
        )
        party = party_of(settled, lines[0])
        for entry in (
            entries.self_pay_charge(
                source_ref="t:old",
                occurred_on=settled.service_on,
                lines=[entries.Line(party, lines[0].billed)],
            ),
            entries.adjustment(
                source_ref="t:old-off",
                occurred_on=settled.service_on,
                account=Account.PROVIDER_WRITE_OFF,
                lines=[entries.Line(party, lines[0].billed)],
                memo="t",
            ),
        ):
            post_entry(session, entry)
        visit_id = settled.id
    for path in (f"/bills/{visit_id}", f"/bills/{visit_id}/entries", f"/bills/{visit_id}/compare"):
        guest.get(path, expect=404)
    told = [link for link in guest.get(f"/statements/{newest}").links() if "/bills/" in link]
    assert told, "what its statement tells stays open"
    for path in told:
        guest.get(path, expect=200)
    owner = signed_in(
        PageClient(guest.flask_app), make_login("patient", accounts=[bills.account_id])
    )
    owner.get(f"/bills/{visit_id}", expect=200)


def test_HIPAA_18_another_account_is_not_found(
    patient_app: Flask, bills: Bills, newest: str, at: Callable[[datetime], None]
) -> None:
    other = as_guest(PageClient(patient_app), link_for(patient_app, texted_account()))
    for path in (
        f"/bills/{bills.decided}",
        f"/bills/{bills.decided}/entries",
        f"/statements/{newest}",
        f"/pay?account={bills.account_id}",
        f"/pay?bill={bills.decided}",
    ):
        other.get(path, expect=404)
    assert "Sample" not in other.get("/bills").text


def test_the_menu_offers_what_a_guest_may_open_and_the_ways_to_more(guest: PageClient) -> None:
    links = guest.get("/bills").links()
    for shut in ("/payments", "/account/security"):
        assert shut not in links
    assert {"/sign-in", "/enroll", "/help"} <= set(links)


def test_HIPAA_2_a_visit_ends_after_twenty_idle_minutes(
    guest: PageClient, at: Callable[[datetime], None]
) -> None:
    at(NOW + timedelta(minutes=19))
    guest.get("/bills", expect=200)
    at(NOW + timedelta(minutes=29))
    guest.get("/bills", expect=200)
    at(NOW + timedelta(minutes=30, seconds=1))
    page = guest.follow(guest.get("/bills", expect=302))
    assert page.h1 == "Your bill is closed"
    assert "/sign-in" in guest.get("/bills", expect=302).location


def test_HIPAA_2_idle_ends_it_sooner(guest: PageClient, at: Callable[[datetime], None]) -> None:
    at(NOW + timedelta(minutes=20, seconds=1))
    assert guest.follow(guest.get("/bills", expect=302)).h1 == "Your bill is closed"
    at(NOW)
    assert "/sign-in" in guest.get("/bills", expect=302).location, "ended for good"


def test_HIPAA_2_the_page_knows_when_it_will_be_closed(
    guest: PageClient, at: Callable[[datetime], None]
) -> None:
    at(NOW + timedelta(minutes=15))
    [warning] = [d for d in guest.get("/bills").all("div") if d.get("id") == "session-warning"]
    assert (warning.get("data-left"), warning.get("data-latest")) == ("900", "900")


def test_closing_ends_the_visit_on_the_server(guest: PageClient) -> None:
    name = guest.flask_app.config["SESSION_COOKIE_NAME"]
    cookie = guest.http.get_cookie(name)
    assert cookie is not None
    guest.get("/bills")
    assert guest.follow(guest.post("/text-link/leave")).h1 == "Your bill is closed"
    guest.http.set_cookie(name, cookie.value)
    assert "closed" in guest.get("/bills", expect=302).location


def test_MSG_19_a_visit_ends_with_the_number_that_it_came_by(
    guest: PageClient, bills: Bills
) -> None:
    guest.get("/bills")
    with transaction() as session:
        session.get_one(GuarantorAccount, bills.account_id).mobile = ""
    assert guest.get("/bills", expect=302).location


def test_ID_10_signing_in_ends_the_visit(guest: PageClient, bills: Bills) -> None:
    login_id = make_login("patient", accounts=[bills.account_id])
    with guest.http.session_transaction() as cookie:
        token = cookie["guest"]
    with guest.flask_app.test_request_context():
        from flask import current_app, session
        from flask_login import login_user

        session["guest"] = token
        guest.flask_app.preprocess_request()
        login_user(current_app.extensions["security"].datastore.find_user(id=login_id))
        assert "guest" not in session
    with transaction() as opened:
        assert opened.scalars(select(GuestSession.ended_at)).one() == NOW


def test_the_staffs_face_knows_no_guests(guest: PageClient, staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: NOW
    with guest.http.session_transaction() as cookie:
        token = cookie["guest"]
    staff = PageClient(staff_app)
    with staff.http.session_transaction() as cookie:
        cookie["guest"] = token
    assert "/sign-in" in staff.get("/", expect=302).location


def test_a_guest_without_any_statement_lands_on_its_bills(
    patient_app: Flask, at: Callable[[datetime], None]
) -> None:
    client = as_guest(PageClient(patient_app), link_for(patient_app, texted_account()))
    page = client.follow(client.get("/text-link/arrive", expect=302))
    assert page.h1 == "Your bills"
    assert "You have no bills yet" not in page.text


def test_a_page_marked_by_mistake_finds_no_patient_behind_a_guest(
    patient_app: Flask, at: Callable[[datetime], None]
) -> None:
    marked = patient_or_guest(lambda: str(current_patient().login_id))
    patient_app.add_url_rule("/by-mistake", "by_mistake", marked)
    client = as_guest(PageClient(patient_app), link_for(patient_app, texted_account()))
    client.get("/by-mistake", expect=403)
