"""Every way in is lost: the office sees who it is, the mailbox gets the link, and all begins anew (ID-11)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import transaction
from portal.models.audit import AuditEvent
from portal.models.identity import AccountAccess, Login
from tests.web.pages import PageClient
from tests.web.people import make_account, make_login, messages
from tests.web.soft_passkey import SoftPasskey, register, sign_in
from tests.web.test_recovery import NEW, reset_password
from tests.web.test_sign_in import EMAIL, NOW, Person, enter, give_password, is_signed_in, person

__all__ = ["person"]
CHECKED = "Photo ID at the desk"


@pytest.fixture
def account_id(person: Person) -> int:
    with transaction() as session:
        return session.scalars(select(AccountAccess.guarantor_account_id)).one()


@pytest.fixture
def manager(account_id: int, staff_app: Flask, as_staff: Callable[[str], PageClient]) -> PageClient:
    staff_app.config["CLOCK"] = lambda: NOW
    client = as_staff("manager")
    client.get(f"/accounts/{account_id}/sign-ins")
    return client


def test_ID_11_after_the_office_saw_who_it_is_the_mailbox_opens_a_new_beginning(
    person: Person, account_id: int, manager: PageClient, patient_app: Flask, stranger: PageClient
) -> None:
    mine, passkey = PageClient(patient_app), SoftPasskey()
    enter(mine, person)
    register(mine, passkey)
    form = {"login_id": str(person.login_id), "checked": CHECKED}
    page = manager.follow(manager.post(f"/accounts/{account_id}/sign-ins", form, expect=302))
    assert "was reset" in page.text
    assert not is_signed_in(mine)
    assert "not right" in give_password(stranger).text, "the old password is worthless"
    sign_in(stranger, passkey)
    assert not is_signed_in(stranger)
    [letter] = [m for m in messages() if m.template == "sign_in_reset"]
    assert letter.recipient == EMAIL
    assert "/reset-password" in letter.body
    with transaction() as session:
        row = session.scalars(select(AuditEvent).where(AuditEvent.action == "sign_in_reset")).one()
    assert (row.reason, row.object_id) == (CHECKED, str(person.login_id))

    reset_password(stranger)
    page = stranger.follow(give_password(stranger, NEW))
    assert page.h1 == "Choose your second step"
    stranger.get("/second-step/recovery-code", expect=302)
    assert not is_signed_in(stranger), "old saved codes are worthless too"


def test_ID_12_a_lost_mailbox_is_replaced_and_proven_by_its_link(
    person: Person, account_id: int, manager: PageClient, stranger: PageClient
) -> None:
    new = "testa.new@example.com"
    form = {"login_id": str(person.login_id), "checked": CHECKED, "new_email": new.title()}
    manager.post(f"/accounts/{account_id}/sign-ins", form, expect=302)
    told = [(m.template, m.recipient) for m in messages()]
    assert told == [("sign_in_reset", new), ("email_changed", new), ("email_changed", EMAIL)]
    assert confirmed_at(person) is None
    reset_password(stranger, new)
    assert confirmed_at(person) == NOW
    page = stranger.follow(give_password(stranger, NEW, new))
    assert page.h1 == "Choose your second step"
    assert EMAIL in manager.get(f"/accounts/{account_id}/people").text, "what it was is kept"


def test_a_mailbox_that_has_a_sign_in_is_refused(
    person: Person, account_id: int, manager: PageClient
) -> None:
    make_login("patient", email="other@example.com")
    form = {
        "login_id": str(person.login_id),
        "checked": CHECKED,
        "new_email": "other@example.com",
    }
    page = manager.post(f"/accounts/{account_id}/sign-ins", form)
    assert "has a sign-in already. Nothing was changed." in page.text
    assert messages() == []


def confirmed_at(person: Person) -> datetime | None:
    with transaction() as session:
        return session.get_one(Login, person.login_id).confirmed_at


def test_nothing_happens_without_a_word_on_what_was_checked(
    person: Person, account_id: int, manager: PageClient
) -> None:
    form = {"login_id": str(person.login_id), "checked": " "}
    page = manager.post(f"/accounts/{account_id}/sign-ins", form, expect=200)
    assert "Please check this" in page.text
    assert messages() == []


def test_another_accounts_sign_in_is_not_to_be_chosen(account_id: int, manager: PageClient) -> None:
    other = make_login("patient", email="other@example.com", accounts=[make_account()])
    colleague = make_login("staff", role="biller")
    for login_id in (other, colleague):
        form = {"login_id": str(login_id), "checked": CHECKED}
        manager.post(f"/accounts/{account_id}/sign-ins", form, expect=200)
    assert messages() == []
    with transaction() as session:
        assert all(session.scalars(select(Login.active)))


def test_HIPAA_7_only_a_manager_may(account_id: int, as_staff: Callable[[str], PageClient]) -> None:
    as_staff("front_desk").get(f"/accounts/{account_id}/sign-ins", expect=403)
