"""Forms at the office: written, seen as a patient sees them, published, and never changed after (SCH-12)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DatabaseError

from billing.form_fields import digest, from_json
from billing.state_pack import COLL_33
from portal.db import read_only
from portal.models.check_in import Form, FormVersion
from portal.services.publish_form import publish_starter_forms
from portal.services.starter_forms import STARTER_FORMS
from tests.web.bills import make_practice
from tests.web.pages import PageClient

AsStaff = Callable[[str], PageClient]


def form_id(code: str) -> int:
    with read_only() as session:
        return session.scalars(select(Form.id).where(Form.code == code)).one()


def test_SCH_12_the_starter_set_is_published_once_in_both_languages(
    database_url: str, owner_engine: Engine, now: datetime
) -> None:
    make_practice()
    assert publish_starter_forms(now) == len(STARTER_FORMS) == 5
    assert publish_starter_forms(now) == 0
    with read_only() as session:
        rows = session.scalars(select(FormVersion)).all()
    assert len(rows) == 10
    for row in rows:
        assert row.sha256 == digest(row.title, row.body, from_json(row.fields))
    with owner_engine.begin() as owner, pytest.raises(DatabaseError, match="append-only"):
        owner.execute(text("UPDATE form_versions SET title = 'x'"))


def test_SCH_12_the_questions_of_a_starter_form_are_the_same_in_both_languages() -> None:
    for form in STARTER_FORMS:
        english, spanish = (
            [(f.code, f.kind, f.required, f.shown_if) for f in form.texts[tag].fields]
            for tag in ("en", "es")
        )
        assert english == spanish


def test_SCH_12_a_manager_writes_sees_and_publishes_and_the_desk_reads(
    as_staff: AsStaff, now: datetime, staff_app: Any
) -> None:
    staff_app.config["CLOCK"] = lambda: now
    make_practice()
    publish_starter_forms(now)
    manager = as_staff("manager")
    which = form_id("financial")
    before = manager.get(f"/forms/{which}/versions/1/en")
    assert COLL_33 in before.source
    edit = manager.get(f"/forms/{which}/edit/en")
    assert "who pays" in edit.text.lower()
    draft = {
        "title": "Who pays",
        "body": "I pay my share.\n\nThank you.",
        "questions": "plan * | magic | Why?",
    }
    wrong = manager.post(f"/forms/{which}/edit/en", draft)
    assert "magic is no kind" in wrong.text
    seen = manager.follow(
        manager.post(
            f"/forms/{which}/edit/en",
            draft | {"questions": "plan * | yes_no | Do you have a plan?"},
        )
    )
    assert "As patients see it" in seen.h1
    assert "Do you have a plan?" in seen.text
    assert COLL_33 in seen.source
    refused = manager.post(f"/forms/{which}/publish")
    assert "not the same in both languages" in refused.text
    spanish = draft | {"title": "Quién paga", "questions": "plan * | yes_no | ¿Tiene un plan?"}
    manager.post(f"/forms/{which}/edit/es", spanish)
    done = manager.follow(manager.post(f"/forms/{which}/publish"))
    assert "Version 2 is asked from now on" in done.text
    desk = as_staff("front_desk")
    assert "I pay my share." in desk.get(f"/forms/{which}/versions/2/en").text
    assert "Write the English" not in desk.get(f"/forms/{which}").text
    assert desk.post(f"/forms/{which}/publish", expect=None).status == 403


def test_SCH_12_another_form_is_asked_of_nobody_before_it_is_published(
    as_staff: AsStaff, now: datetime
) -> None:
    make_practice()
    manager = as_staff("manager")
    page = manager.follow(manager.post("/forms/new", {"code": "travel", "kind": "consent"}))
    assert "This is a draft" in page.text
    on = {"active": "y", "must_sign": "y", "renew_months": "12"}
    assert "Publish the form first" in manager.post(f"/forms/{form_id('travel')}/settings", on).text
