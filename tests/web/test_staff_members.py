"""Staff's sign-ins: invited with role and location, changed by another, looked over, shut at once (ID-13)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import transaction
from portal.models.audit import AuditEvent
from portal.models.identity import Login
from tests.web.pages import PageClient
from tests.web.people import make_login, messages
from tests.web.soft_passkey import SoftPasskey, register, sign_in
from tests.web.test_sign_in import EMAIL, Person, enter, give_password, is_signed_in

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
NEW = {
    "email": "Nova@Example.com",
    "name": "Nova Notreal",
    "role": "biller",
    "location": "Main Street",
}


@pytest.fixture
def admin(staff_app: Flask, as_staff: Callable[[str], PageClient]) -> PageClient:
    """The one who minds sign-ins."""
    staff_app.config["CLOCK"] = lambda: NOW
    return as_staff("sysadmin")


@pytest.fixture
def colleague(staff_app: Flask, admin: PageClient) -> tuple[Person, PageClient]:
    """A manager with password and authenticator, signed in."""
    person, client = Person(staff_app, "staff"), PageClient(staff_app)
    enter(client, person)
    return person, client


def reasons() -> list[str]:
    with transaction() as session:
        rows = select(AuditEvent.reason).where(AuditEvent.reason != "").order_by(AuditEvent.id)
        return list(session.scalars(rows))


def facts_of(login_id: int) -> Login:
    with transaction() as session:
        return session.get_one(Login, login_id)


def test_ID_13_an_invitation_has_role_and_location_and_comes_by_mail(
    admin: PageClient, staff_stranger: PageClient
) -> None:
    page = admin.follow(admin.post("/team/invite", NEW, expect=302))
    assert "Nova Notreal nova@example.com Biller Main Street Invited" in page.text
    [letter] = messages()
    assert (letter.recipient, letter.template) == ("nova@example.com", "staff_invitation")
    link = re.search(r"http://localhost:8000/staff(/invitation/\S+)", letter.body)
    assert link is not None
    assert link[1] not in page.source
    assert staff_stranger.get(link[1]).h1 == "Choose your password"
    assert "biller, Main Street" in reasons()


@pytest.mark.parametrize("lacking", ["email", "name", "location"])
def test_ID_13_nobody_is_invited_without(lacking: str, admin: PageClient) -> None:
    page = admin.post("/team/invite", {**NEW, lacking: " "}, expect=200)
    assert "Please check this" in page.text
    assert messages() == []


def test_ID_13_a_second_invitation_to_one_address_is_refused(admin: PageClient) -> None:
    admin.post("/team/invite", NEW, expect=302)
    assert "has a staff sign-in already" in admin.post("/team/invite", NEW).text
    assert len(messages()) == 1


def test_ID_13_off_boarding_ends_every_session_at_once(
    admin: PageClient, colleague: tuple[Person, PageClient]
) -> None:
    person, theirs = colleague
    assert is_signed_in(theirs)
    admin.post(f"/team/{person.login_id}/switch-off", expect=302)
    assert not is_signed_in(theirs)
    theirs.token = ""
    assert "not right" in give_password(theirs).text
    assert "Switched off" in admin.get("/team/").text
    admin.post(f"/team/{person.login_id}/switch-on", expect=302)
    person.later(seconds=31)
    theirs.token = ""
    enter(theirs, person)
    assert is_signed_in(theirs)
    assert [one for one in reasons() if "switched" in one] == ["switched off", "switched on"]


def test_ID_13_an_invitation_dies_with_the_sign_in(
    admin: PageClient, staff_stranger: PageClient
) -> None:
    admin.post("/team/invite", NEW, expect=302)
    link = re.search(r"/staff(/invitation/\S+)", messages()[0].body)
    assert link is not None
    with transaction() as session:
        login_id = session.scalars(select(Login.id).where(Login.name == NEW["name"])).one()
    admin.post(f"/team/{login_id}/switch-off", expect=302)
    staff_stranger.get(link[1], expect=404)


def test_ID_13_another_role_signs_out_and_is_written_down_old_and_new(
    admin: PageClient, colleague: tuple[Person, PageClient]
) -> None:
    person, theirs = colleague
    changed = {"name": "Mara", "role": "auditor", "location": "Annex", "trained_on": "2/27/2026"}
    page = admin.follow(admin.post(f"/team/{person.login_id}", changed, expect=302))
    assert "Saved." in page.text
    assert not is_signed_in(theirs)
    login = facts_of(person.login_id)
    assert (login.role, login.location, str(login.trained_on)) == ("auditor", "Annex", "2026-02-27")
    [told] = [one for one in reasons() if "role" in one]
    assert told == (
        "name: none to Mara; role: manager to auditor; location: none to Annex;"
        " trained on: none to 2026-02-27"
    )
    assert "Feb 27, 2026" in admin.get("/team/").text


def test_a_new_location_signs_nobody_out(
    admin: PageClient, colleague: tuple[Person, PageClient]
) -> None:
    person, theirs = colleague
    same = {"name": "Mara", "role": "manager", "location": "Annex", "trained_on": ""}
    admin.post(f"/team/{person.login_id}", same, expect=302)
    assert is_signed_in(theirs)


def test_ID_11_invited_again_everything_is_set_up_anew(
    admin: PageClient, colleague: tuple[Person, PageClient], staff_stranger: PageClient
) -> None:
    """Phone and codes are lost: neither they nor a passkey open anything afterwards."""
    person, theirs = colleague
    passkey = SoftPasskey()
    register(theirs, passkey)
    admin.post(f"/team/{person.login_id}/invite", expect=302)
    assert not is_signed_in(theirs)
    sign_in(staff_stranger, passkey)
    assert not is_signed_in(staff_stranger)
    assert "not right" in give_password(staff_stranger).text
    letter = messages()[-1]
    assert (letter.recipient, letter.template) == (EMAIL, "staff_invitation")
    login = facts_of(person.login_id)
    assert (login.password, login.tf_primary_method) == (None, None)


def test_ID_13_nobody_changes_their_own_rights(admin: PageClient) -> None:
    for path in ("", "/switch-off", "/invite"):
        page = admin.post(
            f"/team/{admin.login_id}{path}",
            {"name": "Me", "role": "manager", "location": "Here"},
        )
        assert "Ask another administrator" in page.text
    assert facts_of(admin.login_id).role == "sysadmin"
    assert "This is you" in admin.get(f"/team/{admin.login_id}").text


def test_a_patients_sign_in_is_no_member_of_staff(admin: PageClient) -> None:
    patient = make_login("patient")
    admin.get(f"/team/{patient}", expect=404)
    for path in ("switch-off", "switch-on", "invite"):
        admin.post(f"/team/{patient}/{path}", expect=404)


def test_ID_13_the_quarters_review_is_kept_and_asked_for_again(
    admin: PageClient, staff_app: Flask, as_staff: Callable[[str], PageClient]
) -> None:
    assert "A review is due" in admin.get("/team/").text
    manager = as_staff("manager")
    assert "the review of this quarter is due" in manager.get("/").text
    page = manager.follow(manager.post("/team/reviewed", expect=302))
    assert "A review is due" not in page.text
    assert "the review of this quarter" not in manager.get("/").text
    assert "the review of this quarter" not in as_staff("auditor").get("/").text
    assert "looked over 2 live sign-ins on March 2, 2026" in page.text
    manager.get("/team/invite", expect=403)
    later = NOW + timedelta(days=90, minutes=1)
    staff_app.config["CLOCK"] = lambda: later
    assert "A review is due" in as_staff("sysadmin").get("/team/").text
    assert "2 sign-ins" in reasons()


def test_an_invitation_that_ran_out_says_so(admin: PageClient, staff_app: Flask) -> None:
    admin.post("/team/invite", NEW, expect=302)
    staff_app.config["CLOCK"] = lambda: NOW + timedelta(minutes=10)
    assert "Invited" in admin.get("/team/").text
    with transaction() as session:
        row = session.scalars(select(Login).where(Login.name == NEW["name"])).one()
        row.invited_at = NOW - timedelta(days=8)
    assert "Invitation ran out" in admin.get("/team/").text
