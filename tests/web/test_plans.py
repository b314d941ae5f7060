"""A plan on the patient's pages: choose, read, sign, see, change; and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from billing.holds import Action, Allowed, Condition, Denied, allowed
from billing.money import Money
from billing.plans import Policy, Tier
from billing.state_pack import COLL_33
from portal.db import read_only, transaction
from portal.models.messages import OutboundMessage
from portal.models.plans import Plan, PlanPolicy, PlanProposal
from portal.models.statements import Statement, StatementDelivery
from portal.queries.conditions import conditions
from portal.queries.plan_policy import as_json
from portal.queries.statement_build import draft
from portal.queries.statement_facts import statement_facts
from portal.services.cut_statements import cut_statements
from tests.pdf_text import pdf_text
from tests.web.bills import NOW, Bills, account_of_every_kind, make_practice
from tests.web.pages import Page, PageClient
from tests.web.people import make_account, make_login
from tests.web.statements_sent import statements_sent

AsPatient = Callable[..., PageClient]
FIRST = "2026-03-10"
BY_MONTHS = {"way": "months", "months": 4, "first": FIRST, "budget": "", "down": ""}


@pytest.fixture(autouse=True)
def day_of_the_tests(patient_app: Any, staff_app: Any) -> None:
    for one in (patient_app, staff_app):
        one.config["CLOCK"] = lambda: NOW


@pytest.fixture
def bills(patient_app: Any) -> Bills:
    make_practice()
    return account_of_every_kind()  # $60.00 and $40.00 are due


def fields(page: Page) -> dict[str, str]:
    return {
        node.get("name", ""): node.get("value", "")
        for node in page.all("input")
        if node.get("type") == "hidden" and node.get("name") != "csrf_token"
    }


def link(page: Page, part: str) -> str:
    return next(href for href in page.links() if part in href)


def to_the_agreement(client: PageClient, bills: Bills, **other: object) -> Page:
    schedule = client.get(
        "/plans/new", query_string=BY_MONTHS | {"account": bills.account_id} | other
    )
    return client.get(link(schedule, "/plans/agreement"))


def signed(client: PageClient, bills: Bills, **other: object) -> Page:
    page = to_the_agreement(client, bills, **other)
    sent = client.post("/plans/sign", fields(page) | {"name": "Testa Sample", "agree": "y"})
    return client.follow(sent)


def test_a_patient_chooses_reads_and_signs_within_the_policy(
    as_patient: AsPatient, bills: Bills
) -> None:
    client = as_patient(bills.account_id)
    new = client.get("/plans/new")
    assert "$100.00" in new.text
    assert "4 months, $25.00 each" in new.text
    schedule = client.get("/plans/new", query_string=BY_MONTHS | {"account": bills.account_id})
    assert "March 10, 2026" in schedule.text
    assert "June 10, 2026" in schedule.text
    assert "You miss a payment" in schedule.text
    agreement = client.get(link(schedule, "/plans/agreement"))
    assert COLL_33 in agreement.source
    assert "Annual percentage rate" not in agreement.text  # four: a simple agreement (PLAN-2)
    missing = client.post("/plans/sign", fields(agreement) | {"name": ""})
    assert "Enter your full name." in missing.text
    plan = client.follow(
        client.post("/plans/sign", fields(missing) | {"name": "Testa Sample", "agree": "y"})
    )
    assert "You signed your plan" in plan.text
    assert "due March 10, 2026" in plan.text
    assert "$100.00" in plan.text


def test_by_budget_the_months_are_worked_out(as_patient: AsPatient, bills: Bills) -> None:
    client = as_patient(bills.account_id)
    asked = BY_MONTHS | {"way": "budget", "budget": "34", "account": bills.account_id}
    page = client.get("/plans/new", query_string=asked)
    assert "3 payments, the last on May 10, 2026" in page.text
    missing = client.get("/plans/new", query_string=asked | {"budget": ""})
    assert "Enter an amount like 50 or 50.00." in missing.text


def test_acceptance_6_COLL_33_and_the_signature_stand_on_paper(
    as_patient: AsPatient, bills: Bills
) -> None:
    client = as_patient(bills.account_id)
    page = signed(client, bills)
    version = client.get(link(page, "/versions/1"))
    answer = client.http.get(link(version, "agreement.pdf"))
    words = pdf_text(answer.data)
    assert " ".join(COLL_33.split()) in " ".join(words.split())
    assert "Testa Sample" in words


def test_PLAN_1_PLAN_2_five_payments_show_the_federal_box(
    as_patient: AsPatient, bills: Bills
) -> None:
    offer_twelve_months()
    client = as_patient(bills.account_id)
    agreement = to_the_agreement(client, bills, months=5)
    for words in (
        "Annual percentage rate",
        "0.00%",
        "Finance charge",
        "$0.00",
        "Amount financed",
        "Total of payments",
        "you will not have to pay a penalty",
        "Late charge: none",
        "Itemization of the amount financed",
    ):
        assert words in agreement.text
    told = fields(agreement) | {"name": "Testa Sample", "agree": "y"}
    client.post("/plans/sign", told | {"method": "saved"}, expect=400)
    client.post("/plans/sign", told | {"version": "2"}, expect=409)
    refused = client.post("/plans/sign", told | {"box_hash": ""}, expect=409)
    assert "did not show the cost" in refused.text
    assert "You signed your plan" in client.follow(client.post("/plans/sign", told)).text


def test_PLAN_3_outside_the_policy_a_patient_asks_and_hears_in_30_days(
    as_patient: AsPatient, bills: Bills
) -> None:
    offer_twelve_months(longest=4)
    client = as_patient(bills.account_id)
    asked = BY_MONTHS | {"way": "budget", "budget": "12", "account": bills.account_id}
    schedule = client.get("/plans/new", query_string=asked)
    assert "A person has to look at this first." in schedule.text
    page = client.follow(client.post("/plans/ask", fields(schedule) | {"reason": "Little work"}))
    assert "You hear from us by April 1, 2026" in page.text
    with read_only() as session:
        [proposal] = session.scalars(select(PlanProposal))
    assert (proposal.state, proposal.instalments, proposal.outside) == (
        "waiting",
        9,
        ["longer_than_policy"],
    )


def test_another_patients_plan_is_not_found(as_patient: AsPatient, bills: Bills) -> None:
    owner = as_patient(bills.account_id)
    page = signed(owner, bills)
    plan_id = plan().id
    version = link(page, "/versions/1")
    stranger = as_patient(make_account())
    for path in ("", "/agreement", "/day", "/pause", "/end", "/new-bill", "/answer.pdf"):
        stranger.get(f"/plans/{plan_id}{path}", expect=404)
    stranger.get(version, expect=404)
    stranger.get(f"{version}/agreement.pdf", expect=404)
    for path in ("/resume", "/leave-out"):
        stranger.post(f"/plans/{plan_id}{path}", expect=404)
    assert plan().state == "active"


def test_the_day_and_a_pause_are_the_patients_own(as_patient: AsPatient, bills: Bills) -> None:
    client = as_patient(bills.account_id)
    signed(client, bills)
    path = f"/plans/{plan().id}"
    moved = client.follow(client.post(f"{path}/day", {"choice": "20"}))
    assert "due March 20, 2026" in moved.text
    paused = client.follow(client.post(f"{path}/pause", {"choice": "1"}))
    assert "Your plan is paused." in paused.text
    resumed = client.follow(client.post(f"{path}/resume"))
    assert "due March 20, 2026" in resumed.text
    again = client.post(f"{path}/pause", {"choice": "1"}, expect=409)
    assert "already this year" in again.text
    ended = client.follow(client.post(f"{path}/end", {"reason": ""}))
    assert "Set up a new plan" in ended.text
    assert plan().state == "canceled"


def test_PLAN_5_the_copy_is_told_of_without_an_amount(as_patient: AsPatient, bills: Bills) -> None:
    signed(as_patient(bills.account_id), bills)
    with read_only() as session:
        [letter] = session.scalars(select(OutboundMessage))
    assert letter.subject == "A copy of your agreement"
    assert "/agreements" in letter.body
    assert "$" not in letter.body


def plan() -> Plan:
    with read_only() as session:
        return session.scalars(select(Plan)).one()


def offer_twelve_months(longest: int = 12) -> None:
    """The office wrote a policy of its own: instalments of $10.00."""

    manager = make_login("staff", role="manager")
    policy = Policy(tiers=(Tier(None, longest, Money(10_00)),))
    with transaction() as session:
        session.add(
            PlanPolicy(
                number=1,
                policy=as_json(policy, (1, 10, 20)),
                reason="test",
                made_by_login_id=manager,
                made_at=NOW,
            )
        )


def test_PLAN_16_pages_about_bills_know_the_plan_and_press_nobody(
    as_patient: AsPatient, bills: Bills
) -> None:
    client = as_patient(bills.account_id)
    before = client.get("/bills")
    assert "/plans/new" in before.links()
    signed(client, bills)
    page = client.get("/bills")
    assert "You are on a plan: $25.00 on March 10, 2026." in page.text
    assert "Pay $100.00" not in page.text
    bill = client.get(f"/bills/{bills.self_pay}")
    assert "This bill is in your plan." in bill.text
    assert not [href for href in bill.links() if href.startswith("/pay?")]
    assert f"/plans/{plan().id}" in bill.links()


def test_PLAN_16_a_plan_holds_what_dunning_would_do(as_patient: AsPatient, bills: Bills) -> None:
    signed(as_patient(bills.account_id), bills)
    with read_only() as session:
        book = conditions(session, on=NOW.date(), account_ids=[bills.account_id])
    held = book.of(bills.account_id, bills.self_pay).kinds
    assert Condition.PLAN_CURRENT in held
    assert allowed(held, Action.STATEMENT) == Allowed(frozenset({Condition.PLAN_CURRENT}))
    for action in (Action.REMINDER, Action.FINAL_NOTICE, Action.PLACEMENT, Action.LAWSUIT):
        assert isinstance(allowed(held, action), Denied)
    waiting = book.of(bills.account_id, bills.waiting).kinds
    assert Condition.PLAN_CURRENT not in waiting


def test_PLAN_16_a_statement_of_a_plan_asks_for_the_plans_payment(
    as_patient: AsPatient, bills: Bills
) -> None:
    signed(as_patient(bills.account_id), bills)
    with read_only() as session:
        facts = statement_facts(session, account_ids=[bills.account_id], on=NOW.date())
    [account] = facts.balances
    cut = draft(facts, account, on=NOW.date(), public_url="http://localhost:8000")
    assert "Your payment of $25.00 is due on March 10, 2026." in cut.content.notices.payment_plan


def test_pages_of_a_plan_stay_within_their_queries(as_patient: AsPatient, bills: Bills) -> None:
    client = as_patient(bills.account_id)
    asked = BY_MONTHS | {"account": bills.account_id}
    with statements_sent() as new:
        client.get("/plans/new", query_string=asked)
    signed(client, bills)
    with statements_sent() as own:
        client.get(f"/plans/{plan().id}")
    with statements_sent() as overview:
        client.get("/bills")  # on a plan; whoever has none pays none of its queries
    told = (len(new), len(own), len(overview))
    assert all(n <= most for n, most in zip(told, (16, 24, 26), strict=True)), told


def test_PLAN_16_a_statement_page_leads_to_the_plan(as_patient: AsPatient, bills: Bills) -> None:
    client = as_patient(bills.account_id)
    [number] = cut_statements(on=NOW.date(), now=NOW, public_url="http://localhost:8000").numbers
    with transaction() as session:
        cut = session.scalars(select(Statement)).one()
        session.add(
            StatementDelivery(statement_id=cut.id, channel="paper", delivered_on=NOW.date())
        )
    assert "Pay $100.00" in client.get(f"/statements/{number}").text
    signed(client, bills)
    page = client.get(f"/statements/{number}")
    assert "You are on a plan: $25.00 on March 10, 2026." in page.text
    assert "Pay $100.00" not in page.text
