"""Each page of an application asks few questions, with its session and its audit row (look.md: twelve at most)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy.engine import Engine

from tests.web.help_world import filled, send_photo, sign
from tests.web.insurance_world import photo
from tests.web.pages import PageClient
from tests.web.test_help_paying import account_id  # noqa: F401 - a fixture
from tests.web.test_overview import counted, engine  # noqa: F401 - a fixture

MOST = 12


@pytest.fixture(autouse=True)
def _clock(patient_app: Flask, staff_app: Flask, now: datetime) -> None:
    patient_app.config["CLOCK"] = staff_app.config["CLOCK"] = lambda: now


def test_FA_6_every_page_of_an_application_asks_at_most_twelve_questions(
    account_id: int,  # noqa: F811 - a fixture
    as_patient: Callable[..., PageClient],
    as_staff: Callable[[str], PageClient],
    engine: Engine,  # noqa: F811 - a fixture
) -> None:
    client = as_patient(account_id)
    at = filled(client, amount="4500")
    send_photo(client, f"{at}/papers", photo())
    asked = {
        path: queries(client, path, engine)
        for path in (
            "/help-paying/apply",
            f"{at}/you",
            f"{at}/income",
            f"{at}/papers",
            f"{at}/sign",
        )
    }
    sign(client, at)
    asked[at] = queries(client, at, engine)
    staff = as_staff("fa_counsellor")
    asked["/assistance/"] = queries(staff, "/assistance/", engine)
    application = at.rsplit("/", 1)[1]
    case = f"/assistance/{application}"
    asked[case] = queries(staff, case, engine)
    assert max(asked.values()) <= MOST, asked


def queries(client: PageClient, path: str, engine: Engine) -> int:  # noqa: F811 - as the fixture
    client.get(path)
    with counted(engine) as statements:
        client.get(path)
    if len(statements) > MOST:
        print(path, *(" ".join(one.split())[:400] for one in statements), sep="\n  ")
    return len(statements)
