"""Reports on the pages: the figures, their tie to the ledger, the rows behind them, CSV, paper, and the trail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text

from portal.db import read_only
from portal.models.audit import AuditEvent
from portal.queries.report_list import REPORTS
from tests.services.report_world import ReportWorld
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]


@pytest.fixture
def world(database_url: str, staff_app: Flask, now: datetime) -> ReportWorld:
    staff_app.config["CLOCK"] = lambda: now
    world = ReportWorld()
    told = world.charge(date(2026, 1, 12), 100_00, sent=date(2026, 1, 13))
    world.decide(told, date(2026, 2, 20), paid=50_00, discount=20_00, share=30_00)
    world.pay(told, date(2026, 2, 25), 12_00)
    return world


def settle(owner_engine: Engine) -> None:
    """Other databases of this server have transactions under way, which the mark would wait for."""
    with owner_engine.begin() as owner:
        owner.execute(
            text("UPDATE report_marks SET horizon = pg_snapshot_xmax(pg_current_snapshot())")
        )


@pytest.mark.parametrize("key", REPORTS)
def test_a_report_is_a_page_a_csv_and_a_paper_within_its_queries(
    world: ReportWorld, as_staff: AsStaff, owner_engine: Engine, key: str
) -> None:
    client = as_staff("auditor")
    client.get(f"/reports/{key}")
    with (
        owner_engine.begin() as owner
    ):  # other databases of this server have transactions under way
        owner.execute(
            text("UPDATE report_marks SET horizon = pg_snapshot_xmax(pg_current_snapshot())")
        )
    with statements_sent() as sent:
        page = client.get(f"/reports/{key}")
    assert len(sent) <= 12, "\n".join(sent)
    assert len(page.source) <= 40_000
    assert " style=" not in page.source
    table = client.get(f"/reports/{key}.csv").response.get_data(as_text=True)
    assert table.startswith(REPORTS[key].title)
    assert "As of,2026-03-02," in table
    paper = client.get(f"/reports/{key}.pdf")
    assert paper.response.data.startswith(b"%PDF")


def test_HIPAA_3_the_rows_behind_a_figure_name_patients_and_say_so_to_the_trail(
    world: ReportWorld, as_staff: AsStaff
) -> None:
    client = as_staff("biller")
    page = client.get("/reports/ageing")
    assert "Ties to the ledger: $18.00." in page.text
    address = next(link for link in page.links() if "patient.-1.not" in link)
    rows = client.get(address.removeprefix("/staff"))
    assert "1 row, together $18.00." in rows.text
    assert "Testa Sample" in rows.text
    client.get(address.removeprefix("/staff").replace("/rows", "/rows.csv"))
    with read_only() as session:
        events = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.object_type == "report_rows")
            .order_by(AuditEvent.id)
        ).all()
    assert [event.action for event in events] == ["view", "export"]
    assert all(event.patient_ids and event.account_ids for event in events)


def test_a_report_as_of_a_past_day_and_a_figure_that_is_none(
    world: ReportWorld, as_staff: AsStaff
) -> None:
    client = as_staff("manager")
    past = client.get("/reports/ageing?on=2026-02-21")
    assert "Ties to the ledger: $30.00." in past.text
    assert "May still change" in past.text
    client.get("/reports/ageing/rows?figure=patient.-1.nothing", expect=404)
    client.get("/reports/roll-forward/rows?figure=2026-13.charges", expect=404)


def test_HIPAA_7_the_first_page_shows_figures_to_managers_and_links_to_each_role(
    world: ReportWorld, as_staff: AsStaff, owner_engine: Engine
) -> None:
    manager = as_staff("manager")
    manager.get("/reports/")
    settle(owner_engine)
    with statements_sent() as sent:
        page = manager.get("/reports/")
    assert len(sent) <= 12, "\n".join(sent)
    assert len(page.source) <= 40_000
    assert page.source.count('<figure class="chart">') == 8
    assert "Days in A/R" in page.text
    desk = as_staff("front_desk").get("/reports/")
    assert "Drawer of the day" in desk.text
    assert "Days in A/R" not in desk.text
    assert "A/R ageing" not in desk.text


def test_KPI_11_a_manager_enters_the_costs_of_a_month_once(
    world: ReportWorld, as_staff: AsStaff
) -> None:
    manager = as_staff("manager")
    page = manager.get("/reports/costs")
    assert "Nothing is entered yet" in page.text
    form_id = page.hidden("cost-form_id")
    sent = {"cost-form_id": form_id, "cost-month": "2026-02-01", "cost-amount": "1,250.00"}
    manager.post("/reports/costs", sent, expect=302)
    manager.post("/reports/costs", sent, expect=302)
    shown = manager.get("/reports/costs").text
    assert shown.count("$1,250.00") == 1
    assert "Feb 2026" in shown
    wrong = manager.post("/reports/costs", {**sent, "cost-note": "4242 4242 4242 4242"}, expect=200)
    assert "card" in wrong.text.lower(), "PCI-5"
    assert "Costs by month" in as_staff("auditor").get("/reports/costs").text


def test_HIPAA_4_a_download_of_rows_has_all_of_them_and_the_trail_says_how_many(
    world: ReportWorld, as_staff: AsStaff
) -> None:
    for _ in range(30):
        world.charge(date(2026, 1, 12), 10_00, sent=date(2026, 1, 13))
    address = "/reports/ageing/rows.csv?figure=payer.-1.owed"
    table = as_staff("biller").get(address).response.get_data(as_text=True)
    assert len(table.splitlines()) == 1 + 30
    with read_only() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "export")).one()
    assert event.row_count == 30
