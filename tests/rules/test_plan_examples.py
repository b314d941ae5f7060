"""The worked tables of docs/plans.md, computed: every rule of a plan's life has one (LIFE-1 to LIFE-24)."""

import re
from datetime import date
from pathlib import Path

import pytest

from billing.allocation import OpenLine, allocate_payment
from billing.money import ZERO, Money
from billing.plan_events import PlanEvent, Signed
from billing.plan_standing import fold
from billing.plans import schedule
from tests.rules.plan_words import day, events, money, terms

PAGE = (Path(__file__).parents[2] / "docs/plans.md").read_text()
RULES = Path(__file__).parents[2] / "billing/plan_rules.py"
USUAL = "$600.00 in 6 from 2027-01-15"
SIGNED_ON = date(2027, 1, 2)
HEAD = "left of each instalment"


def rows(lines: str) -> list[list[str]]:
    """Cells of one table, without its head."""
    found = [line for line in lines.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in found[2:]]


def lives() -> list[tuple[str, str, list[list[str]]]]:
    """Each life of the page: its rule, its terms, its rows."""
    found = []
    for section in PAGE.split("\n### ")[1:]:
        rule, body = section.split(":", 1)
        agreed = re.search(r"^Terms: (.+)\.$", body, re.MULTILINE)
        found += [
            (rule, agreed[1] if agreed else USUAL, rows(table))
            for table in re.findall(r"(?:^\|.*\n)+", body, re.MULTILINE)
            if HEAD in table
        ]
    return found


def test_every_rule_of_a_life_has_a_worked_table_and_a_place_in_the_code() -> None:
    titles = re.findall(r"^### (LIFE-\d+): \S", PAGE, re.MULTILINE)
    assert titles == [f"LIFE-{n}" for n in range(1, 25)]
    worked = {rule for rule, _, _ in lives()} | {"LIFE-23"}
    assert worked == set(titles)
    named = set(re.findall(r"LIFE-\d+", RULES.read_text()))
    assert named == set(titles)


@pytest.mark.parametrize(
    ("rule", "agreed", "table"),
    lives(),
    ids=lambda v: v if isinstance(v, str) and v.startswith("LIFE") else "",
)
def test_a_life(rule: str, agreed: str, table: list[list[str]]) -> None:
    facts: list[PlanEvent] = [Signed(on=SIGNED_ON)]
    for row in table:
        on = day(row[0])
        facts += events(on, row[1])
        found = fold(terms(agreed), facts, on)
        assert [one.left for one in found.instalments] == [money(c) for c in row[2].split(", ")], (
            row
        )
        assert found.next_due == (day(row[3]) if row[3] else None), row
        amounts = [
            found.past_due,
            found.paid,
            found.remaining,
            found.written_down,
            found.outside,
            found.credit,
        ]
        assert amounts == [money(cell) for cell in row[4:10]], row
        assert found.state == row[10], row


@pytest.mark.parametrize(
    "row", rows(PAGE.split("## Worked: schedules\n")[1].split("\n## ")[0]), ids=" ".join
)
def test_PLAN_13_worked_schedules(row: list[str]) -> None:
    made = schedule(terms(row[0]))
    assert [one.amount for one in made.instalments] == [money(cell) for cell in row[1].split(", ")]
    assert [one.due_on for one in made.instalments[:3]] == [day(c) for c in row[2].split(", ")]


def test_LIFE_23_one_plan_over_several_patients() -> None:
    section = PAGE.split("### LIFE-23")[1].split("\n### ")[0]
    for paid, *cells in rows(section):
        ana = OpenLine(charge_id=1, visit_id=1, service_on=date(2026, 3, 1), due=Money(200_00))
        ben = OpenLine(charge_id=2, visit_id=2, service_on=date(2026, 5, 1), due=Money(400_00))
        whole = Money(100_00 * int(paid))
        shares = allocate_payment(whole, [ben, ana], chosen_charges={1, 2}, only_chosen=True).shares
        by = {share.line.charge_id: share.amount for share in shares}
        first, second = by.get(1, ZERO), by.get(2, ZERO)
        found = [first, second, ana.due - first, ben.due - second]
        assert found == [money(cell) for cell in cells]
