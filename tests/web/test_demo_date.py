"""The page of a demo's date: there is none in a practice, a manager moves it, others look."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.services.demo_walk import keep_walk, last_walk
from staff_admin.app import create_app
from tests.web.pages import PageClient
from tests.web.people import make_login, signed_in


@pytest.fixture
def demo_app(settings, tmp_path, compiled_templates):
    app = create_app(replace(settings, clock_file=tmp_path / "ahead"))
    app.jinja_env.bytecode_cache = compiled_templates
    return app


def test_a_practice_has_no_such_page(staff_app):
    assert not [rule for rule in staff_app.url_map.iter_rules() if "demo" in rule.rule]


def page_of(app, role: str) -> PageClient:
    return signed_in(PageClient(app), make_login("staff", role=role))


def test_a_manager_asks_for_days_and_a_biller_only_reads(demo_app, tmp_path):
    manager, biller = page_of(demo_app, "manager"), page_of(demo_app, "biller")
    assert "A manager can move the date on" in biller.get("/demo-date/").text
    assert biller.post("/demo-date/", {"month": "30 days"}).status == 403
    assert last_walk(tmp_path / "ahead") is None
    assert manager.post("/demo-date/", {"month": "30 days"}).status == 303
    assert last_walk(tmp_path / "ahead").days == 30
    assert "Day 0 of 30" in manager.get("/demo-date/").text
    again = manager.post("/demo-date/", {"day": "1 day"})
    assert "on its way to another day" in again.text
    walk = last_walk(tmp_path / "ahead")
    keep_walk(tmp_path / "ahead", walk, done=3, failed="DatabaseError")
    assert "stopped after 3 days (DatabaseError)" in manager.get("/demo-date/").text
    keep_walk(tmp_path / "ahead", walk, done=30, seconds=12.4)
    told = manager.get("/demo-date/").text
    assert "30 days in 12 seconds" in told
    assert "Nothing like this happened" in told
