"""Upload an 835: preview without posting, post the kept bytes once, see the result; only one's own."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.db import read_only
from portal.jobs import schedule
from portal.models.audit import AuditEvent
from portal.models.claims import Visit
from portal.models.files import File, Upload
from portal.models.ledger import JournalEntry
from portal.models.remittances import RemittanceRow
from portal.queries.permissions import ROLES
from portal.queries.viewer import StaffViewer
from portal.queue import run_due
from portal.services.import_claims import import_claims
from portal.services.post_upload import post_upload
from tests.web.pages import Page, PageClient
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ITEM = re.compile(r"/queue/\d+")
FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "x12"


@pytest.fixture
def claims(staff_app: Flask) -> None:
    import_claims(
        data=(FIXTURES / "claims.837").read_bytes(),
        name="claims.837",
        now=NOW,
        store=staff_app.extensions["kindbill"].documents,
    )


def upload(client: PageClient, content: bytes | None = None) -> Page:
    data = (FIXTURES / "remittance.835").read_bytes() if content is None else content
    return client.follow(
        client.post("/remittances/upload", {"file": (io.BytesIO(data), "inbox/feb.835")})
    )


def post(client: PageClient, preview: Page) -> Page:
    return client.post(f"{preview.response.request.path}/post")


def count(model: type) -> int:
    with read_only() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.usefixtures("claims")
def test_a_preview_changes_nothing_and_posting_does_what_it_said(as_staff: AsStaff) -> None:
    client, entries = as_staff("payment_poster"), count(JournalEntry)
    preview = upload(client)
    assert preview.h1 == "Before you post"
    assert "feb.835" in preview.text
    assert "inbox" not in preview.text
    assert "Will be posted" in preview.text
    assert not [link for link in preview.links() if link.startswith("/remittances/1")]
    assert (count(JournalEntry), count(RemittanceRow)) == (entries, 0)
    path = preview.response.request.path
    with statements_sent() as sent:
        client.get(path)
    assert len(sent) <= 12, "\n".join(sent)
    done = client.follow(post(client, preview))
    assert done.h1 == "What was posted"
    assert count(JournalEntry) > entries
    assert count(RemittanceRow) > 0
    again = client.follow(post(client, preview))
    assert "posted already" in again.text
    assert again.h1 == "What was posted"
    with read_only() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.object_type == "remittance_file")
        ).one()
        assert event.login_id == client.login_id


@pytest.mark.usefixtures("claims")
def test_HIPAA_3_a_preview_writes_down_whose_claims_it_showed(as_staff: AsStaff) -> None:
    client = as_staff("payment_poster")
    preview = upload(client)
    with read_only() as session:
        shown = [
            visit
            for visit in session.scalars(select(Visit))
            if visit.control_number in preview.text
        ]
        event = session.scalars(
            select(AuditEvent).where(
                AuditEvent.object_type == "upload", AuditEvent.action == "view"
            )
        ).one()
        assert shown
        assert set(event.account_ids) == {visit.guarantor_account_id for visit in shown}
        assert set(event.patient_ids) == {visit.patient_id for visit in shown}


@pytest.mark.usefixtures("claims")
def test_the_same_file_again_is_told_before_posting(as_staff: AsStaff) -> None:
    client = as_staff("biller")
    post(client, upload(client))
    files = count(File)
    preview = upload(client)
    assert "There is nothing to do" in preview.text
    assert "Post this file" not in preview.text
    assert count(File) == files


@pytest.mark.usefixtures("claims")
def test_two_clicks_at_once_post_once(as_staff: AsStaff, staff_app: Flask) -> None:
    client = as_staff("biller")
    preview = upload(client)
    staff = StaffViewer(client.login_id, "biller", ROLES["biller"])
    with read_only() as session:
        upload_id = session.scalars(select(Upload.id)).one()

    def click(_: int) -> bool:
        documents = staff_app.extensions["kindbill"].documents
        return post_upload(upload_id=upload_id, staff=staff, store=documents, now=NOW)

    with ThreadPoolExecutor(2) as clicks:
        assert sorted(clicks.map(click, range(2))) == [False, True]
    assert "Seen before" not in client.get(preview.response.request.path).text


@pytest.mark.usefixtures("claims")
def test_a_large_file_is_read_and_posted_by_jobs_while_its_page_waits(
    as_staff: AsStaff, staff_app: Flask, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("preview_upload", "post_upload"):
        monkeypatch.setattr(f"portal.services.{module}.AT_ONCE", 100)
    doors, client = staff_app.extensions["kindbill"], as_staff("payment_poster")
    staff_app.config["CLOCK"] = lambda: NOW
    schedule.register()
    page = upload(client)
    path = page.response.request.path
    assert page.h1 == "Reading the file"
    assert 'http-equiv="refresh"' in page.response.text
    assert (
        "unattended=1" in page.response.text
    )  # HIPAA-2: the waiting page is nobody's sign of life
    assert "Post this file" not in page.text
    assert "being posted now" in client.follow(post(client, page)).text  # nobody saw it: not taken
    assert run_due(database_url, doors, now=NOW) == 0
    page = client.get(path)
    assert page.h1 == "Before you post"
    assert 'http-equiv="refresh"' not in page.response.text
    assert count(RemittanceRow) == 0
    page = client.follow(post(client, page))
    assert "is being posted" in page.text
    assert "Post this file" not in page.text
    assert 'http-equiv="refresh"' in page.response.text
    assert "being posted now" in client.follow(post(client, page)).text
    assert run_due(database_url, doors, now=NOW) == 0
    page = client.get(path)
    assert page.h1 == "What was posted"
    assert count(RemittanceRow) > 0
    with read_only() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.object_type == "remittance_file")
        ).one()
        assert (event.login_id, event.reason) == (client.login_id, "posted")


@pytest.mark.usefixtures("claims")
def test_a_page_stops_waiting_for_a_job_that_does_not_come(
    as_staff: AsStaff, staff_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.services.preview_upload.AT_ONCE", 100)
    staff_app.config["CLOCK"] = lambda: NOW
    client = as_staff("payment_poster")
    path = upload(client).response.request.path
    staff_app.config["CLOCK"] = lambda: NOW + timedelta(minutes=6)
    page = client.get(path)
    assert "upload it again" in page.text
    assert 'http-equiv="refresh"' not in page.response.text


def test_what_is_no_835_says_so_and_cannot_be_posted(as_staff: AsStaff) -> None:
    client = as_staff("biller")
    page = upload(client, b"GIF89a")
    assert page.h1 == "Nothing to post"
    assert "cannot be read as an 835" in page.text
    assert "/remittances/upload" in page.links()
    assert "Post this file" not in page.text
    missing = client.post("/remittances/upload", {})
    assert "Choose a file." in missing.text


def test_HIPAA_7_only_ones_own_upload_and_only_with_the_role(as_staff: AsStaff) -> None:
    mine, theirs = as_staff("biller"), as_staff("manager")
    preview = upload(mine)
    theirs.get(preview.response.request.path, expect=404)
    theirs.post(f"{preview.response.request.path}/post", expect=404)
    as_staff("auditor").get("/remittances/upload", expect=403)
    assert count(RemittanceRow) == 0


def test_an_837P_is_taken_in_once(as_staff: AsStaff) -> None:
    client = as_staff("biller")
    data = (FIXTURES / "claims.837").read_bytes()

    def send(content: bytes) -> str:
        return client.post("/claims/upload", {"file": (io.BytesIO(content), "feb.837")}).text

    assert "feb.837: " in send(data)
    assert "came in before" in send(data)
    assert "0 claims taken, 1 refused" in send(b"GIF89a")
    assert "Choose a file." in client.post("/claims/upload", {}).text
    as_staff("payment_poster").get("/claims/upload", expect=403)


@pytest.mark.usefixtures("claims")
def test_a_claim_that_was_not_found_is_released_to_the_one_staff_names(as_staff: AsStaff) -> None:
    """The money leaves suspense once, the decision posts, and the item closes by itself."""
    client = as_staff("biller")
    lost = (
        (FIXTURES / "remittance.835")
        .read_bytes()
        .replace(b"CLP*V1001*", b"CLP*LOST1*")
        .replace(b"NM1*QC*1*SAMPLE*TESTA", b"NM1*QC*1*NOSUCH*PERSON")
        .replace(b"*30*12*ACM-1*", b"*30*12*XYZ-1*")
    )
    post(client, upload(client, lost))
    queue = client.get("/queue/?kind=unmatched")
    items = [
        link for link in (link.split("?")[0] for link in queue.links()) if ITEM.fullmatch(link)
    ]
    (item,) = [link for link in items if "LOST1" in client.get(link).text]
    closing = client.post(f"{item}/close", {"close-outcome": "corrected", "close-note": "Found"})
    assert "$120.00 of the payer's money still waits" in closing.text

    def release(number: str, note: str = "Read it to her on the phone") -> Page:
        return client.follow(
            client.post(f"{item}/release", {"release-number": number, "release-note": note})
        )

    assert "Enter how you know." in release("V1001", "").text
    assert "No claim here has this number" in release("V4444").text
    assert "Name the claim" in release("").text
    done = release("v1001")
    assert "Released, and the decision is posted." in done.text
    assert "Posted" in done.text
    assert "released before" in release("V1001").text
    page = client.follow(client.post("/accounts/search", {"term": "V1001"}))
    assert "$120.00" in page.text
