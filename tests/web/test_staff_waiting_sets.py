"""Several waiting remittances with one press: a preview by level, each its own transaction, what moved left and named (OPS-15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from billing.ledger import Account
from billing.money import Money
from portal.db import read_only
from portal.models.audit import AuditEvent
from portal.models.claims import Visit
from portal.models.posting import PostingPolicy
from portal.models.remittances import RemittanceRow
from portal.queries.ledger_proof import verify_ledger
from portal.queries.waiting_sets import preview_waiting, sum_of
from portal.services.post_remittance import post_remittance
from tests.conftest import NOW
from tests.services.payer_voice import Payer, bill, book, clp, svc, total
from tests.web.pages import Page, PageClient
from tests.web.people import make_login
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]
CLEAN, DENIED = "CO-45 20, PR-1 50", "CO-50 100"
LOOK = "/remittances/waiting"


@pytest.fixture(autouse=True)
def _clock(staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: NOW


def visits(count: int) -> list[Visit]:
    who = make_login("staff", role="manager")
    with book() as found:
        found.practice()
        payer = found.payer()
        made = []
        for _ in range(count):
            patient = found.patient(found.account())
            found.coverage(patient, payer)
            visit, charges = found.visit(patient, [10_000])
            found.claim(visit, charges, payer)
            made.append(visit)
        found.add(
            PostingPolicy(
                payer_id=None,
                level="review_all",
                never_auto=[],
                effective_from=date(2026, 3, 1),
                reason="test",
                made_by_id=who,
                made_at=NOW,
            )
        )
    return made


def sends(app: Flask, payer: Payer, *said: tuple[Visit, str]) -> int:
    """One remittance that waits; its id."""
    claims = [clp(visit.control_number, svc("99213", 100, taken)) for visit, taken in said]
    shelf = app.extensions["kindbill"].documents
    report = post_remittance(data=payer.data(*claims), name="a.835", now=NOW, store=shelf)
    [one] = report.sets
    assert one.status == "held"
    return one.remittance_id or 0


def boxes(page: Page) -> list[str]:
    return [one.get("value", "") for one in page.all("input") if one.get("name") == "set"]


def pressed(client: PageClient, page: Page, choice: str = "all") -> Page:
    return client.post(LOOK, {"set": boxes(page), "step": "do", "choice": choice})


def statuses() -> list[str]:
    with read_only() as session:
        return list(session.scalars(select(RemittanceRow.status).order_by(RemittanceRow.id)))


def test_OPS_15_the_preview_counts_claims_and_dollars_by_level(
    staff_app: Flask, as_staff: AsStaff
) -> None:
    one, two, three, payer = *visits(3), Payer()
    ids = [
        sends(staff_app, payer, (one, CLEAN), (two, DENIED)),
        sends(staff_app, payer, (three, CLEAN)),
    ]
    found = preview_waiting(ids)
    assert [(row.clean, row.work, row.kept) for row in found] == [
        (1, 1, 0),
        (1, 0, 0),
    ]
    everything, clean = sum_of(found, only_clean=False), sum_of(found, only_clean=True)
    assert (everything.posts, everything.posts_paid, everything.waits) == (3, Money(6_000), 0)
    assert (clean.posts, clean.posts_paid, clean.waits, clean.waits_paid) == (
        2,
        Money(6_000),
        1,
        Money(0),
    )
    client = as_staff("payment_poster")
    page = client.get("/remittances/")
    assert len(boxes(page)) == 2
    with statements_sent() as few:
        client.post(LOOK, {"set": [str(ids[0])]})
    with statements_sent() as many:
        preview = client.post(LOOK, {"set": [str(i) for i in ids]})
    assert len(many) == len(few) <= 12, "\n".join(many)
    assert preview.h1 == "Before you post"
    assert "Post 2 remittances" in preview.text
    assert statuses() == ["waiting", "waiting"]
    assert total(Account.PAYER_CLEARING) == 0


def test_OPS_15_one_press_posts_each_and_a_second_press_nothing_twice(
    staff_app: Flask, as_staff: AsStaff
) -> None:
    one, two, three, payer = *visits(3), Payer()
    ids = [
        sends(staff_app, payer, (one, CLEAN), (two, DENIED)),
        sends(staff_app, payer, (three, CLEAN)),
    ]
    client = as_staff("payment_poster")
    preview = client.post(LOOK, {"set": [str(i) for i in ids]})
    done = pressed(client, preview, "clean")
    assert done.h1 == "What was posted"
    assert "2 remittances posted." in done.text
    assert "1 claim posted, 1 in the queue." in done.text
    assert statuses() == ["posted", "posted"]
    assert total(Account.PAYER_CLEARING) == 6_000
    assert bill(one.id).due_now == Money(5_000)
    again = pressed(client, preview, "clean")
    assert "0 remittances posted." in again.text
    assert again.text.count("Somebody posted it before you") == 2
    assert total(Account.PAYER_CLEARING) == 6_000
    assert verify_ledger().ok
    with read_only() as session:
        events = session.scalars(
            select(AuditEvent.object_id).where(
                AuditEvent.object_type == "remittance",
                AuditEvent.action == "create",
                AuditEvent.login_id == client.login_id,
                AuditEvent.reason == "posted clean",
            )
        ).all()
        assert sorted(events) == sorted(str(i) for i in ids)


def test_OPS_15_a_set_whose_bill_moved_after_the_look_is_left_and_named(
    staff_app: Flask, as_staff: AsStaff
) -> None:
    """Two remittances answer one visit: the one posted meanwhile moves the other's bill."""
    one, two, payer = *visits(2), Payer()
    first = sends(staff_app, payer, (one, CLEAN))
    second = sends(staff_app, payer, (one, "CO-45 30, PR-1 50"))
    third = sends(staff_app, payer, (two, CLEAN))
    client, other = as_staff("payment_poster"), as_staff("biller")
    preview = client.post(LOOK, {"set": [str(second), str(third)]})
    pressed(other, other.post(LOOK, {"set": [str(first)]}))
    done = pressed(client, preview)
    assert "1 remittance posted. 1 left as they were" in done.text
    assert "One of its bills was posted to after you looked" in done.text
    assert statuses() == ["posted", "waiting", "posted"]
    pressed(client, client.post(LOOK, {"set": [str(second)]}))
    assert statuses() == ["posted", "posted", "posted"]


def test_OPS_15_only_who_posts_may_choose_and_nonsense_is_no_choice(
    staff_app: Flask, as_staff: AsStaff
) -> None:
    one, two, payer = *visits(2), Payer()
    sends(staff_app, payer, (one, CLEAN))
    sends(staff_app, payer, (two, CLEAN))
    auditor = as_staff("auditor")
    assert not boxes(auditor.get("/remittances/"))
    client = as_staff("payment_poster")
    nothing = client.follow(client.post(LOOK, {"set": ["x", "99999999999:1"]}))
    assert "Choose some remittances first." in nothing.text
    guessed = client.post(LOOK, {"set": ["1"], "step": "do", "choice": "all"})
    assert "One of its bills was posted to after you looked" in guessed.text
    assert statuses() == ["waiting", "waiting"]
