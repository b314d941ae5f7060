"""Ageing and roll-forward: worked by hand, tied to the ledger, and the same from whatever day they are asked."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text

from billing.ledger import Account
from billing.money import Money
from portal.queries.ledger_proof import verify_ledger
from portal.queries.report_ageing import From, ageing_report
from portal.queries.report_kpis import SECTIONS
from portal.queries.report_list import REPORTS, report, report_rows, rows_of
from portal.queries.report_roll import roll_report
from portal.queries.report_shapes import Report
from portal.services.freshen_reports import rebuild_reports
from tests.services.report_world import NOON, ReportWorld

ON = date(2026, 3, 31)


@pytest.fixture
def world(database_url: str) -> ReportWorld:
    return ReportWorld()


def row(report: Report, title: str, name: str) -> list[str]:
    table = next(one for one in report.tables if one.title == title)
    return [cell.text for cell in next(row for row in table.rows if row[0].text == name)]


def before(days: int) -> date:
    return ON - timedelta(days=days)


def test_KPI_ageing_puts_each_open_line_in_its_bucket_at_the_boundaries(world: ReportWorld) -> None:
    for cents, age in ((1, 0), (10, 30), (100, 31), (1_000, 60), (10_000, 61), (100_000, 90)):
        world.charge(before(150), cents, sent=before(age))
    for cents, age in ((7, 91), (70, 120), (700, 121), (7_000, 149)):
        world.charge(before(150), cents, sent=before(age))
    world.charge(before(150), 3, sent=None)
    world.charge(before(150), 4, sent=ON + timedelta(days=1))
    world.fresh()
    made = ageing_report(ON, From())
    assert row(made, "By payer", "Acme Health")[1:] == [
        "$0.07", "$0.11", "$11.00", "$1,100.00", "$0.77", "$77.00", "$1,188.95", "$0.00", "$1,188.95",
    ]  # fmt: skip
    assert made.tie is not None
    assert made.tie.holds
    by_service = ageing_report(ON, From(payer="service"))
    assert row(by_service, "By payer", "Acme Health")[1] == "$0.00"
    assert row(by_service, "By payer", "Acme Health")[6] == "$1,188.95"


def test_KPI_ageing_a_part_payment_leaves_the_rest_as_old_as_it_was(world: ReportWorld) -> None:
    told = world.charge(before(100), 100_00, sent=before(99))
    world.decide(told, before(70), paid=40_00, discount=10_00, share=30_00)
    world.stated(told, before(65))
    world.pay(told, before(2), 12_50)
    world.fresh()
    made = ageing_report(ON, From())
    assert row(made, "By payer", "Acme Health")[5] == "$20.00"
    assert row(made, "Payers and patients", "Patients")[4] == "$17.50"
    since = ageing_report(ON, From(patient="share"))
    assert row(since, "Payers and patients", "Patients")[4] == "$17.50"
    earlier = ageing_report(before(68), From())
    assert row(earlier, "Payers and patients", "Patients")[1] == "$30.00", "no statement yet"


def test_KPI_ageing_credits_stand_apart_and_are_never_netted(world: ReportWorld) -> None:
    told = world.charge(before(50), 100_00, sent=before(50))
    world.decide(told, before(20), paid=120_00)
    world.charge(before(50), 80_00, sent=before(50))
    own = world.charge(before(40), 60_00, payer="")
    world.pay(own, before(10), 60_00, over=15_00)
    world.fresh()
    made = ageing_report(ON, From())
    payers = row(made, "Payers and patients", "All payers")
    assert payers[3] == "$80.00"
    assert payers[7:] == ["$80.00", "-$20.00", "$60.00"]
    patients = row(made, "Payers and patients", "Patients")
    assert patients[7:] == ["$0.00", "-$15.00", "-$15.00"]
    assert made.tie is not None
    assert made.tie.ledger == Money(45_00)
    assert made.tie.holds


def test_OPS_18_the_roll_forward_adds_up_and_each_line_is_named(world: ReportWorld) -> None:
    told = world.charge(date(2026, 2, 3), 100_00, sent=date(2026, 2, 4))
    world.decide(told, date(2026, 2, 20), paid=50_00, discount=20_00, share=30_00)
    world.pay(told, date(2026, 3, 5), 12_00, over=3_00)
    world.write_off(told, date(2026, 3, 6), 8_00, Account.FINANCIAL_ASSISTANCE)
    world.fresh()
    made = roll_report(ON)
    assert row(made, "Month by month", "Feb 2026")[1:6] == [
        "$0.00", "$100.00", "-$50.00", "$0.00", "-$20.00",
    ]  # fmt: skip
    march = row(made, "Month by month", "Mar 2026")
    assert march[1] == "$30.00"
    assert march[4] == "-$12.00"
    assert march[6] == "-$8.00"
    assert march[-1] == "$10.00"
    assert row(made, "From here to net A/R", "Net A/R, as the ageing shows it")[1] == "$7.00"
    assert made.tie is not None
    assert made.tie.holds


def told_at_random(world: ReportWorld, dice: random.Random, on: date, known: list) -> None:
    """One event of a day, on a line that may bear it."""
    kind = dice.choice(("charge", "charge", "self", "decide", "pay", "credit", "state", "off"))
    if kind in ("charge", "self") or not known:
        payer = "" if kind == "self" else dice.choice(("Acme Health", "Second Plan"))
        known.append((world.charge(on, dice.randrange(100, 9_000), payer=payer, sent=on), [0]))
        return
    told, owed = dice.choice(known)
    if kind == "decide" and told.payer:
        share = dice.randrange(0, 400)
        paid = dice.randrange(1, 300)
        world.decide(told, on, paid=paid, discount=dice.randrange(0, 50), share=share)
        owed[0] += share
    elif kind in ("pay", "credit") and owed[0]:
        cents = dice.randrange(1, owed[0] + 1)
        world.pay(told, on, cents, over=dice.randrange(1, 90) if kind == "credit" else 0)
        owed[0] -= cents
    elif kind == "off" and owed[0]:
        world.write_off(told, on, owed[0], Account.SMALL_BALANCE)
        owed[0] = 0
    elif kind == "state" and told.visit.first_statement_on is None:
        world.stated(told, on)
        told.visit.first_statement_on = on


def test_a_report_of_a_past_day_is_the_one_made_then(world: ReportWorld) -> None:
    dice, day, known, then = random.Random(11), date(2025, 12, 20), [], {}
    for _ in range(9):
        for _ in range(dice.randrange(1, 5)):
            told_at_random(world, dice, day, known)
        world.fresh()
        then[day] = all_reports(day)
        day += timedelta(days=dice.randrange(1, 16))
    assert {day: all_reports(day) for day in then} == then
    rebuild_reports(now=NOON)
    assert {day: all_reports(day) for day in then} == then, "adding up anew gives the same"
    proof = verify_ledger()
    assert [fault for fault in proof.faults if "report" in fault.check] == []
    for day in sorted(then)[::3]:
        assert figures_equal_their_rows(day) > 10


def all_reports(day: date) -> list[Report]:
    """What each says of the day, apart from how many days are open."""
    return [unlabelled(report(key, day, args)) for key, args in every_report()]


def every_report() -> list[tuple[str, dict[str, str]]]:
    return [(key, {}) for key in REPORTS] + [("kpis", {"part": part}) for part in SECTIONS]


def unlabelled(made: Report) -> Report:
    assert made.tie is None or made.tie.holds, made.tie
    return replace(made, finality=replace(made.finality, open_days=0, first_open=None))


def figures_equal_their_rows(day: date) -> int:
    """Every amount that opens rows is what the rows add up to."""
    checked = 0
    for key, args in every_report():
        for table in report(key, day, args).tables:
            for cell in (cell for row in table.rows for cell in row if cell.rows):
                asked = rows_of(key, cell.rows, day, {})
                assert asked is not None, (key, cell)
                rows = report_rows(asked, figure=cell.rows, on=day)
                if isinstance(cell.value, Money):
                    assert (rows.total or Money(0)) == cell.value, (key, cell)
                elif isinstance(cell.value, int):
                    assert cell.value in (rows.count, rows.counted), (key, cell)
                checked += 1
    return checked


def test_verify_ledger_finds_a_report_that_says_otherwise(
    world: ReportWorld, owner_engine: Engine
) -> None:
    world.charge(before(50), 100_00, sent=before(50))
    world.fresh()
    with owner_engine.begin() as owner:
        owner.execute(text("UPDATE receivable_spans SET balance_cents = balance_cents + 1"))
        # Other databases of this server have transactions under way, which the mark waits for.
        owner.execute(
            text("UPDATE report_marks SET horizon = pg_snapshot_xmax(pg_current_snapshot())")
        )
        owner.execute(text("UPDATE ledger_days SET debit_cents = debit_cents + 1"))
    faults = {fault.check for fault in verify_ledger().faults}
    assert "the reports' days equal the postings" in faults
    assert "the reports' open lines equal the postings" in faults
