"""Many 835 files in one form: each with its own preview, posted with one press; and remittances that wait."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.jobs import schedule
from portal.models.files import Upload
from portal.models.identity import Login
from portal.models.posting import PostingPolicy
from portal.models.remittances import RemittanceRow
from portal.queue import run_due
from portal.services.post_remittance import post_remittance
from tests.services.payer_voice import Payer, clp, insured, svc
from tests.web.pages import Page, PageClient
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
GROUP = re.compile(r"/remittances/uploads/together/[0-9a-f-]{36}")


@pytest.fixture(autouse=True)
def at_work(staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: NOW


def files() -> dict[str, bytes]:
    """One that posts, one with a claim that is not ours and one that opens work, one that is no 835."""
    visit, payer = insured(10_000), Payer()
    said = clp(visit.control_number, svc("99213", 100, "CO-50 100"))
    return {
        "work.835": payer.data(said),
        "lost.835": payer.data(clp("LOST", svc("99213", 40))),
        "eob.pdf": b"%PDF-1.4",
    }


def send(client: PageClient, given: dict[str, bytes], group: str = "") -> Page:
    sent = [(io.BytesIO(data), name) for name, data in given.items()]
    return client.follow(client.post("/remittances/upload", {"file": sent, "group": group}))


def statuses() -> list[str]:
    with read_only() as session:
        return list(session.scalars(select(RemittanceRow.status).order_by(RemittanceRow.id)))


def test_OPS_9_many_files_are_previewed_and_posted_with_one_press(as_staff: AsStaff) -> None:
    client, group = as_staff("biller"), str(uuid4())
    page = send(client, files(), group)
    assert page.h1 == "Before you post"
    assert GROUP.fullmatch(page.response.request.path.removeprefix("/staff"))
    assert "This is a PDF, not an 835." in page.text
    assert "These parts are the whole, to the cent." in page.text
    assert "Opens work:" in page.text
    assert statuses() == []
    path = page.response.request.path
    with statements_sent() as queries:
        client.get(path)
    assert len(queries) <= 12, "\n".join(queries)
    done = client.follow(client.post(f"{path}/post", {"choice": "all"}))
    assert done.h1 == "What was posted"
    assert statuses() == ["posted", "posted"]
    again = client.follow(client.post(f"{path}/post", {"choice": "all"}))
    assert "Nothing was left to post" in again.text
    send(client, {"work.835": b"other", "lost.835": b"", "eob.pdf": b""}, group)  # the same form
    with read_only() as session:
        assert len(session.scalars(select(Upload.id)).all()) == 3
    as_staff("manager").get(path, expect=404)
    as_staff("manager").post(f"{path}/post", expect=404)


def test_OPS_15_only_clean_claims_are_posted_where_a_person_says_so(as_staff: AsStaff) -> None:
    client = as_staff("payment_poster")
    page = send(client, files())
    done = client.follow(client.post(f"{page.response.request.path}/post", {"choice": "clean"}))
    assert "only claims that open no work post" in done.text
    assert statuses() == ["posted", "posted"]


def test_large_groups_are_read_and_posted_by_jobs_while_the_page_tells_how_far(
    as_staff: AsStaff, staff_app: Flask, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.services.upload_many.AT_ONCE", 100)
    schedule.register()
    client, doors = as_staff("biller"), staff_app.extensions["kindbill"]
    page = send(client, files())
    assert "1 of 3 files are read" in page.text
    assert 'data-step="1-0"' in page.response.text
    assert "unattended=1" in page.response.text
    path = page.response.request.path
    assert run_due(database_url, doors, now=NOW) == 0
    assert "Post 2 files" in client.get(path).text
    page = client.follow(client.post(f"{path}/post"))
    assert page.h1 == "Posting the files"
    assert "0 of 2 files are posted" in page.text
    assert run_due(database_url, doors, now=NOW) == 0
    assert client.get(path).h1 == "What was posted"


def test_too_many_files_are_refused_and_none_is_kept(as_staff: AsStaff) -> None:
    page = send(as_staff("biller"), {f"{number}.835": b"x" for number in range(51)})
    assert "Choose 50 files at most; these are 51." in page.text
    with read_only() as session:
        assert session.scalars(select(Upload.id)).all() == []


def test_OPS_15_a_remittance_that_waits_is_posted_from_its_page(
    as_staff: AsStaff, staff_app: Flask
) -> None:
    client = as_staff("biller")
    visit = insured(10_000)
    said = clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50"))
    with transaction() as session:
        session.add(
            PostingPolicy(
                level="review_all",
                never_auto=[],
                effective_from=date(2026, 3, 1),
                reason="new payer",
                made_by_id=session.scalars(select(Login.id)).first(),
                made_at=NOW,
            )
        )
    store = staff_app.extensions["kindbill"].documents
    data = Payer().data(said, clp("LOST", svc("99213", 40)))
    post_remittance(data=data, name="a.835", now=NOW, store=store)
    listed = client.get("/remittances/")
    assert "1 payment to post." in listed.text
    page = client.get("/remittances/1")
    assert "Nothing of it is posted yet." in page.text
    assert "it would be held" in page.text
    assert "Post this remittance" not in as_staff("auditor").get("/remittances/1").text
    done = client.follow(client.post("/remittances/1/post", {"choice": "all"}))
    assert "Posted. $40.00 of it waits in the queue" in done.text
    again = client.post("/remittances/1/post", {"choice": "all"}, expect=409)
    assert "Somebody posted it before you" in again.text
