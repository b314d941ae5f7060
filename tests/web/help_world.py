"""Applications for help with paying, filled in and sent as a patient does."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from sqlalchemy import select

from billing.assistance_reasons import Proof
from portal.db import read_only
from portal.models.assistance import AssistanceApplication, AssistanceDocument
from portal.queries.own_assistance import own_draft
from portal.queries.viewer import patient_viewer
from portal.services.save_application import save_application
from portal.services.send_application import send_application
from portal.services.send_paper import Desk, send_paper
from portal.services.start_application import start_application
from tests.web.insurance_world import photo
from tests.web.pages import Page, PageClient

WORDS = "I ask for help."
ABOUT = {
    "applicant": "Testa Sample",
    "residence_state": "OH",
    "residence_county": "Franklin",
    "preferred_contact": "portal",
    "language": "en",
}
COVERAGE = {"insured": "yes", "another_plan": "no", "medicaid": "no", "program": ""}


def add_application(login_id: int, desk: Desk, now: datetime) -> dict[str, object]:
    """One that the office has, with a paper, for a sign-in; its ids by the names that addresses give them."""
    viewer, on = patient_viewer(login_id), now.date()
    found = start_application(viewer=viewer, language="en", on=on, now=now)
    common: dict[str, Any] = {"viewer": viewer, "application_id": found, "now": now}
    answers = {"no_income": True, "insured": False, "another_plan": True, "medicaid": False}
    save_application(**common, fields={"residence_state": "OH"}, answers=answers)
    send_paper(**common, kind=Proof.PAY_STUBS, content=photo(), desk=desk, public_url="", on=on)
    draft = own_draft(viewer, found)
    assert draft is not None
    send_application(
        **common,
        name="Testa Sample",
        seen_hash=draft.hash_of(WORDS),
        words=WORDS,
        public_url="",
        on=on,
    )
    return {
        "application_id": found,
        "help-paying document_id": draft.papers[0].id,
        "help-paying step": "income",
    }


def application() -> AssistanceApplication:
    """The only one."""
    with read_only() as session:
        return session.scalars(select(AssistanceApplication)).one()


def papers() -> list[AssistanceDocument]:
    with read_only() as session:
        return list(
            session.scalars(select(AssistanceDocument).order_by(AssistanceDocument.added_at))
        )


def begun(client: PageClient) -> str:
    """Start one; its address without the step."""
    return client.post("/help-paying/apply", expect=302).location.rsplit("/", 1)[0]


def add_income(client: PageClient, at: str, amount: str, period: str, **changes: str) -> Page:
    """As the screen does, by a person who sees the list as it is."""
    page = client.get(f"{at}/income")
    values = {
        "seen": page.hidden("seen"),
        "member": "Testa Sample",
        "source": "wages",
        "amount": amount,
        "period": period,
    }
    return client.post(f"{at}/income", {**values, **changes})


def add_person(client: PageClient, at: str, name: str, relation: str = "child") -> Page:
    page = client.get(f"{at}/household")
    return client.post(
        f"{at}/household", {"seen": page.hidden("seen"), "name": name, "relation": relation}
    )


def send_photo(client: PageClient, at: str, content: bytes, kind: str = "pay_stubs") -> Page:
    """Upload one paper."""
    data: dict[str, Any] = {"kind": kind, "photo": (io.BytesIO(content), "stub.jpg")}
    return client.post(at, data, content_type="multipart/form-data")


def filled(client: PageClient, *, amount: str = "2500", period: str = "monthly") -> str:
    """All steps, up to the signature."""
    at = begun(client)
    client.post(f"{at}/you", ABOUT, expect=302)
    add_income(client, at, amount, period)
    client.post(f"{at}/coverage", COVERAGE, expect=302)
    client.post(f"{at}/hardship", {"hardship": "I lost my job."}, expect=302)
    return at


def sign(client: PageClient, at: str, **changes: str) -> Page:
    page = client.get(f"{at}/sign")
    values = {"seen_hash": page.hidden("seen_hash"), "name": "Testa Sample", "agree": "y"}
    return client.post(f"{at}/sign", {**values, **changes})
