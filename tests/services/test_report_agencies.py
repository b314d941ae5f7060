"""The report of agencies and write-offs, against figures worked by hand (COLL-21, OPS-22)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from billing.money import Money
from billing.placement import Order
from portal.db import transaction
from portal.models.claims import Visit
from portal.models.placements import AgencyRow, Placement
from portal.queries.report_list import report, report_rows, rows_of
from portal.queries.report_shapes import Cell
from portal.services.freshen_reports import freshen_reports
from portal.services.order_by_hand import order_by_hand
from tests.services.agency_world import ON, faults, line, read
from tests.services.placement_world import PLACED_ON, agency, place
from tests.services.staff_world import add_staff
from tests.services.statement_world import later, noon, world
from tests.services.test_agency_remittances import enter, ids, paid
from tests.services.test_bad_debt import approve, prepare

pytestmark = pytest.mark.usefixtures("database_url")
KEY = "agencies"


def told(title: str, on: date = ON) -> list[dict[str, str]]:
    """The rows of one table by its heads, as people read them; the last is the sum."""
    freshen_reports(now=noon(ON))
    made = report(KEY, on, {})
    assert made.tie is not None
    assert made.tie.holds, made.tie
    (table,) = [one for one in made.tables if one.title.startswith(title)]
    return [dict(zip(table.heads, (cell.text for cell in row), strict=True)) for row in table.rows]


def three(w):
    """Bills of $100.00, $50.00 and $30.00 with one agency, placed 121, 130 and 151 days after the first statement."""
    at = agency(w)
    bills = [w.owed(cents) for cents in (100_00, 50_00, 30_00)]
    return at.id, bills, [
        place(w, bill, at, cents=cents)
        for bill, cents in zip(bills, (100_00, 50_00, 30_00), strict=True)
    ]  # fmt: skip


def stated(bills, *days: int) -> None:
    with transaction() as session:
        for bill, ago in zip(bills, days, strict=True):
            on = PLACED_ON - timedelta(days=ago)
            session.execute(
                update(Visit).where(Visit.id == bill[0].id).values(first_statement_on=on)
            )


def recall(placement, reason="We agreed on a plan") -> None:
    order_by_hand(
        staff=add_staff("manager"),
        placement_id=placement.id,
        order=Order.RECALL,
        reason=reason,
        on=ON,
        now=noon(ON),
    )


@pytest.fixture
def lived(database_url: str):
    """One bill paid in part, one in whole, one called home; the agency paid us what it took of the second."""
    at, bills, placements = world(three)
    stated(bills, 121, 130, 151)
    first, second, third = placements
    read(
        at,
        line("R1", "payment", first, amount="40.00", fee="10.00"),
        line("R2", "payment", second, amount="50.00", fee="12.50"),
    )
    recall(third)
    enter(paid(at, 50_00, 12_50, covers=ids("R2")))
    return at, bills, placements


def test_COLL_21_each_figure_is_what_the_hand_works_out(lived):
    row, total = told("Placed and recovered")
    del row["Agency"]
    assert row == {
        "Month placed": "Jun 2026",
        "Bills": "3",
        "Placed": "$180.00",
        "Recovered": "$90.00",
        "Fee": "$22.50",
        "Net": "$67.50",
        "Recovered of placed": "50.0%",
        "Still owed": "$60.00",
        "Days to placement": "134.0",
    }
    assert total | {"Agency": "", "Month placed": "Jun 2026"} == row | {"Agency": ""}
    became = told("What became")[0]
    assert [became[words] for words in ("Still there", "Recalled", "Paid in full", "Given back")] == ["1", "1", "1", "0"]  # fmt: skip
    assert became["Still there: placed"] == "$100.00"
    assert became["Recalled: placed"] == "$30.00"
    assert became["Paid in full: placed"] == "$50.00"
    assert faults() == []


def test_COLL_21_what_an_agency_took_is_what_it_paid_and_what_it_holds(lived):
    for row in told("What agencies took"):
        assert list(row.values())[1:] == ["$90.00", "$50.00", "$12.50", "$37.50", "$40.00"]


def test_COLL_8_bills_that_came_home_stand_by_their_reason(lived):
    at, _, (first, _, _) = lived
    read(at, line("R3", "notice", first, detail="bankruptcy"))
    rows = told("Why bills")
    assert [(row["What"], row["Reason"], row["Bills"], row["Placed"]) for row in rows] == [
        ("Recalled", "A bankruptcy notice is on file", "1", "$100.00"),
        ("Recalled", "A person called it home", "1", "$30.00"),
        ("", "", "2", "$130.00"),
    ]


def test_COLL_18_a_bill_that_the_agency_gave_back_is_not_recalled(lived):
    at, _, (first, _, _) = lived
    read(at, line("R3", "closure", first, detail="uncollectible"))
    row = told("Why bills")[0]
    assert (row["What"], row["Reason"]) == ("Given back", "The agency says: uncollectible")
    assert told("Placed and recovered")[0]["Still owed"] == "$0.00"


def test_COLL_21_every_figure_is_what_its_rows_add_up_to_and_totals_foot(lived):
    freshen_reports(now=noon(ON))
    checked = 0
    for table in report(KEY, ON, {}).tables:
        for row in table.rows:
            for cell in (one for one in row if one.rows):
                checked += rows_agree(cell)
        if table.has_total:
            foots(table)
    assert checked > 20


def rows_agree(cell: Cell) -> bool:
    asked = rows_of(KEY, cell.rows, ON, {})
    assert asked is not None, cell
    rows = report_rows(asked, figure=cell.rows, on=ON)
    if isinstance(cell.value, Money):
        assert rows.total == cell.value, cell
    elif isinstance(cell.value, int):
        assert rows.count == cell.value, cell
    else:
        assert rows.count, cell
    return True


def foots(table) -> None:
    *lines, total = table.rows
    for place_, cell in enumerate(total):
        if isinstance(cell.value, Money | int):
            column = [row[place_].value for row in lines]
            assert sum(column[1:], column[0]) == cell.value, (table.title, table.heads[place_])


def test_as_of_a_day_before_what_came_later_is_not_in_it(lived):
    before = ON - timedelta(days=1)
    row = told("Placed and recovered", before)[0]
    assert (row["Bills"], row["Recovered"], row["Still owed"]) == ("3", "$0.00", "$180.00")
    assert told("What became", before)[0]["Still there"] == "3"
    assert told("Placed and recovered", PLACED_ON - timedelta(days=1)) == []


def test_two_agencies_and_months_have_lines_of_their_own_and_old_ones_one_together(lived):
    def other(w):
        at = agency(w, name="Another Recovery")
        rows = [place(w, w.owed(10_00), at, cents=10_00) for _ in range(3)]
        days = (date(2026, 5, 4), date(2025, 7, 2), date(2025, 1, 6))
        for row, on in zip(rows, days, strict=True):
            w.session.get_one(Placement, row.id).placed_on = on

    later(other)
    rows = told("Placed and recovered")
    assert [(row["Month placed"], row["Placed"]) for row in rows] == [
        ("Before the last 12 months", "$20.00"),
        ("May 2026", "$10.00"),
        ("Jun 2026", "$180.00"),
        ("", "$210.00"),
    ]
    assert rows[0]["Agency"] == "Another Recovery"
    with transaction() as session:
        at = session.scalars(select(AgencyRow.id).where(AgencyRow.name == rows[0]["Agency"])).one()
    found = report_rows(rows_of(KEY, f"placed.{at}.earlier", ON, {}), figure="placed", on=ON)
    assert (found.count, found.total) == (2, Money(20_00))


def test_OPS_22_what_was_written_off_and_recovered_after_it(lived):
    at, bills, (first, _, _) = lived
    approve(prepare(bills[0]))
    read(at, line("R3", "payment", first, amount="25.00", fee="5.00"))
    for row in told("Bad debt"):
        assert list(row.values())[1:] == ["$60.00", "$0.00", "-$25.00", "$35.00"]
    row = told("Placed and recovered")[0]
    assert (row["Recovered"], row["Still owed"]) == ("$115.00", "$35.00")
    read(at, line("R4", "payment_back", first, amount="25.00", of="R3", fee="5.00"))
    row = told("Placed and recovered")[0]
    assert (row["Recovered"], row["Fee"], row["Still owed"]) == ("$90.00", "$22.50", "$60.00")
    assert faults() == []


@pytest.mark.parametrize(
    "figure", ["", "placed", "nothing.all.all", "bad_debt.all.nothing", "placed.x.y.z"]
)
def test_a_figure_that_is_none_opens_no_rows(lived, figure):
    asked = rows_of(KEY, figure, ON, {})
    assert asked is None or report_rows(asked, figure=figure, on=ON).count == 0
