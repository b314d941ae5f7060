"""Every route of both faces, tried by everybody: the answer is the one that the table gives (HIPAA-7, HIPAA-9)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, make_url, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal.db import read_only
from portal.models.audit import AuditEvent
from tests.web.access_table import DENIED, WRITTEN_DOWN, Table
from tests.web.access_tables import PATIENTS, STAFF
from tests.web.access_world import Actor, patients_world, staff_world
from tests.web.pages import fresh_token

# What a refused try itself leaves: the row that tells of it, and when the browser was seen.
ASKED = frozenset("spk")
ASKED_AT = {
    "/sign-in": "s",
    "/confirm-password": "c",
    "/pay-statement": "p",
    "/help-paying/come-back": "k",
}
TRAIL = {"audit_events", "login_sessions"}
SAMPLES = {"IntegerConverter": "1", "UUIDConverter": "00000000-0000-0000-0000-000000000001"}
EVERY_TABLE = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


@dataclass
class Walk:
    """One face, who tries it, and whose record they try; without one, numbers are samples."""

    flask_app: Flask
    table: Table
    actors: Mapping[str, Actor]
    record: Mapping[str, object] = field(default_factory=dict)
    forms: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def tries(self, name: str, *, denied: bool) -> int:
        """Everything that this actor is to be denied, or all the rest; how many tries the trail must tell of."""
        actor, known, told = self.actors[name], routes(self.flask_app), 0
        for (method, path), answers in sorted(self.table.rows.items()):
            if (answers[name] in DENIED) != denied:
                continue
            found = self.answer(actor, method, known[method, path])
            if found != answers[name]:
                self.wrong.append(f"{name} {method} {path}: {found}, not {answers[name]}")
            told += found in WRITTEN_DOWN and answers["nobody"] in ASKED
        return told

    def answer(self, actor: Actor, method: str, rule: Rule) -> str:
        """Send it as a browser does, a change with its CSRF token; the letter of the table."""
        actor.make_ready()
        http, path = actor.client.http, address(rule, {**self.record, **actor.own})
        if method == "GET":
            response = http.get(path)
        else:
            token = fresh_token(actor.client)
            response = http.post(path, data={"csrf_token": token, **self.forms.get(path, {})})
        found = outcome(response)
        actor.touched = method == "POST" or found == "b"
        if actor.stale and response.location and found == "o":  # perhaps to the page that asks
            found = "c" if outcome(http.get(response.location)) == "c" else "o"
        return found if self.record or found != "n" else "o"


@pytest.mark.parametrize(("face", "table"), [("patient_app", PATIENTS), ("staff_app", STAFF)])
def test_HIPAA_7_the_table_has_a_row_for_every_route(
    face: str, table: Table, request: pytest.FixtureRequest
) -> None:
    there = set(routes(request.getfixturevalue(face)))
    new, gone = there - set(table.rows), set(table.rows) - there
    assert not new, f"say in tests/web/access_tables.py who may: {sorted(new)}"
    assert not gone, f"no longer there: {sorted(gone)}"


@pytest.mark.parametrize("face", ["patients", "staff"])
def test_HIPAA_7_HIPAA_9_every_route_by_everybody(
    face: str, patient_app: Flask, staff_app: Flask, database_url: str
) -> None:
    """First whatever is denied, which changes nothing and is written down; then all that opens."""
    if face == "patients":
        world = patients_world(patient_app)
        walk = Walk(patient_app, PATIENTS, world.actors, world.record, world.forms)
    else:
        walk = Walk(staff_app, STAFF, staff_world(staff_app, patient_app))
    assert set(walk.actors) == set(walk.table.actors)
    for name in walk.actors:
        before, trail = contents(database_url), denials()
        told = walk.tries(name, denied=True)
        assert walk.wrong == [], "\n".join(walk.wrong)
        assert denials() - trail == told, f"not every denied try of {name} is in the audit trail"
        assert contents(database_url) == before, f"a denied try of {name} changed something"
    for name in walk.actors:
        walk.tries(name, denied=False)
    assert walk.wrong == [], "\n".join(walk.wrong)


def routes(flask_app: Flask) -> dict[tuple[str, str], Rule]:
    """Each route by method and pattern, as the app itself lists them."""
    return {
        (method, rule.rule): rule
        for rule in flask_app.url_map.iter_rules()
        for method in ("GET", "POST")
        if method in (rule.methods or ())
    }


def address(rule: Rule, record: Mapping[str, object]) -> str:
    """The path with the record's own values, or with a sample where there is none."""
    path, folder = rule.rule, rule.rule.split("/")[1]
    for name in rule.arguments:
        converter = rule._converters[name]
        choices = sorted(getattr(converter, "items", ())) or ["x"]
        sample = SAMPLES.get(type(converter).__name__, choices[0])
        value = record.get(f"{folder} {name}", record.get(name, sample))
        path = re.sub(rf"<([^<>]*:)?{name}>", str(value), path)
    return path


def outcome(response: TestResponse) -> str:
    """What the answer means to who asked."""
    status, page = response.status_code, ""
    if response.mimetype == "text/html":
        page = response.get_data(as_text=True)
    assert "This page was open too long" not in page, "the form's token was not taken"
    assert status < 500, response.request.path
    if status in {403, 404}:
        return "r" if status == 403 else "n"
    to = response.headers.get("Location", "").split("?")[0].removeprefix("/staff")
    if status == 303 and to == "/":
        return "b"
    return ASKED_AT.get(to, "o")


def contents(database_url: str) -> dict[str, str]:
    """A sum over every row of every table, but of the trail that a refused try leaves."""
    url = make_url(database_url).render_as_string(hide_password=False)
    with psycopg.connect(url) as owner:
        names = {name for (name,) in owner.execute(EVERY_TABLE)} - TRAIL
        sums = " UNION ALL ".join(
            f"SELECT '{name}', md5(string_agg(row::text, ',' ORDER BY row::text)) FROM {name} row"
            for name in sorted(names)
        )
        return dict(owner.execute(sums).fetchall())


def denials() -> int:
    """How many refused tries the audit trail tells of."""
    refused = select(func.count()).where(AuditEvent.outcome.in_({"denied", "refused"}))
    with read_only() as session:
        return session.scalar(refused) or 0
