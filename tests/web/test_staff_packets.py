"""The office's way of a bill to an agency, page by page: what lacks, the packet, the second person, the file, and home (COLL-2)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from billing.audit_rules import Restriction
from portal.db import read_only
from portal.models.audit import AuditEvent
from portal.models.claims import Visit
from portal.services.restrict_account import restrict_account
from portal.services.run_day import run_day
from portal.services.write_placement_files import write_placement_files
from tests.services.gate_world import owing
from tests.services.staff_world import add_staff
from tests.services.statement_world import Office, noon
from tests.services.test_agencies import WHOLE, add, approve
from tests.services.test_packets import OPEN, prepare, ready
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

As = Callable[[str], PageClient]


@pytest.fixture
def visit(staff_app: Flask, tmp_path: Path) -> Visit:
    """A bill whose gate opens, on the day it does, and an agency that may be used."""
    _, visit = ready(tmp_path)
    run_day(on=OPEN, now=noon(OPEN), office=Office(tmp_path))
    agency_id = add(add_staff("collections", "c@example.com"), WHOLE)
    approve(add_staff("manager", "m@example.com"), agency_id)
    staff_app.config["CLOCK"] = lambda: noon(OPEN)
    return visit


MOST = 12


def budgeted(client: PageClient, path: str):
    with statements_sent() as sent:
        page = client.get(path)
    assert len(sent) <= MOST, (path, len(sent), sent)
    return page


def test_COLL_2_from_the_open_gate_to_the_agency_and_home(
    visit: Visit, staff_app: Flask, as_staff: As
) -> None:
    clerk, manager = as_staff("collections"), as_staff("manager")
    assert "Opens" in budgeted(clerk, "/packets/").text
    bill = f"/packets/bills/{visit.id}"
    page = budgeted(clerk, bill)
    assert "The gate opens" in page.text
    at = clerk.post(f"{bill}/prepare", {"packet_id": page.hidden("packet_id")}).location
    assert "Prepared" in budgeted(clerk, bill).text
    page = clerk.get(at)
    for words in ("The bill, entry by entry", "Notices, and what became of each", "$200.00"):
        assert words in page.text
    assert "Another person signs it." not in page.text  # their role signs none
    assert "Prepared" in budgeted(clerk, "/packets/?show=to_sign").text
    page = budgeted(manager, at)
    budgeted(manager, bill)
    page = manager.follow(manager.post(f"{at}/sign", {"shown_hash": page.hidden("shown_hash")}))
    assert "Signed" in page.text
    pdf = manager.http.get(f"{at}/packet.pdf")
    assert pdf.data.startswith(b"%PDF")
    assert b"/StructTreeRoot" in pdf.data
    page = clerk.get(at)
    said = {"form_id": page.hidden("form_id"), "agency": ""}
    assert "Choose the agency" in clerk.post(f"{at}/place", said, expect=200).text
    placement = clerk.post(f"{at}/place", said | {"agency": "1"}).location
    page = budgeted(clerk, placement)
    assert "With the agency" in page.text
    assert "Testa Recovery" in clerk.get("/placements/").text
    doors = staff_app.extensions["kindbill"]
    write_placement_files(on=OPEN, now=noon(OPEN), shelf=doors)
    [link] = [one for one in clerk.get("/placements/files").links() if one.count("-") == 4]
    page = budgeted(clerk, link)
    assert "Ask for this bill: 1" in page.text
    told = clerk.http.get(f"{link}/content.csv")
    assert told.data.startswith(b"order,")
    assert as_staff("biller").get(f"{link}/content.csv", expect=403).status == 403
    clerk.get(link)
    clerk.post(f"{link}/handed-over")
    assert "by " in clerk.get(link).text
    clerk.get(placement)
    page = clerk.post(f"{placement}/recall", {}, expect=200)
    assert "Enter why" in page.text
    page = clerk.follow(clerk.post(f"{placement}/recall", {"recall-reason": "We made a plan"}))
    assert "The bill is ours" in page.text
    assert "Recalled" in budgeted(clerk, "/placements/?state=recalled&agency=1").text
    with read_only() as session:
        trail = session.execute(
            select(AuditEvent.action, AuditEvent.object_type).where(AuditEvent.outcome == "ok")
        ).all()
    for row in (
        ("prepare", "collection_packet"),
        ("sign", "collection_packet"),
        ("print", "collection_packet"),
        ("place", "visit"),
        ("export", "placement_file"),
        ("hand_over", "placement_file"),
        ("recall", "placement"),
    ):
        assert row in trail


def test_COLL_2_what_stands_in_the_way_is_said_in_words_and_leads_to_the_step(
    database_url: str, as_staff: As
) -> None:
    account_id, visit_id = owing()
    clerk = as_staff("collections")
    page = clerk.get(f"/packets/bills/{visit_id}")
    assert "An attempt to tell of help by phone" in page.text
    assert f"/assistance/of/{account_id}" in page.links()
    assert "Prepare the packet" not in page.text
    asked = {"packet_id": "5c0ffee0-0000-4000-8000-00000000000a"}
    page = clerk.post(f"/packets/bills/{visit_id}/prepare", asked, expect=200)
    assert "The gate says no by these rules" in page.text
    assert clerk.get("/packets/bills/999", expect=404).status == 404
    assert "No packet is here" in clerk.get("/packets/?show=signed").text
    assert "No bill is here" in clerk.get("/placements/").text
    assert "No file yet" in clerk.get("/placements/files").text


def test_HIPAA_3_a_restricted_account_has_no_name_in_the_lists_and_no_page(
    visit: Visit, as_staff: As
) -> None:
    boss = add_staff("manager", "boss@example.com")
    packet_id = prepare(boss, visit.id)
    clerk = as_staff("collections")
    assert "Testa Sample" in clerk.get("/packets/?show=to_sign").text
    restrict_account(
        staff=boss,
        account_id=visit.guarantor_account_id,
        kind=Restriction.VIP,
        staff_login_id=None,
        reason="Mayor of the town",
        now=noon(OPEN),
    )
    page = clerk.get("/packets/?show=to_sign")
    assert "Restricted account" in page.text
    assert "Testa Sample" not in page.text
    for path in (f"/packets/{packet_id}", f"/packets/{packet_id}/packet.pdf"):
        assert clerk.get(path, expect=403).status == 403
    assert clerk.get(f"/packets/bills/{visit.id}", expect=403).status == 403
