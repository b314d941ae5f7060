"""Plans at the office: two people for what is outside the policy, letters with reasons, and nobody signs for a patient."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from portal.db import read_only
from portal.models.messages import OutboundMessage
from portal.models.plans import Plan, PlanPolicy, PlanProposal, PlanVersion
from tests.pdf_text import pdf_text
from tests.web.bills import NOW, Bills, account_of_every_kind, make_practice
from tests.web.pages import Page, PageClient

As = Callable[..., PageClient]


@pytest.fixture(autouse=True)
def day_of_the_tests(patient_app: Any, staff_app: Any) -> None:
    for one in (patient_app, staff_app):
        one.config["CLOCK"] = lambda: NOW


@pytest.fixture
def bills(patient_app: Any) -> Bills:
    make_practice()
    return account_of_every_kind()


def plan() -> Plan:
    with read_only() as session:
        return session.scalars(select(Plan)).one()


def proposals() -> list[PlanProposal]:
    with read_only() as session:
        return list(session.scalars(select(PlanProposal).order_by(PlanProposal.asked_at)))


def hidden(page: Page) -> dict[str, str]:
    names = {n.get("name", ""): n.get("value", "") for n in page.all("input")}
    return {name: value for name, value in names.items() if name != "csrf_token"}


def asked(client: PageClient, bills: Bills) -> str:
    """A patient asks for ten payments of $10.00."""
    wish = {"way": "budget", "budget": "10", "first": "2026-03-10", "months": 2, "down": ""}
    schedule = client.get("/plans/new", query_string=wish | {"account": bills.account_id})
    client.follow(client.post("/plans/ask", hidden(schedule) | {"reason": "Little work"}))
    return f"/plans/{plan().id}"


def written(client: PageClient, bills: Bills, months: int) -> str:
    """Staff write a plan down."""
    path = f"/plans/make/{bills.account_id}"
    fields = {"months": months, "first_on": "3/15/2026", "down": "", "reason": "Asked on the phone"}
    made = client.get(path)
    shown = client.post(path, fields | {"plan_id": made.hidden("plan_id")}, expect=200)
    sent = fields | {"plan_id": shown.hidden("plan_id")}
    client.follow(client.post(f"{path}/send", sent))
    return f"/plans/{plan().id}"


def test_PLAN_12_what_staff_write_outside_the_policy_needs_another_person(
    as_staff: As, as_patient: As, bills: Bills
) -> None:
    as_patient(bills.account_id)
    first, second = as_staff("manager"), as_staff("manager")
    as_staff("front_desk")  # three sign-ins: nobody decides alone
    path = written(first, bills, 10)
    assert plan().state == "awaiting_approval"
    assert "somebody else approves" in first.get(path).text
    refused = first.post(f"{path}/approve", expect=409)
    assert "somebody else must approve them" in refused.text
    assert "Approve these terms" in second.get(path).text
    second.follow(second.post(f"{path}/approve"))
    assert plan().state == "offered"
    assert [one.state for one in proposals()] == ["approved"]


def test_OPS_13_with_fewer_than_three_sign_ins_a_manager_approves_alone_on_the_log(
    as_staff: As, as_patient: As, bills: Bills
) -> None:
    as_patient(bills.account_id)
    manager = as_staff("manager")
    path = written(manager, bills, 10)
    page = manager.get(path)
    assert "you may decide alone" in page.text
    assert "Approve these terms" in page.text
    manager.follow(manager.post(f"{path}/approve"))
    assert plan().state == "offered"
    shown = manager.get("/owner-review/")
    assert "Plan outside the policy" in shown.text
    assert "Not over yet" in shown.text


def test_an_approved_plan_is_signed_by_the_patient_and_by_nobody_else(
    as_staff: As, as_patient: As, bills: Bills
) -> None:
    client = as_patient(bills.account_id)
    path = asked(client, bills)
    manager = as_staff("manager")
    assert "Waits for a decision" in manager.get("/plans/").text
    manager.follow(manager.post(f"{path}/approve"))
    page = client.get(path)
    assert "There is an offer for you." in page.text
    agreement = client.get(f"{path}/agreement")
    assert "Annual percentage rate" in agreement.text
    fields = hidden(agreement) | {"name": "Testa Sample", "agree": "y"}
    signed = client.follow(client.post("/plans/sign", fields))
    assert "You signed your plan" in signed.text
    with read_only() as session:
        version = session.scalars(select(PlanVersion)).one()
    assert (version.instalments, version.approved_by_login_id) == (10, manager.login_id)
    assert proposals()[0].state == "signed"
    assert "Being paid" in manager.get(path).text


def test_PLAN_3_a_no_gives_its_reason_in_a_letter(
    as_staff: As, as_patient: As, bills: Bills
) -> None:
    client = as_patient(bills.account_id)
    path = asked(client, bills)
    manager = as_staff("manager")
    missing = manager.post(f"{path}/decline", {"no-reason": ""})
    assert "Choose a reason." in missing.text
    manager.follow(manager.post(f"{path}/decline", {"no-reason": "too_long"}))
    assert plan().state == "canceled"
    page = client.get(path)
    assert "We could not agree to this plan." in page.text
    letter = " ".join(pdf_text(client.http.get(f"{path}/answer.pdf").data).split())
    assert "would take longer than we can agree to" in letter
    assert "Equal Credit Opportunity Act" in letter
    with read_only() as session:
        mail = session.scalars(select(OutboundMessage)).all()
    assert [one.template for one in mail] == ["plan_news"]
    assert proposals()[0].letter_message_id == mail[0].id


def test_PLAN_3_another_offer_tells_why_and_waits_for_the_signature(
    as_staff: As, as_patient: As, bills: Bills
) -> None:
    client = as_patient(bills.account_id)
    path = asked(client, bills)
    manager = as_staff("manager")
    outside = {"counter-months": 9, "counter-first_on": "3/15/2026", "counter-reason": "too_small"}
    assert "within the policy" in manager.post(f"{path}/counter", outside, expect=409).text
    manager.follow(manager.post(f"{path}/counter", outside | {"counter-months": 4}))
    assert {one.state for one in proposals()} == {"countered", "approved"}
    page = client.get(path)
    assert "4 payments of up to $25.00" in page.text
    assert f"{path}/answer.pdf" in page.links()


def test_a_plan_signed_on_paper_is_recorded_with_where_the_paper_is(
    as_staff: As, bills: Bills
) -> None:
    biller = as_staff("biller")
    path = written(biller, bills, 4)
    assert plan().state == "offered"
    assert biller.http.get(f"/staff{path}/agreement.pdf").status_code in {200, 404}
    biller.follow(
        biller.post(
            f"{path}/paper",
            {
                "paper-name": "Testa Sample",
                "paper-signed_on": "3/2/2026",
                "paper-reference": "Folder 12, page 3",
            },
        )
    )
    with read_only() as session:
        version = session.scalars(select(PlanVersion)).one()
    assert (version.signed_how, version.typed_name, version.paper_reference, version.signed_on) == (
        "paper",
        "Testa Sample",
        "Folder 12, page 3",
        date(2026, 3, 2),
    )
    page = biller.get(path)
    assert "Mar 15, 2026" in page.text
    moved = biller.follow(biller.post(f"{path}/skip", {"number": 1}))
    assert "moved from Mar 15, 2026" in moved.text


def test_staff_pause_and_end_with_a_reason(as_staff: As, as_patient: As, bills: Bills) -> None:
    biller = as_staff("biller")
    path = written(biller, bills, 4)
    paper = {"paper-name": "T", "paper-signed_on": "3/2/2026", "paper-reference": "Folder 1"}
    biller.post(f"{path}/paper", paper)
    biller.follow(biller.post(f"{path}/pause", {"pause-months": 2}))
    assert plan().state == "paused"
    biller.follow(biller.post(f"{path}/resume"))
    assert "Enter a reason." in biller.post(f"{path}/end", {"end-reason": ""}).text
    biller.follow(biller.post(f"{path}/end", {"end-reason": "Pays by check"}))
    assert (plan().state, plan().end_reason) == ("canceled", "Pays by check")


def test_the_policy_is_a_version_that_a_manager_writes(as_staff: As, bills: Bills) -> None:
    manager = as_staff("manager")
    assert "$300.00" in manager.get("/plans/policy").text
    page = manager.get("/plans/policy/change")
    form = {
        "tiers": "300, 3, 30\nrest, 12, 2.5%",
        "days": "1, 15",
        "first_within": 20,
        "down_percent": 10,
        "assistance_above": "400",
        "grace_days": 12,
        "pause_months": 2,
        "reason": "From March on",
    }
    wrong = manager.post("/plans/policy/change", form | {"tiers": "rest, 12"})
    assert "Write each line like" in wrong.text
    del page
    shown = manager.follow(manager.post("/plans/policy/change", form))
    assert "From March on" in shown.text
    with read_only() as session:
        row = session.scalars(select(PlanPolicy)).one()
    assert (row.number, row.policy["days"], row.policy["least_down_bp"]) == (1, [1, 15], 1_000)
    as_staff("biller").get("/plans/policy/change", expect=403)


def test_PLAN_1_the_office_sees_how_many_plans_count_for_the_law(
    as_staff: As, as_patient: As, bills: Bills
) -> None:
    client, manager = as_patient(bills.account_id), as_staff("manager")
    path = asked(client, bills)
    assert "0 plans of five payments or more" in manager.get("/plans/").text
    manager.post(f"{path}/approve")
    agreement = client.get(f"{path}/agreement")
    client.post("/plans/sign", hidden(agreement) | {"name": "Testa Sample", "agree": "y"})
    assert "1 plans of five payments or more" in manager.get("/plans/").text
