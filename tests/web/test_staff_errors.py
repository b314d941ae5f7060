"""Error pages at the staff's face: the office's own dress, its menu, and words for people at work."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from staff_admin.blueprints.home import views
from tests.web.pages import Page, PageClient


def _wears_the_offices_dress(page: Page) -> None:
    assert page.all("html")[0].get("class") == "staff"
    assert "/refunds/" in page.links()
    assert any(field.get("id") == "search" for field in page.all("input"))
    assert "Need help? Call" not in page.text
    assert "Go to today’s work" in page.text


def test_a_page_that_is_not_there_keeps_the_staffs_menu(
    as_staff: Callable[[str], PageClient],
) -> None:
    client = as_staff("biller")
    for address in ("/no-such-page", "/accounts/999999"):
        page = client.get(address, expect=404)
        _wears_the_offices_dress(page)


def test_a_page_the_role_may_not_open_keeps_the_staffs_menu(
    as_staff: Callable[[str], PageClient],
) -> None:
    page = as_staff("biller").get("/audit/", expect=403)
    _wears_the_offices_dress(page)
    assert page.h1 == "Your role does not open this page"
    assert "/audit/" not in page.links()


def _break(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def broken(*_args: object, **_options: object) -> NoReturn:
        raise error

    monkeypatch.setattr(views, "staff_home", broken)


def test_what_breaks_keeps_the_staffs_menu(
    staff_app: Flask, as_staff: Callable[[str], PageClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_staff("biller")
    staff_app.config["TESTING"] = False
    _break(monkeypatch, RuntimeError("a secret of the machine"))
    page = client.get("/", expect=500)
    _wears_the_offices_dress(page)
    assert "paying" not in page.text
    assert "secret" not in page.source


def test_an_error_page_stands_when_the_role_cannot_be_read(
    as_staff: Callable[[str], PageClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_staff("biller")
    client.get("/")

    def gone(_login_id: int) -> NoReturn:
        raise OperationalError("select", {}, Exception("the database went away"))

    monkeypatch.setattr("portal.web.access.staff_viewer", gone)
    page = client.post("/no-such-page", expect=404)  # a form reads the role anew
    assert page.all("html")[0].get("class") == "staff"
    assert "/refunds/" not in page.links()


def test_a_stranger_sees_no_menu_on_the_staffs_error_page(staff_stranger: PageClient) -> None:
    page = staff_stranger.get("/no-such-page", expect=404)
    assert page.all("html")[0].get("class") == "staff"
    assert "/refunds/" not in page.links()
    assert "Go to the sign-in" in page.text
    assert "Keys:" not in page.text, "no key does anything before the sign-in"


def test_a_patients_error_page_keeps_the_patients_words(stranger: PageClient) -> None:
    page = stranger.get("/no-such-page", expect=404)
    assert page.all("html")[0].get("class") == "plain"
    assert "Go to the start page" in page.text
