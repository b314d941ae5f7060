"""The page of disclosures at the office, its letter and its table (HIPAA-11)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from sqlalchemy import select

from portal.db import read_only
from portal.models.audit import AuditEvent
from tests.services.staff_world import add_account
from tests.web.pages import PageClient


def test_HIPAA_11_the_desk_writes_one_down_and_sends_the_list(
    as_staff: Callable[[str], PageClient],
) -> None:
    world = add_account("1111-2222")
    desk, address = as_staff("front_desk"), f"/accounts/{world.account_id}/disclosures/"
    assert "Nothing was told to anybody else." in desk.get(address).text
    form = {
        "form_id": str(uuid4()),
        "patient": str(world.patient_id),
        "disclosed_on": "1/20/2026",
        "to_whom": "County court",
        "what": "Bills of January",
        "purpose": "A subpoena",
        "authority": "court",
    }
    assert "Enter what." in desk.post(address, form | {"what": ""}).text
    page = desk.follow(desk.post(address, form, expect=302))
    assert "County court" in page.text
    page = desk.follow(desk.post(f"{address}ask", {"ask-asked_on": "1/21/2026"}))
    assert "Send it by March 22, 2026" in page.text
    pdf = desk.http.get(f"{address}list.pdf")
    assert pdf.mimetype == "application/pdf"
    assert pdf.data.startswith(b"%PDF")
    assert "County court" in desk.http.get(f"{address}list.csv").get_data(as_text=True)
    page = desk.follow(desk.post(f"{address}answered", {}))
    assert "Send it by" not in page.text
    with read_only() as session:
        exports = session.scalars(select(AuditEvent).where(AuditEvent.action == "export")).all()
    assert [(one.object_type, one.row_count) for one in exports] == [("disclosures", 1)] * 2
