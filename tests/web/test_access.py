"""Who may open what: closed by default, one decorator an endpoint, every permission on every role."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import transaction
from portal.models.audit import AuditEvent
from portal.queries.permissions import OWN, ROLES
from portal.web import sign_in
from portal.web.access import patient, public, rule_of, staff
from tests.web.pages import PageClient
from tests.web.people import make_account


def rules(flask_app: Flask) -> dict[str, object]:
    return {
        rule.endpoint: rule_of(flask_app.view_functions[rule.endpoint])
        for rule in flask_app.url_map.iter_rules()
    }


@pytest.mark.parametrize("face", ["patient_app", "staff_app"])
def test_every_endpoint_says_who_may_call_it(face: str, request: pytest.FixtureRequest) -> None:
    """Exactly one decorator each; the library's own pages are a closed list."""
    flask_app = request.getfixturevalue(face)
    silent = {name for name, rule in rules(flask_app).items() if rule is None}
    assert silent == {"static"} | sign_in.ENDPOINTS, (
        "put exactly one of @public, @patient, @patient_or_guest, @applicant, @staff(...) of portal.web.access on the view"
    )


def test_two_decorators_are_refused_at_once() -> None:
    with pytest.raises(TypeError, match="two access decorators"):
        public(staff("accounts.view")(lambda: ""))


def test_an_unknown_permission_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"no role holds balances\.steal"):
        staff("balances.steal")


def test_an_endpoint_without_decorator_answers_nobody(
    patient_app: Flask, as_patient: Callable[..., PageClient]
) -> None:
    patient_app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    assert (
        as_patient(make_account()).get("/forgotten", expect=403).h1 == "You cannot open this page"
    )
    assert "secret" not in PageClient(patient_app).get("/forgotten", expect=403).text


def test_HIPAA_7_the_auditor_reads_and_changes_nothing() -> None:
    """Whatever an auditor holds is a view, or judges the trail, or opens a restricted account to read; money and records are others' to change."""
    views = {one for one in ROLES["auditor"] if one.endswith(".view") or one.startswith("reports.")}
    assert ROLES["auditor"] == views | {OWN, "audit.review", "accounts.open_restricted"}


def test_a_session_of_one_face_opens_nothing_on_the_other(
    patient_app: Flask, as_staff: Callable[[str], PageClient]
) -> None:
    """Other cookie, other secret: the staff's cookie under the patients' name is noise."""
    theirs = as_staff("manager")
    name = theirs.flask_app.config["SESSION_COOKIE_NAME"]
    cookie = theirs.http.get_cookie(name)
    assert cookie is not None
    ours = PageClient(patient_app)
    ours.http.set_cookie(patient_app.config["SESSION_COOKIE_NAME"], cookie.value)
    assert "/sign-in" in ours.get("/account/security", expect=302).location


def test_HIPAA_3_every_view_writes_who_saw_whose(as_patient: Callable[..., PageClient]) -> None:
    account = make_account()
    client = as_patient(account)
    page = client.get("/account/security")
    with transaction() as session:
        row = session.scalars(select(AuditEvent).where(AuditEvent.action == "view")).one()
    assert row.login_id == client.login_id
    assert row.account_ids == [account]
    assert row.object_type == "login"
    assert row.request_id == page.response.headers["X-Request-ID"]


def test_HIPAA_3_a_denied_try_is_written(
    as_staff: Callable[[str], PageClient], staff_app: Flask
) -> None:
    from portal.web.access import staff as only

    staff_app.add_url_rule("/all-audit", "all_audit", only("audit.view")(lambda: "rows"))
    client = as_staff("front_desk")
    client.get("/all-audit", expect=403)
    with transaction() as session:
        row = session.scalars(select(AuditEvent).where(AuditEvent.outcome == "denied")).one()
    assert (row.role, row.reason) == ("front_desk", "audit.view")


@pytest.mark.parametrize(
    "path", ["/bills/99999999999999999999", "/statements/%00", "/receipts/x%00y"]
)
def test_HIPAA_3_what_no_id_can_be_is_refused_and_written_down(
    as_patient: Callable[..., PageClient], path: str
) -> None:
    page = as_patient(make_account()).get(path, expect=400)
    assert page.h1 == "We could not use that"
    assert last_event().outcome == "failed"


def test_HIPAA_3_a_view_that_breaks_is_written_down_too(
    patient_app: Flask, as_patient: Callable[..., PageClient]
) -> None:
    def broken() -> str:
        raise RuntimeError("after somebody's data was read")

    patient_app.add_url_rule("/broken", "broken", patient(broken))
    patient_app.config["TESTING"] = False
    as_patient(make_account()).get("/broken", expect=500)
    event = last_event()
    assert (event.outcome, event.reason) == ("failed", "RuntimeError")


def last_event() -> AuditEvent:
    with transaction() as session:
        newest = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)
        return session.scalars(newest).one()
