"""What every answer carries, whatever it says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from portal.app import create_app
from portal.config import Settings
from portal.web.logging import JsonLines
from tests.web.pages import PageClient


def test_HIPAA_18_pages_are_not_stored(stranger: PageClient) -> None:
    page = stranger.get("/sign-in")
    assert page.response.headers["Cache-Control"] == "no-store"
    assert page.response.headers["Referrer-Policy"] == "same-origin"


def test_csp_lets_forms_go_to_the_checkout_and_nowhere_else(
    stranger: PageClient, staff_stranger: PageClient, settings: Settings
) -> None:
    policy = stranger.get("/sign-in").response.headers["Content-Security-Policy"]
    assert policy.endswith(f"form-action 'self' {settings.checkout_origin}")
    staff = staff_stranger.get("/sign-in").response.headers["Content-Security-Policy"]
    assert staff.endswith("form-action 'self'")


def test_over_tls_cookies_are_bound_to_the_host(settings: Settings) -> None:
    secure = create_app(replace(settings, public_url="https://bills.example.com"))
    client = secure.test_client()
    response = client.get("/sign-in", base_url="https://bills.example.com")
    assert "max-age=31536000" in response.headers["Strict-Transport-Security"]
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-kindbill-patient-session=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie


def test_the_two_faces_share_no_cookie_name_and_no_secret(
    patient_app: Flask, staff_app: Flask
) -> None:
    for name in (
        "SESSION_COOKIE_NAME",
        "SECRET_KEY",
        "SECURITY_PASSWORD_SALT",
        "SECURITY_TWO_FACTOR_VALIDITY_COOKIE_NAME",
        "SECURITY_TOTP_SECRETS",
    ):
        assert patient_app.config[name] != staff_app.config[name], name


def test_an_unknown_page_helps(stranger: PageClient) -> None:
    assert stranger.get("/no-such-page", expect=404).h1 == "We could not find that page"


def test_a_form_without_token_is_refused(stranger: PageClient) -> None:
    page = stranger.post("/sign-in", {"csrf_token": "forged"}, expect=400)
    assert page.h1 == "This page was open too long"


def test_a_crash_shows_no_trace_and_logs_no_message(
    patient_app: Flask, stranger: PageClient, caplog: pytest.LogCaptureFixture
) -> None:
    from portal.web.access import public

    def crash() -> str:
        raise RuntimeError("Testa Sample owes $50.00")

    patient_app.add_url_rule("/crash", "crash", public(crash))
    patient_app.config["TESTING"] = False
    page = stranger.get("/crash", expect=500)
    assert page.h1 == "Something broke on our side"
    assert "Testa" not in page.source
    logged = "\n".join(JsonLines().format(record) for record in caplog.records)
    assert "RuntimeError" in logged
    assert "Testa" not in logged


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health(stranger: PageClient, path: str) -> None:
    assert stranger.get(path).response.get_json()["status"] in {"ok", "ready"}
