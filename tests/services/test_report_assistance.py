"""FA-13, KPI-13: the report of assistance, tied to the ledger; what was placed unscreened is zero, or listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import pytest

from billing.money import Money
from portal.db import transaction
from portal.models.placements import AgencyRow, Placement
from portal.queries.report_assistance import assistance_report, assistance_rows
from portal.queries.report_list import report_rows
from portal.services.reverse_assistance import reverse_assistance
from portal.services.screen_assistance import screen_assistance
from tests.services.application_world import NOW, ONE, URL, Case
from tests.services.staff_world import ON, add_account, add_staff
from tests.services.statement_world import world


@pytest.fixture
def case(database_url: str) -> Case:
    world(lambda _: None)
    return Case(add_account(), add_staff("fa_counsellor"), add_staff("manager"), uuid4())


def figures(title: str) -> dict[str, str]:
    """A table of the report: its first column by its last."""
    made = assistance_report(ON)
    table = next(one for one in made.tables if one.title == title)
    return {row[0].text: row[-1].text for row in table.rows}


def rows_behind(figure: str) -> int:
    asked = assistance_rows(figure, ON)
    assert asked is not None
    return len(report_rows(asked, figure=figure, on=ON).page.rows)


def test_FA_13_applications_grants_and_denials_with_rows_behind_each(case: Case) -> None:
    case.enter()
    case.verify(225)
    case.decide()
    refused = replace(case, world=add_account("7000002"), application_id=uuid4())
    refused.enter()
    refused.verify(500)
    refused.decide("deny", "income_above")
    waiting = replace(case, world=add_account("7000003"), application_id=uuid4())
    waiting.enter()
    states = figures("Applications, by where they stand")
    assert (states["Answered"], states["Came in"], states["Together"]) == ("2", "1", "3")
    assert figures("Granted, by tier") == {"75% off": "$43.50"}
    assert figures("Granted, by state") == {"OH": "$43.50"}
    assert figures("Granted, by language") == {"English": "$43.50"}
    tied = figures("Tied to the ledger")
    assert tied["All of the code FA (KPI-13)"] == tied["Granted by decisions"] == "$43.50"
    assert list(figures("Denials, by the line of the policy").values()) == ["1"]
    for figure, count in (
        ("state.decided", 2),
        ("state.all", 3),
        ("tier.75% off", 2),
        ("residence.OH", 2),
        ("denied.income_above", 1),
        ("ledger.all", 2),
        ("granted.all", 2),
        ("unscreened.all", 0),
    ):
        assert rows_behind(figure) == count, figure
    assert assistance_rows("nonsense.x", ON) is None


def test_FA_13_what_was_taken_back_is_granted_no_longer(case: Case) -> None:
    case.enter()
    case.verify(100)
    case.decide()
    [made] = case.decisions()
    reverse_assistance(
        decision_id=made.id,
        fraud=True,
        reason="forged",
        staff=case.manager,
        public_url=URL,
        on=ON,
        now=NOW,
    )
    assert figures("Tied to the ledger")["All of the code FA (KPI-13)"] == "$0.00"
    assert ONE


def place(case: Case, at: datetime) -> None:
    with transaction() as session:
        agency = AgencyRow(
            name=f"Sample Agency {uuid4()}",
            contract_ref="C-1",
            baa_ref="B-1",
            terms=[],
            states=["NY"],
            begins_on=ON,
            dispute_address=["1 Sample Way"],
            phone="(212) 555-0100",
            added_by_id=case.manager.login_id,
            added_at=at,
        )
        session.add(agency)
        session.flush()
        session.add(
            Placement(
                id=uuid4(),
                number=str(uuid4())[:8],
                agency_id=agency.id,
                guarantor_account_id=case.world.account_id,
                visit_id=case.world.visit_id,
                state="placed",
                placed_on=at.date(),
                placed_at=at,
                placed_by_id=case.manager.login_id,
                placed=Money(58_00),
                itemised_bill="S-1",
                itemization_on=ON,
                itemization=Money(58_00),
            )
        )


@pytest.mark.parametrize(("screened", "count"), [(True, "0"), (False, "1")])
def test_FA_13_a_bill_placed_without_screening_is_listed(
    case: Case, *, screened: bool, count: str
) -> None:
    if screened:
        screen_assistance(account_id=case.world.account_id, why="placement", on=ON, now=NOW)
    place(case, NOW)
    assert figures("Must be zero") == {"Bills placed without screening": count}
    assert rows_behind("unscreened.all") == int(count)
