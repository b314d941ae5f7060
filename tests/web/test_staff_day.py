"""The day's page and the audit trail: what stands on them, and who may do what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only
from portal.models.audit import AuditEvent
from portal.queries.permissions import ROLES
from portal.queries.viewer import StaffViewer
from tests.services.payer_voice import Payer, book, clp, svc
from tests.services.test_close_of_day import DAY, cash_taken
from tests.services.test_release_held import pays
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]
NOW = datetime(2026, 4, 20, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock(staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: NOW


def remitted() -> tuple[str, str]:
    from portal.models.remittances import RemittanceRow

    with book() as found:
        found.practice()
        _, _, claim, _ = found.insured_visit([100_00])
    pays(Payer(), clp(claim.patient_control_number, svc("99213", 100, "CO-45 20, PR-1 50")))
    with read_only() as session:
        row = session.scalars(select(RemittanceRow)).one()
        return row.issued_on.isoformat(), row.trace


def enter(client: PageClient, day: str, amount: str, trace: str) -> str:
    form = {
        "deposit-form_id": str(uuid4()),
        "deposit-deposited_on": day,
        "deposit-amount": amount,
        "deposit-trace": trace,
    }
    return client.follow(client.post(f"/day/deposit?on={day}", form)).text


def test_OPS_11_from_the_deposit_to_the_closed_day(as_staff: AsStaff) -> None:
    day, trace = remitted()
    poster, manager = as_staff("payment_poster"), as_staff("manager")
    poster.get(f"/day/?on={day}")
    with statements_sent() as sent:
        page = poster.get(f"/day/?on={day}")
    assert len(sent) <= 14, "\n".join(sent)
    assert "Remittances say$30.00" in page.text
    assert "Everything agrees to the cent" in page.text
    text = enter(poster, day, "29.99", trace)
    assert "matched to its remittance" in text
    assert "1 difference to explain" in text
    assert "Explain what does not agree" in text  # and no button that would only be refused
    assert "1 unexplained" in poster.post(f"/day/close?on={day}").text
    gap = manager.get(f"/day/?on={day}").hidden("explain-key")
    unsaid = manager.post(f"/day/explain?on={day}", {"explain-key": gap, "explain-note": ""})
    assert "Enter why it is right as it stands." in unsaid.text
    done = manager.post(f"/day/explain?on={day}", {"explain-key": gap, "explain-note": "Rounded"})
    assert "Rounded" in manager.follow(done).text
    assert "Closed" in poster.follow(poster.post(f"/day/close?on={day}")).text
    assert "Open it again" not in poster.get(f"/day/?on={day}").text
    opened = manager.post(f"/day/reopen?on={day}", {"reopen-reason": "A deposit was missing"})
    assert "A deposit was missing" in manager.follow(opened).text


def test_HIPAA_7_who_may_do_what_with_a_day(as_staff: AsStaff) -> None:
    day, _ = remitted()
    address = f"/day/?on={day}"
    auditor = as_staff("auditor").get(address)
    for offered in ("Enter a line", "Close the day", "Explain it"):
        assert offered not in auditor.text
    biller = as_staff("biller")
    assert "Close the day" not in biller.get(address).text
    biller.post(f"/day/close?on={day}", expect=403)
    as_staff("payment_poster").post(f"/day/reopen?on={day}", expect=403)
    as_staff("front_desk").get(address, expect=403)


def test_the_day_is_downloaded_and_the_download_written_down(as_staff: AsStaff) -> None:
    day, trace = remitted()
    answer = as_staff("auditor").get(f"/day/export.csv?on={day}").response
    assert answer.mimetype == "text/csv"
    assert trace in answer.get_data(as_text=True)
    with read_only() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "export")).one()
        assert event.object_id == day


def test_HIPAA_3_the_auditor_searches_the_trail_by_account_person_and_day(
    as_staff: AsStaff,
) -> None:
    from tests.services.staff_world import add_account

    one, two = add_account("1111-2222"), add_account("3333-4444")
    biller = as_staff("biller")
    biller.get(f"/accounts/{one.account_id}")
    biller.get(f"/accounts/{two.account_id}")
    auditor = as_staff("auditor")
    with statements_sent() as sent:
        everything = auditor.get("/audit/").text
    assert len(sent) <= 12, "\n".join(sent)
    assert "1111-2222" in everything
    assert "3333-4444" in everything
    found = auditor.post("/audit/", {"account": "11112222"})
    assert "account (record 1)" in found.text
    assert "account (record 2)" not in found.text
    assert "No account has this number" in auditor.post("/audit/", {"account": "9"}).text
    assert "account 9, person all" in auditor.get("/audit/").text, "HIPAA-3: the query is kept"
    by_person = auditor.post("/audit/", {"person": str(biller.login_id)}).text
    assert "1111-2222" in by_person
    assert "Nothing was written down" in auditor.post("/audit/", {"until": "4/19/2026"}).text
    assert "1111-2222" in auditor.post("/audit/", {"since": "4/20/2026"}).text
    biller.get("/audit/", expect=403)


def test_PCI_5_a_card_number_is_no_trace_of_a_deposit(as_staff: AsStaff) -> None:
    client = as_staff("payment_poster")
    page = enter(client, "2026-04-17", "12.00", "4242 4242 4242 4242")
    assert "looks like a card number" in page
    assert "4242 4242" not in page


def test_OPS_12_two_people_count_the_drawer_each_for_themselves(as_staff: AsStaff) -> None:
    address = f"/day/drawer?on={DAY.isoformat()}"
    desk, manager = as_staff("front_desk"), as_staff("manager")
    cash_taken(StaffViewer(manager.login_id, "manager", ROLES["manager"]))
    assert "The cash drawer is not counted" in manager.get(f"/day/?on={DAY.isoformat()}").text
    form = {"n2000": "5", "coins": "0", "float_kept": "40"}
    blank = desk.get(address)
    assert "$60.00" not in blank.text  # blind: neither what is expected nor another's figure
    bad = desk.post(address, form | {"form_id": blank.hidden("form_id"), "n2000": "-1"})
    assert "from 0 to 9999" in bad.text
    kept = desk.post(address, form | {"form_id": blank.hidden("form_id")})
    assert "A second person has not counted" in desk.follow(kept).text
    again = manager.get(address)
    assert "$100.00" not in again.text
    manager.post(address, form | {"form_id": again.hidden("form_id")})
    page = manager.get(f"/day/?on={DAY.isoformat()}")
    assert "Cash drawer, as counted" in page.text
    assert "not counted" not in page.text
