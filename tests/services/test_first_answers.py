"""The first answers of claims (KPI-6 to KPI-8): what was known on a day stays what the report of that day says."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from billing.money import Money
from billing.posting_policy import Choice
from portal.db import read_only
from portal.models.reports import FirstAnswer
from portal.queries.kpi_figures import kpi_figures
from portal.queries.ledger_proof import verify_ledger
from portal.queries.report_headlines import headlines
from portal.queries.report_kpis import figure_rows
from portal.queries.report_list import report_rows
from portal.services.deny_held import deny_held
from portal.services.freshen_reports import freshen_reports, rebuild_reports
from portal.services.post_remittance import post_remittance
from portal.services.post_waiting import post_waiting
from portal.services.release_held import release_held
from portal.services.take_item import Turn
from tests.conftest import NOW
from tests.services.payer_voice import Payer, book, clp, rows, staff, svc, work
from tests.services.report_world import ReportWorld
from tests.services.test_kpis import ON, answer, before, figures
from tests.services.test_posting_rules import rule
from tests.services.test_release_held import SHELF

pytestmark = pytest.mark.usefixtures("database_url")
LATER = NOW + timedelta(days=5)
KEYS = ("denials", "denied_dollars", "first_pass", "clean_claims", "denial_write_off")


def told(on: date) -> dict[str, tuple[object, object]]:
    """Numerator and denominator of each, from what the reports keep and from the same made anew."""
    freshen_reports(now=LATER)
    with read_only() as session:
        kept = kpi_figures(session, on, KEYS)[1]
    first_page = headlines(on)
    rebuild_reports(now=LATER)
    assert headlines(on) == first_page
    with read_only() as session:
        assert kpi_figures(session, on, KEYS)[1] == kept
    assert [f for f in verify_ledger().faults if "the reports'" in f.check] == []
    return {key: (one.numerator, one.denominator) for key, one in kept.items()}


def test_KPI_8_a_denial_that_was_held_counts_from_its_release_and_moves_no_past_day() -> None:
    with book() as found:
        found.practice()
        visit, charges, _, _ = found.insured_visit([50_000], name="Medicare", tax_id="1111")
        found.claim(visit, charges, found.payer("Medigap", "2222"), "S")
    early = clp(visit.control_number, svc("99213", 500, "OA-23 425, CO-16 75"), status_code="2")
    said = Payer("Medigap", "2222").data(early)
    post_remittance(data=said, name="t", now=NOW, store=SHELF)
    with read_only() as session:
        [held] = rows(session)
    primary = clp(visit.control_number, svc("99213", 500, "CO-45 125, PR-1 75"))
    post_remittance(data=Payer("Medicare", "1111").data(primary), name="p", now=NOW, store=SHELF)
    then = told(NOW.date())
    assert then["denials"] == (0, 2)
    assert then["first_pass"] == (2, 2)
    release_held(
        remittance_claim_id=held.id,
        claim_id=None,
        note="the primary has paid",
        staff=staff(),
        store=SHELF,
        now=LATER,
    )
    assert told(NOW.date()) == then
    after = told(LATER.date())
    assert after["denials"] == (1, 2)
    assert after["first_pass"] == (1, 2)


def test_KPI_8_a_held_answer_counts_as_denied_from_when_a_person_said_so() -> None:
    with book() as found:
        found.practice()
        visit, *_ = found.insured_visit([10_000])
    said = clp(visit.control_number, svc("99213", 100, "CO-50 100"))
    data = Payer().data(said._replace(billed_cents=101_00))  # its figures do not agree
    post_remittance(data=data, name="t", now=NOW, store=SHELF)
    then = told(NOW.date())
    assert then["denials"] == (0, 1)
    [item] = work("held_claim")
    turn = Turn(uuid4(), 0)
    deny_held(item_id=item.id, note="denied by phone", staff=staff(), now=LATER, turn=turn)
    assert told(NOW.date()) == then
    after = told(LATER.date())
    assert after["denials"] == (1, 1)
    assert after["first_pass"] == (0, 1)


def test_KPI_8_an_answer_that_found_its_claim_later_counts_from_then_on() -> None:
    with book() as found:
        found.practice()
        _, _, claim, _ = found.insured_visit([10_000])
    said = Payer().data(clp("LOST", svc("99213", 100, "CO-16 100")))
    post_remittance(data=said, name="t", now=NOW, store=SHELF)
    with read_only() as session:
        [row] = rows(session)
    assert told(NOW.date())["denials"] == (0, 0)
    release_held(
        remittance_claim_id=row.id,
        claim_id=claim.id,
        note="found by phone",
        staff=staff(),
        store=SHELF,
        now=LATER,
    )
    assert told(NOW.date())["denials"] == (0, 0)
    assert told(LATER.date())["denials"] == (1, 1)


def test_KPI_8_a_set_that_waited_is_a_denial_from_its_posting_on() -> None:
    with book() as found:
        found.practice()
        visit, *_ = found.insured_visit([10_000])
    rule("review_all")
    said = Payer().data(clp(visit.control_number, svc("99213", 100, "CO-16 100")))
    post_remittance(data=said, name="t", now=NOW, store=SHELF)
    with read_only() as session:
        [row] = rows(session)
    assert told(NOW.date())["denials"] == (0, 1)
    post_waiting(
        remittance_id=row.remittance_id,
        choice=Choice.ALL,
        staff=staff(),
        store=SHELF,
        now=LATER,
    )
    assert told(NOW.date())["denials"] == (0, 1)
    assert told(LATER.date())["denials"] == (1, 1)


def test_KPI_7_an_earlier_decision_that_came_late_is_first_from_then_on(database_url: str) -> None:
    world = ReportWorld()
    line = world.charge(before(60), 100_00, sent=before(58))
    late = answer(line, before(50), status="4", received=before(10))
    answer(line, before(40), received=before(40))
    taken_back = world.charge(before(60), 300_00, sent=before(58))
    answer(taken_back, before(45), status="22")
    answer(taken_back, before(44))
    world.fresh()
    then = figures(before(20))
    assert (then["denials"].numerator, then["denials"].denominator) == (0, 2)
    assert then["first_pass"].numerator == 1, "a taking back is no answer, but undoes first pass"
    now = figures(ON)
    assert (now["denied_dollars"].numerator, now["denied_dollars"].denominator) == (
        Money(100_00),
        Money(400_00),
    )
    assert now["first_pass"].numerator == 0
    with read_only() as session:
        spans = session.query(FirstAnswer).filter_by(claim_id=line.claim.id)
        found = [(one.from_day, one.to_day) for one in spans.order_by(FirstAnswer.from_day)]
        assert found == [(before(40), before(10)), (before(10), date(9999, 12, 31))]
        assert late in {one.remittance_id for one in spans}


def test_headlines_tell_the_same_rates_as_the_kpis(database_url: str) -> None:
    world = ReportWorld()
    for n in range(4):
        line = world.charge(before(60), 100_00, sent=before(58))
        answer(line, before(30), stays=n == 0, held=n < 2)
    answer(world.charge(before(200), 100_00, sent=before(198)), before(180), status="4", held=True)
    world.fresh()
    told = {one.title: one for one in headlines(ON)[1]}
    kpis = figures()
    for key, value in (("denials", "25.0%"), ("auto_posted", "50.0%")):
        headline = told[kpis[key].kpi.name]
        assert headline.value == value
        [series] = headline.chart.series
        assert [one for one in series.values if one is not None] == [
            1000 if key == "denials" else 0,
            kpis[key].value,
        ]
        asked = figure_rows(key, ON)
        assert asked is not None
        behind = report_rows(asked, figure=key, on=ON)
        assert (behind.count, behind.counted) == (kpis[key].denominator, kpis[key].numerator)


def test_verify_ledger_finds_a_first_answer_that_is_another(
    database_url: str, owner_engine: Engine
) -> None:
    world = ReportWorld()
    answer(world.charge(before(60), 100_00, sent=before(58)), before(30))
    world.fresh()
    with owner_engine.begin() as owner:
        owner.execute(
            text("UPDATE report_marks SET horizon = pg_snapshot_xmax(pg_current_snapshot())")
        )
        owner.execute(text("UPDATE first_answers SET denied_on = decided_on"))
    faults = {fault.check for fault in verify_ledger().faults}
    assert "the reports' first answers equal the answers" in faults
    rebuild_reports(now=NOW)
    assert "the reports' first answers equal the answers" not in {
        fault.check for fault in verify_ledger().faults
    }


@pytest.mark.parametrize("column", ["lines", "by_itself"])
def test_verify_ledger_finds_a_tally_of_answered_lines_that_is_another(
    database_url: str, owner_engine: Engine, column: str
) -> None:
    world, check = ReportWorld(), "the reports' answered lines equal the answers"
    answer(world.charge(before(60), 100_00, sent=before(58)), before(30))
    answer(world.charge(before(50), 100_00, sent=before(48)), before(30), held=True)
    world.fresh()
    with owner_engine.begin() as owner:
        owner.execute(
            text("UPDATE report_marks SET horizon = pg_snapshot_xmax(pg_current_snapshot())")
        )
    assert check not in {fault.check for fault in verify_ledger().faults}
    with owner_engine.begin() as owner:
        owner.execute(text(f"UPDATE answer_tallies SET {column} = {column} + 1"))
    faults = [fault for fault in verify_ledger().faults if fault.check == check]
    assert len(faults) == 2
    assert {fault.cents for fault in faults} == ({1} if column == "lines" else {0})
    rebuild_reports(now=NOW)
    assert check not in {fault.check for fault in verify_ledger().faults}
