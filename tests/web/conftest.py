"""Both faces on a real database, and a client that checks every page it fetches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from portal.app import create_app as create_patient_app
from portal.config import Settings
from staff_admin.app import create_app as create_staff_app
from tests.rules_once import compile_rules_once
from tests.web.pages import PageClient
from tests.web.people import make_login, signed_in

compile_rules_once()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a practice without any real key; the outside world is unreachable by its names."""
    found = Settings.from_env(
        {
            "KINDBILL_HOME": str(tmp_path),
            "KINDBILL_DATABASE_URL": database_url,
            "KINDBILL_PUBLIC_URL": "http://localhost:8000",
            "KINDBILL_SECRET_KEYS": "newest-secret-of-the-tests,older-secret-of-the-tests",
            "KINDBILL_SMTP_URL": "smtps://you-forgot-to-fake-mail.invalid",
            "STRIPE_SECRET_KEY": "sk_test_nothing",
            "STRIPE_WEBHOOK_SECRET": "whsec_nothing",
            "STRIPE_API_BASE": "http://you-forgot-to-fake-stripe.invalid",
            "TWILIO_ACCOUNT_SID": "ACtest",
            "TWILIO_AUTH_TOKEN": "nothing",
            "TWILIO_API_BASE": "http://you-forgot-to-fake-twilio.invalid",
        }
    )
    return replace(found, testing=True)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compile once a worker: each test has apps of its own, made from the same pages."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def patient_app(settings: Settings, compiled_templates: FileSystemBytecodeCache) -> Flask:
    """The patients' app."""
    app = create_patient_app(settings)
    app.jinja_env.bytecode_cache = compiled_templates
    return app


@pytest.fixture
def staff_app(settings: Settings, compiled_templates: FileSystemBytecodeCache) -> Flask:
    """The staff's app."""
    app = create_staff_app(settings)
    app.jinja_env.bytecode_cache = compiled_templates
    return app


@pytest.fixture
def stranger(patient_app: Flask) -> PageClient:
    """Nobody, at the patients' face."""
    return PageClient(patient_app)


@pytest.fixture
def staff_stranger(staff_app: Flask) -> PageClient:
    """Nobody, at the staff's face."""
    return PageClient(staff_app)


@pytest.fixture
def as_patient(patient_app: Flask) -> Callable[..., PageClient]:
    """`as_patient(account_id, ...)`: a client signed in with access to these guarantor accounts."""

    def sign_in(*account_ids: int, email: str = "") -> PageClient:
        login_id = make_login("patient", email=email, accounts=account_ids)
        return signed_in(PageClient(patient_app), login_id)

    return sign_in


@pytest.fixture
def as_staff(staff_app: Flask) -> Callable[[str], PageClient]:
    """`as_staff("payment_poster")`: a client signed in with that role."""

    def sign_in(role: str) -> PageClient:
        return signed_in(PageClient(staff_app), make_login("staff", role=role))

    return sign_in
