"""Payers and their posting rules: who may look, who may change, and that nothing is overwritten (OPS-15)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.audit import AuditEvent
from portal.models.posting import PostingPolicy
from portal.services.post_remittance import post_remittance
from tests.services.payer_voice import Payer, clp, insured, svc
from tests.web.pages import Page, PageClient
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_work(staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: NOW
    visit = insured(10_000)
    said = clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50"))
    other = clp("LOST", svc("99213", 40))
    post_remittance(data=Payer().data(said, other), name="a", now=NOW, store=None)


def change(client: PageClient, page: Page, path: str, **fields: str) -> Page:
    [upon] = re.findall(r'name="upon" value="(\d+)"', page.response.text)
    values = {
        "upon": upon,
        "level": "clean_claims",
        "never_auto": "97, b7",
        "effective_from": "3/2/2026",
        "reason": "It bundles wrongly",
    }
    return client.follow(client.post(path, values | fields))


def rules() -> list[PostingPolicy]:
    with read_only() as session:
        return list(session.scalars(select(PostingPolicy).order_by(PostingPolicy.id)))


def test_OPS_15_the_list_says_how_much_posted_itself_and_what_waits(as_staff: AsStaff) -> None:
    client = as_staff("auditor")
    with statements_sent() as sent:
        page = client.get("/payers/")
    assert len(sent) <= 12, "\n".join(sent)
    assert "50%" in page.text
    assert "1 of 2" in page.text
    assert "All that balances posts" in page.text
    assert "/payers/rule" not in page.links()
    client.get("/payers/rule", expect=403)
    client.get("/payers/999", expect=404)


def test_a_manager_makes_a_rule_and_its_history_stays(as_staff: AsStaff) -> None:
    client = as_staff("manager")
    form = client.get("/payers/1/rule")
    assert "97, 16, 252" in form.response.text  # offered, and kept by nobody yet
    done = change(client, form, "/payers/1/rule")
    assert "Kept." in done.text
    assert "It bundles wrongly" in done.text
    for link in done.links():
        if link.endswith("/payer/1"):
            client.get(link)  # what colleagues show of this payer
    [row] = rules()
    assert (row.payer_id, row.level, row.never_auto) == (1, "clean_claims", ["97", "B7"])
    again = change(client, form, "/payers/1/rule", level="review_all")
    assert "Somebody changed this rule before you" in again.text
    back = change(client, client.get("/payers/1/rule"), "/payers/1/rule", level="as_practice")
    assert "As the practice" in back.text
    assert [row.level for row in rules()] == ["clean_claims", "as_practice"]
    with read_only() as session:
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.object_type == "posting_policy")
        ).all()
        assert [event.login_id for event in events] == [client.login_id] * 2


def test_a_rule_that_makes_no_sense_is_refused(as_staff: AsStaff) -> None:
    client = as_staff("manager")
    form = client.get("/payers/rule")
    for fields, words in (
        ({"never_auto": "CO-97"}, "is no adjustment code"),
        ({"effective_from": "3/1/2026"}, "begins today or later"),
        ({"reason": ""}, "Enter why."),
        ({"level": "as_practice"}, "Please check this"),
        ({"reason": "card 4242 4242 4242 4242"}, "card number"),
    ):
        assert words in change(client, form, "/payers/rule", **fields).text, fields
    assert rules() == []
    as_staff("payment_poster").post("/payers/rule", {}, expect=403)


def test_rules_are_never_edited_by_the_application(as_staff: AsStaff) -> None:
    client = as_staff("manager")
    change(client, client.get("/payers/rule"), "/payers/rule")
    with pytest.raises(Exception, match="permission denied"), transaction() as session:
        session.scalars(select(PostingPolicy)).one().level = "review_all"
