"""Staff: invited only, by a link that works once, with an authenticator before anything opens (ID-13)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from flask import Flask

from portal.services.create_staff import StaffRefused, create_staff
from tests.web.pages import PageClient
from tests.web.people import PASSWORD

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
CHOSEN = {"password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def desk(staff_app: Flask) -> PageClient:
    staff_app.config["CLOCK"] = lambda: NOW
    return PageClient(staff_app)


def test_ID_13_the_invitation_leads_to_a_working_sign_in(desk: PageClient) -> None:
    invitation = create_staff(email="Poster@Example.com", role="payment_poster", now=NOW)
    assert desk.get(invitation.path).h1 == "Choose your password"
    page = desk.follow(desk.post(invitation.path, CHOSEN))
    assert page.h1 == "Choose your second step"
    assert "text message" not in page.text, "staff get no codes by text"
    assert "your bills" not in page.text, "those are a patient's words"
    page = desk.post("/second-step/set-up", {"setup": "authenticator"}, expect=200)
    key = re.search(r"into the app: ([A-Z0-9-]+)", page.text)
    assert key is not None
    code = pyotp.TOTP(key[1].replace("-", "")).at(NOW)
    assert desk.follow(desk.post("/second-step", {"code": code})).h1 == "Recovery codes"
    assert "poster@example.com" in desk.get("/account/security").text


def test_ID_13_the_link_works_once_and_for_a_week(desk: PageClient, staff_app: Flask) -> None:
    first = create_staff(email="one@example.com", role="biller", now=NOW)
    desk.get(first.path)
    desk.post(first.path, CHOSEN)
    desk.get(first.path, expect=404)
    second = create_staff(email="two@example.com", role="biller", now=NOW)
    staff_app.config["CLOCK"] = lambda: NOW + timedelta(days=7, seconds=1)
    desk.get(second.path, expect=404)


def test_ID_9_nothing_opens_before_the_authenticator(desk: PageClient) -> None:
    invitation = create_staff(email="early@example.com", role="manager", now=NOW)
    desk.get(invitation.path)
    desk.post(invitation.path, CHOSEN)
    desk.get("/account/security", expect=302)


def test_staff_cannot_choose_text_codes(desk: PageClient) -> None:
    invitation = create_staff(email="texter@example.com", role="manager", now=NOW)
    desk.get(invitation.path)
    desk.follow(desk.post(invitation.path, CHOSEN))
    page = desk.post("/second-step/set-up", {"setup": "sms", "phone": "202-555-0123"}, expect=200)
    assert page.h1 == "Choose your second step"
    assert "Choose how you want to get your codes." in page.text


def test_the_door_of_the_office_speaks_to_those_who_work_there(desk: PageClient) -> None:
    page = desk.get("/sign-in")
    assert "For those who work here." in page.text
    assert "Call us" not in page.text
    assert "sign-ins of your practice" in page.text


def test_ID_13_nobody_signs_up_by_themselves(staff_app: Flask, desk: PageClient) -> None:
    for path in ("/enroll", "/register"):
        desk.get(path, expect=404)


def test_unknown_roles_and_second_invitations_are_refused(desk: PageClient) -> None:
    with pytest.raises(StaffRefused, match="There is no role owner"):
        create_staff(email="x@example.com", role="owner", now=NOW)
    create_staff(email="x@example.com", role="biller", now=NOW)
    with pytest.raises(StaffRefused, match="has a staff sign-in already"):
        create_staff(email="X@example.com", role="biller", now=NOW)
