"""The pages of holds at the office: the register, an account's, what the gate said no to; the profile and state law."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import uuid4

from sqlalchemy import func, select

from billing.hold_words import HOLD_WORDS
from billing.holds import MATRIX, Action, Condition, Effect
from billing.state_rows import STATE_RULES
from portal.db import read_only, transaction
from portal.models.accounts import AccountCondition
from portal.models.gate import GateClearance, OrganisationProfile, StateReview
from portal.queries.hold_rows import holds_of
from portal.services.ask_gate import ask_gate
from staff_admin.blueprints.organisation.forms import QUESTIONS
from tests.services.staff_world import add_account
from tests.web.pages import PageClient

Staff = Callable[[str], PageClient]


def test_CORE_6_a_hold_is_set_seen_in_the_register_and_ended_with_a_reason(as_staff: Staff) -> None:
    world = add_account("1111-2222")
    biller, address = as_staff("biller"), f"/accounts/{world.account_id}/holds"
    assert "Nothing holds this account." in biller.get(address).text
    form = {"kind": "bankruptcy", "reason": "Notice of case 26-1", "until_on": "1/20/2026"}
    assert "Enter a reason." in biller.post(address, form | {"reason": ""}).text
    page = biller.follow(biller.post(address, form, expect=302))
    assert "Notice of case 26-1" in page.text
    register = biller.get("/holds/")
    assert "1 hold." in register.text
    assert "Bankruptcy" in register.text
    assert "$58.00" in register.text
    assert "Notice of case" in biller.get("/holds/?kind=bankruptcy&least=0").text
    for nothing in ("kind=deceased", "least=100", "age=week"):
        assert "Nothing is held like this." in biller.get(f"/holds/?{nothing}").text
    with read_only() as session:
        hold_id = session.scalars(select(AccountCondition.id)).one()
    end = f"{address}/{hold_id}/end"
    assert "Enter a reason." in biller.post(end, {"reason": ""}).text
    page = biller.follow(biller.post(end, {"reason": "The case was dismissed."}, expect=302))
    assert "Nothing holds this account." in page.text
    with read_only() as session:
        row = session.scalars(select(AccountCondition)).one()
    assert row.ended_at is not None
    assert row.end_reason == "The case was dismissed."


def test_a_hold_of_another_account_is_not_found(as_staff: Staff) -> None:
    world, other = add_account("1111-2222"), add_account("3333-4444")
    biller = as_staff("biller")
    biller.post(
        f"/accounts/{world.account_id}/holds", {"kind": "scra", "reason": "Orders"}, expect=302
    )
    with read_only() as session:
        hold_id = session.scalars(select(AccountCondition.id)).one()
    biller.get(f"/accounts/{other.account_id}/holds/{hold_id}/end", expect=404)
    biller.get("/accounts/999999/holds", expect=404)


def test_COLL_17_a_manager_records_what_opens_one_action(as_staff: Staff) -> None:
    world = add_account("1111-2222")
    manager, address = as_staff("manager"), f"/accounts/{world.account_id}/holds"
    page = manager.follow(
        manager.post(address, {"kind": "attorney", "reason": "Letter"}, expect=302)
    )
    assert "Record what opens one action" in page.text
    form = {"clear-cell": "attorney/placement", "clear-reason": "Agreed in writing."}
    page = manager.follow(manager.post(f"{address}/clear", form, expect=302))
    assert "It is on record." in page.text
    refused = manager.post(f"{address}/clear", form | {"clear-cell": "bankruptcy/placement"})
    assert "It is on record" not in refused.text
    with read_only() as session:
        [row] = session.scalars(select(GateClearance))
    assert (row.condition, row.action) == ("attorney", "placement")


def test_CORE_5_every_no_stands_on_a_page_with_its_rules(as_staff: Staff) -> None:
    world = add_account("1111-2222")
    with transaction() as session:
        ask_gate(
            session,
            {Condition.ATTORNEY},
            Action.CALL,
            asked_by="call list",
            account_id=world.account_id,
        )
    auditor = as_staff("auditor")
    for shown in ("", "?action=call", "?rule=coll-17", f"?account={world.account_id}"):
        page = auditor.get(f"/holds/denials{shown}").text
        assert "COLL-17" in page
        assert "call list" in page
    for hidden in ("?action=draft", "?rule=COLL-18", "?account=999999"):
        assert "Nothing was denied like this." in auditor.get(f"/holds/denials{hidden}").text


def test_CORE_1_a_manager_says_what_the_practice_is(as_staff: Staff) -> None:
    manager = as_staff("manager")
    page = manager.get("/settings/organisation")
    assert "the strictest law counts everywhere" in page.text
    form = {
        "form_id": str(uuid4()),
        **dict.fromkeys(QUESTIONS, ""),
        "is_501r_hospital": "no",
        "employee_count": "12",
        "states_of_service": "ny, nj",
        "starts_on": "1/20/2030",
        "reason": "First answers.",
    }
    assert (
        "no states: XX"
        in manager.post("/settings/organisation", form | {"states_of_service": "XX"}).text
    )
    for _ in range(2):
        page = manager.follow(manager.post("/settings/organisation", form, expect=302))
    assert "NY, NJ" in page.text
    assert "scheduled" in page.text
    with read_only() as session:
        [row] = session.scalars(select(OrganisationProfile))
    assert row.answers["is_501r_hospital"] is False
    assert row.answers["texas_facility_license"] is None


def test_CORE_2_a_row_of_state_law_is_read_and_its_review_taken_back(as_staff: Staff) -> None:
    manager = as_staff("manager")
    row = next(one for one in STATE_RULES if one.key == "COLL-T4-NJ")
    page = manager.get(f"/settings/states/{row.key}")
    assert "14-point bold" in page.text
    assert "sourced S18" in page.text
    form = {"form_id": str(uuid4()), "fingerprint": row.fingerprint, "note": "Counsel read it."}
    manager.post(f"/settings/states/{row.key}", form | {"confirmed": "y"}, expect=302)
    assert (
        manager.get("/settings/states").text.count("Not read")
        == len({one.key for one in STATE_RULES}) - 1
    )
    manager.post(f"/settings/states/{row.key}", form | {"form_id": str(uuid4())}, expect=302)
    with read_only() as session:
        assert session.scalar(select(func.count()).select_from(StateReview)) == 2
    manager.get("/settings/states/COLL-T99", expect=404)


def test_CORE_6_whatever_holds_a_statement_has_words_in_the_register() -> None:
    of_the_books = {
        # Not holds of a person's: they end when a file comes, or concern one channel.
        Condition.RECEIPTS_MISSING,
        Condition.RECEIPTS_BEHIND,
        Condition.BELOW_FLOOR,
        Condition.CREDIT_BALANCE,
        Condition.NO_ESTATEMENT_CONSENT,
    }
    holding = {
        kind for kind, row in MATRIX.items() if row[Action.PLACEMENT] is not Effect.OK
    } - of_the_books
    assert holding - {Condition.REVIEW, Condition.PAYMENT_TAKEN_BACK} <= set(HOLD_WORDS)
    with read_only() as session:
        assert holds_of(session, [999_999], on=date(2026, 3, 2)) == ()
