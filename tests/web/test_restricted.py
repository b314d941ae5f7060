"""Restricted accounts (HIPAA-3): closed on every page that shows one, opened for a reason, for a while, and told of."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from billing.audit_rules import Restriction
from portal.db import read_only, transaction
from portal.models.accounts import Patient
from portal.models.audit import AuditEvent, BreakGlass
from portal.models.identity import Login
from portal.models.work import WorkItem
from portal.queries.permissions import ROLES
from portal.queries.viewer import PatientViewer
from portal.queries.who_looked import who_looked
from portal.services.restrict_account import restrict_account
from portal.web.access import rule_of
from tests.booking_world import MONDAY, open_booking
from tests.services.staff_world import World, add_account, add_staff
from tests.web.pages import PageClient

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
As = Callable[[str], PageClient]
SAMPLES = {"UUIDConverter": "00000000-0000-4000-8000-000000000001", "IntegerConverter": "1"}


@pytest.fixture
def vip(staff_app: Flask) -> World:
    world = add_account("1111-2222")
    restrict_account(
        staff=add_staff("manager", "boss@example.com"),
        account_id=world.account_id,
        kind=Restriction.VIP,
        staff_login_id=None,
        reason="Mayor of the town",
        now=NOW,
    )
    return world


def test_HIPAA_3_no_page_of_a_restricted_account_opens_without_a_reason(
    staff_app: Flask, as_staff: As, vip: World
) -> None:
    """Every route with an account in its address, by a role that may open it for every other account."""
    clients: dict[str, PageClient] = {}
    walked = 0
    for rule in sorted(staff_app.url_map.iter_rules(), key=lambda one: one.rule):
        wanted = rule_of(staff_app.view_functions[rule.endpoint])
        if wanted is None or "account_id" not in rule.arguments:
            continue
        role = next(
            (
                name
                for name, permissions in ROLES.items()
                if wanted.permission in permissions
                and "accounts.open_restricted" not in permissions
            ),
            "",
        )
        if not role:
            continue  # a page of managers and the auditor
        client = clients.setdefault(role, as_staff(role))
        path = re.sub(r"<[^<>]*account_id>", str(vip.account_id), rule.rule)
        for name in rule.arguments - {"account_id"}:
            converter = rule._converters[name]
            choices = sorted(getattr(converter, "items", ())) or ["x"]
            sample = SAMPLES.get(type(converter).__name__, choices[0])
            path = re.sub(rf"<([^<>]*:)?{name}>", sample, path)
        for method in (client.get, client.post):
            if method.__name__.upper() in (rule.methods or ()):
                page = method(path, expect=403)
                assert page.h1 == "This account is restricted", path
                assert "Testa" not in page.text, path
                assert f"/restricted/{vip.account_id}/open" in page.links(), path
                walked += 1
    assert walked > 20, "the walk looks in the wrong place"
    with read_only() as session:
        tries = session.scalars(select(AuditEvent).where(AuditEvent.reason == "AccountRestricted"))
        assert {tuple(one.account_ids) for one in tries} == {(vip.account_id,)}


def test_HIPAA_3_a_page_by_another_id_is_as_closed_and_a_list_stays_open(
    as_staff: As, vip: World
) -> None:
    with transaction() as session:
        item = WorkItem(
            dedupe_key="x",
            kind="credit",
            reasons=["a credit"],
            next_step="Look",
            guarantor_account_id=vip.account_id,
            opened_at=NOW,
            outcome="",
        )
        session.add(item)
        session.flush()
        item_id = item.id
    biller = as_staff("biller")
    page = biller.get(f"/queue/{item_id}", expect=403)
    assert page.h1 == "This account is restricted"
    assert "Testa" not in page.text
    biller.get("/queue/")
    found = biller.post("/accounts/search", {"term": "sample"})
    found = biller.get(found.location, expect=403) if found.location else found
    assert "Testa" not in found.text


def test_HIPAA_3_a_search_shows_a_restricted_account_without_its_details(
    as_staff: As, vip: World
) -> None:
    add_account("3333-4444")
    text = as_staff("front_desk").post("/accounts/search", {"term": "sample"}).text
    assert "Restricted account 1111-2222" in text
    assert text.count("Testa Sample, born") == 1, "only of the other account"
    assert as_staff("auditor").post("/accounts/search", {"term": "sample"}).text.count("born") == 2


def test_HIPAA_3_a_reason_opens_it_for_an_hour_for_one_sign_in_and_is_told(
    staff_app: Flask, as_staff: As, vip: World
) -> None:
    moment = [NOW]
    staff_app.config["CLOCK"] = lambda: moment[0]
    biller, other = as_staff("biller"), as_staff("collections")
    address = f"/restricted/{vip.account_id}/open"
    page = biller.get(address)
    assert "1111-2222" in page.text
    assert "Testa" not in page.text
    page = biller.post(address, {"code": "patient_asks", "reason": ""})
    assert "Enter a few words" in page.text
    page = biller.post(address, {"code": "money", "reason": "4111 1111 1111 1111"})
    assert "looks like a card number" in page.text
    biller.get(f"/accounts/{vip.account_id}", expect=403)
    biller.post(address, {"code": "patient_asks", "reason": "She is on the phone"}, expect=302)
    assert "Testa" in biller.get(f"/accounts/{vip.account_id}").text
    other.get(f"/accounts/{vip.account_id}", expect=403)
    with read_only() as session:
        glass = session.scalars(select(BreakGlass)).one()
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "break_glass")).one()
    assert (glass.login_id, glass.ends_at) == (biller.login_id, NOW + timedelta(minutes=60))
    assert "She is on the phone" in event.reason
    with transaction() as session:
        owner = Login(face="patient", email="t@example.com", fs_uniquifier="t")
        session.add(owner)
        session.flush()
    viewer = PatientViewer(owner.id, frozenset({vip.account_id}))
    told = [(look.who, look.did, look.what) for look in who_looked(viewer).rows]
    assert ("Our billing staff", "gave a reason to open", "your account") in told
    for minutes in range(10, 60, 10):
        moment[0] = NOW + timedelta(minutes=minutes)
        biller.get(f"/accounts/{vip.account_id}")
    moment[0] = NOW + timedelta(minutes=60)
    biller.get(f"/accounts/{vip.account_id}", expect=403)


def test_HIPAA_3_a_manager_restricts_and_lifts_and_sees_who_opened_it(
    as_staff: As, vip: World
) -> None:
    manager, biller = as_staff("manager"), as_staff("biller")
    assert "This account is restricted." in manager.get(f"/accounts/{vip.account_id}").text
    address = f"/accounts/{vip.account_id}/restriction"
    assert "Mayor of the town" in manager.get(address).text
    again = {"kind": "vip", "colleague": "", "reason": "Again"}
    manager.post(address, again, expect=409)
    manager.post(f"{address}/lift", {"reason": "Left office"}, expect=302)
    assert "Testa" in biller.get(f"/accounts/{vip.account_id}").text
    assert "Left office" in manager.get(address).text


def test_HIPAA_4_alerts_are_judged_and_a_month_signed_on_their_page(
    staff_app: Flask, as_staff: As, vip: World
) -> None:
    from portal.services.find_audit_alerts import find_audit_alerts

    staff_app.config["CLOCK"] = lambda: NOW
    manager, auditor = as_staff("manager"), as_staff("auditor")
    manager.get(f"/accounts/{vip.account_id}")
    find_audit_alerts(day=NOW.date(), now=NOW)
    page = auditor.get("/audit/alerts/")
    assert "Opened a restricted account" in page.text
    link = next(one for one in page.links() if re.search(r"/alerts/\d+$", one)).removeprefix(
        "/staff"
    )
    assert "It is about you" in manager.get(link).text
    auditor.post(link, {"finding": "proper", "note": "She set it"}, expect=302)
    assert "Nothing waits" in auditor.get("/audit/alerts/").text
    assert "Part of their work" in auditor.get("/audit/alerts/?show=judged").text
    auditor.post("/audit/alerts/sign-off", {"month": "2026-03-01"}, expect=409)
    staff_app.config["CLOCK"] = lambda: NOW + timedelta(days=30)
    auditor = as_staff("auditor")
    assert "Due" in auditor.get("/audit/alerts/").text
    auditor.post("/audit/alerts/sign-off", {"month": "2026-03-01"}, expect=302)
    assert "Due" not in auditor.get("/audit/alerts/").text


def test_HIPAA_3_the_trail_is_narrowed_paged_by_place_and_downloaded(
    as_staff: As, vip: World
) -> None:
    auditor, biller = as_staff("auditor"), as_staff("biller")
    other = add_account("3333-4444")
    for _ in range(27):
        biller.get(f"/accounts/{other.account_id}")
    asked = {"person": str(biller.login_id), "action": "view"}
    page = auditor.post("/audit/", asked)
    assert page.text.count("3333-4444") == 25
    marks = [f.get("value") for f in page.all("input") if f.get("name") == "before"]
    older = next(mark for mark in marks if mark)
    assert auditor.post("/audit/", asked | {"before": older}).text.count("3333-4444") == 2
    biller.get(f"/accounts/{vip.account_id}", expect=403)
    assert auditor.post("/audit/", {"outcome": "refused"}).text.count("1111-2222") == 1
    with read_only() as session:
        request_id = session.scalars(
            select(AuditEvent.request_id).order_by(AuditEvent.id.desc()).limit(1).offset(3)
        ).one()
    assert auditor.post("/audit/", {"request_id": request_id}).status == 200
    assert "Nothing was written" in auditor.post("/audit/", {"kind": "plan"}).text
    assert "Nothing was written" in auditor.post("/audit/", {"email": "no@example.com"}).text
    file = auditor.post("/audit/export", asked).response
    assert file.mimetype == "text/csv"
    assert file.get_data(as_text=True).count("3333-4444") == 27
    with read_only() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "export")).one()
    assert (event.object_type, event.row_count) == ("audit_trail", 28), "and the refused one"


def test_HIPAA_3_a_page_that_tells_of_a_patient_alone_is_as_closed(
    staff_app: Flask, as_staff: As
) -> None:
    """Pages of a visit know whose it is, and not which account: they are closed by the patient."""
    staff_app.config["CLOCK"] = lambda: NOW
    world = open_booking(NOW)
    at = world.book(world.start(MONDAY, "13:00"), via="staff", now=NOW - timedelta(days=3))
    address = f"/front-desk/{at}/check-in/identity"
    desk = as_staff("front_desk")
    assert desk.get(address).h1 != "This account is restricted"
    with read_only() as session:
        account_id = session.get_one(Patient, world.patient_id).guarantor_account_id
    restrict_account(
        staff=add_staff("manager", "boss@example.com"),
        account_id=account_id,
        kind=Restriction.BY_REQUEST,
        staff_login_id=None,
        reason="Asked by letter",
        now=NOW,
    )
    page = desk.get(address, expect=403)
    assert page.h1 == "This account is restricted"
    assert f"/restricted/{account_id}/open" in page.links()
    desk.get("/front-desk/")
    as_staff("manager").get(address)
