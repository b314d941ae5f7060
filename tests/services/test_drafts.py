"""Autopay lived through: told, drawn once, tried again by the bank's word, stopped in time (PLAN-5 to 10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from billing.holds import Condition
from portal.db import transaction
from portal.jobs import schedule
from portal.models.accounts import AccountCondition
from portal.models.messages import OutboundMessage
from portal.models.payment_methods import PaymentAuthorisation
from portal.services.change_method import BeingUsed, remove_method
from portal.services.draft_payments import draft_due
from tests.sandbox_server import PUBLIC_URL, SandboxServer
from tests.services.autopay_world import DAY, Payer, due_on, jobs, owe, sweep
from tests.services.payment_laws import broken
from tests.services.till import open_till

LATER_DECLINED, NO_MONEY, LOST = "4000000000000341", "4000000000009995", "4000000000009987"
ASKS = "4000002760003184"
BANK_OK, BANK_EMPTY, BANK_REVOKED = "000123456789", "000222222227", "000333333335"
INTENTS = {"method": "POST", "path": "/v1/payment_intents"}
OWED = 18_240


@pytest.fixture
def payer(database_url: str, sandbox: SandboxServer, now: datetime) -> Iterator[Payer]:
    schedule.register()
    sandbox.control("webhooks", mode="hold")
    yield Payer(open_till(sandbox, now))
    sandbox.control("reset")


def test_PLAN_5_what_was_signed_is_kept_whole_and_the_copy_goes_out(payer: Payer) -> None:
    signed = payer.authorisation(payer.sign(payer.save(account=BANK_OK)))
    for part in (
        "Bank account ending 6789",
        "$200.00",
        f"day {DAY}",
        "3 business days",
        "11:59 PM",
    ):
        assert part in signed.text
    assert (signed.typed_name, signed.ip) == ("Testa Sample", "203.0.113.7")
    assert signed.copy_message_id is not None
    assert payer.letters("autopay_signed") == ["autopay_signed"]
    for change in ({"text": "other"}, {"typed_name": "Somebody Else"}):
        with pytest.raises(DBAPIError, match="can only be revoked"), transaction() as session:
            session.execute(update(PaymentAuthorisation).values(**change))
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(delete(PaymentAuthorisation))


def test_PLAN_6_told_ten_days_before_reminded_and_drawn_once(
    payer: Payer, database_url: str
) -> None:
    payer.sign(payer.save())
    payer.live_until(date(2026, 3, 6))
    draft = payer.draft()
    assert (draft.state, draft.amount.cents, draft.due_on) == ("noticed", OWED, date(2026, 3, 16))
    assert draft.noticed_on == date(2026, 3, 4), "twelve days before"
    assert payer.draw().asked == 0
    payer.live_until(date(2026, 3, 15))
    assert payer.letters("draft_ahead") == ["draft_ahead"] * 2, "the notice and one reminder"
    assert payer.draft().reminded_on == date(2026, 3, 9)
    payer.live_until(date(2026, 3, 16))
    jobs(payer, database_url)  # the job that the morning left
    assert payer.draft().state == "paid"
    payer.till.agrees(OWED)
    payer.draw()
    payer.live_until(date(2026, 4, 16))
    assert len(payer.drafts()) == 1, "nothing was due"
    assert broken(payer.till) == []


def test_PLAN_6_more_than_was_told_is_never_drawn_and_less_is(payer: Payer) -> None:
    due = due_on(payer, payer.save())
    owe(payer.till, 4_000)
    payer.draw()
    assert payer.till.sandbox.charged() == OWED
    assert payer.till.due() == 4_000
    assert payer.authorisation(due).revoked_at is None


def test_PLAN_6_without_a_notice_that_left_nothing_is_drawn(payer: Payer) -> None:
    due_on(payer, payer.save())
    with transaction() as session:
        told = payer.draft().notice_message_id
        session.get_one(OutboundMessage, told).state = "failed"
    assert payer.draw().held == 1
    assert (payer.draft().state, payer.draft().failure) == ("skipped", "no_notice")
    assert payer.till.sandbox.charged() == 0
    assert payer.letters("draft_skipped") == ["draft_skipped"]


def test_PLAN_6_a_lower_balance_draws_less(payer: Payer) -> None:
    due_on(payer, payer.save())
    payer.till.paid(payer.till.choose("own_amount", 10_000))
    [earlier] = payer.till.payments()
    assert payer.draw().waiting == 1, "the patient's own payment is still open"
    payer.till.look(earlier.id)
    payer.till.now += timedelta(minutes=6)
    assert payer.draw().asked == 1
    payer.till.agrees(OWED)
    assert payer.draft().amount.cents == 8_240


def test_PLAN_8_above_the_cap_nothing_is_drawn_and_the_patient_told(payer: Payer) -> None:
    due_on(payer, payer.save(), cap=18_239)
    assert (payer.draft().state, payer.draft().failure) == ("skipped", "over_cap")
    assert payer.letters("draft_skipped") == ["draft_skipped"]
    assert payer.draw().asked == 0
    assert payer.till.sandbox.charged() == 0


@pytest.mark.parametrize(
    ("number", "days", "tries"), [(NO_MONEY, [16, 17, 19, 23], 4), (LOST, [16], 1)]
)
def test_PLAN_10_a_declined_card_is_tried_as_its_kind_allows(
    payer: Payer, number: str, days: list[int], tries: int
) -> None:
    card = payer.save(number=LATER_DECLINED)
    due_on(payer, card)
    payer.behave(card, number)
    asked = []
    for day in range(16, 31):
        payer.live_until(date(2026, 3, day))
        asked += [day] * payer.draw().asked
        if day == 16:
            assert payer.letters("draft_failed") == ["draft_failed"], "at the first failure"
            assert bool(payer.staff_asked()) is (tries == 1), "staff hear of the last try alone"
    assert asked == days
    assert payer.staff_asked() == ["draft_failed"]
    assert len(payer.till.payments()) == tries
    assert payer.draft().next_try_on is None
    assert payer.letters("draft_failed") == ["draft_failed"] * min(tries, 2)
    assert payer.autopay_states() == ["stopped" if number == LOST else "on"]
    assert payer.till.sandbox.charged() == 0
    assert broken(payer.till) == []


def test_PLAN_10_a_bank_that_asks_gets_a_link_and_never_a_retry(payer: Payer) -> None:
    card = payer.save(number=LATER_DECLINED)
    due_on(payer, card)
    payer.behave(card, ASKS)
    payer.draw()
    assert (payer.draft().failure, payer.draft().next_try_on) == ("authentication_required", None)
    assert payer.letters("draft_asks") == ["draft_asks"]
    payer.live_until(date(2026, 3, 30))
    assert payer.draw().asked == 0
    assert payer.autopay_states() == ["on"], "next month the bank may be content"


@pytest.mark.parametrize(
    ("account", "debits", "on"), [(BANK_EMPTY, 3, "on"), (BANK_REVOKED, 1, "stopped")]
)
def test_PLAN_10_a_returned_debit_is_presented_by_its_code(
    payer: Payer, account: str, debits: int, on: str
) -> None:
    due_on(payer, payer.save(account=account))
    for _ in range(40):
        payer.draw()
        for payment in payer.till.payments():
            if payment.state == "processing":
                payer.till.look(payment.id)
        payer.live_until(payer.today + timedelta(days=1))
        if payer.today > date(2026, 4, 3):
            break  # April's own draft is not this test's
    found = payer.till.payments()
    assert [payment.amount.cents for payment in found] == [OWED] * debits
    intents = payer.till.sandbox.client.v1.payment_intents.list().data
    again = [intent.statement_descriptor for intent in reversed(intents)]
    assert again == [None] + ["RETRY PYMT"] * (debits - 1)
    assert payer.autopay_states() == [on]
    assert payer.till.sandbox.charged() == 0


def test_a_lost_answer_with_held_webhooks_is_one_charge(payer: Payer, database_url: str) -> None:
    due_on(payer, payer.save())
    payer.till.sandbox.control("faults", do="drop", where="after", times=3, **INTENTS)
    payer.draw()
    assert payer.draft().state == "charging"
    assert payer.till.due() == OWED
    sweep(payer, database_url)
    assert payer.draft().state == "paid"
    payer.till.agrees(OWED)
    payer.till.deliver(*payer.till.sandbox.events())
    payer.till.agrees(OWED)
    assert broken(payer.till) == []


def test_a_charge_of_unknown_outcome_older_than_its_key_is_found_by_its_customer(
    payer: Payer, database_url: str
) -> None:
    due_on(payer, payer.save())
    payer.till.sandbox.control("faults", do="drop", where="after", times=3, **INTENTS)
    payer.draw()
    with transaction() as session:
        session.execute(text("DELETE FROM procrastinate_jobs"))
    payer.till.sandbox.control("clock", advance=25 * 3_600)
    sweep(payer, database_url, timedelta(hours=25))
    payer.till.agrees(OWED)
    assert len(payer.till.sandbox.client.v1.payment_intents.list().data) == 1


def test_nothing_there_after_a_day_is_a_draft_that_failed(payer: Payer, database_url: str) -> None:
    due_on(payer, payer.save())
    payer.till.sandbox.control("faults", do="drop", times=3, **INTENTS)
    payer.draw()
    with transaction() as session:
        session.execute(text("DELETE FROM procrastinate_jobs"))
    payer.till.sandbox.control("clock", advance=25 * 3_600)
    sweep(payer, database_url, timedelta(hours=25))
    assert (payer.draft().state, payer.draft().failure) == ("failed", "not_made")
    payer.till.agrees(0)


@pytest.mark.parametrize(
    ("condition", "autopay"), [(Condition.DECEASED, "stopped"), (Condition.DISPUTED, "on")]
)
def test_CORE_6_the_gate_is_asked_at_the_moment_of_drawing(
    payer: Payer, condition: Condition, autopay: str
) -> None:
    due_on(payer, payer.save())
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=payer.till.account_id,
                kind=condition.value,
                since=payer.till.now,
                source="staff:1",
            )
        )
    assert payer.draw().held == 1
    assert payer.draft().state == "skipped"
    assert payer.draft().failure.startswith("gate:")
    assert payer.autopay_states() == [autopay]
    assert payer.till.sandbox.charged() == 0


def test_DISP_1_a_disputed_bill_is_left_out_of_the_draft(payer: Payer) -> None:
    payer.sign(payer.save())
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=payer.till.account_id,
                visit_id=payer.till.visit_ids[0],
                kind=Condition.DISPUTED.value,
                since=payer.till.now,
                source="staff:1",
            )
        )
    payer.live_until(date(2026, 3, DAY))
    payer.draw()
    [payment] = payer.till.payments()
    assert payment.amount.cents == 13_240
    found = payer.till.receipt(payment.id)
    assert found
    assert payer.till.due() == 5_000


def test_a_removed_way_to_pay_stops_what_hung_on_it(payer: Payer, database_url: str) -> None:
    card, signed = payer.save(), None
    signed = due_on(payer, card)
    remove_method(
        viewer=payer.till.viewer, method_id=card.id, public_url=PUBLIC_URL, now=payer.till.now
    )
    assert payer.authorisation(signed).revoke_reason == "method_removed"
    assert (payer.draft().state, payer.draw().asked) == ("stopped", 0)
    jobs(payer, database_url)
    assert payer.till.gateway.find_method(card.provider_id).customer_id is None
    assert payer.methods()[0].detach_due is False
    assert payer.autopay_states() == ["stopped"]


def test_a_way_to_pay_is_not_removed_while_it_pays(payer: Payer) -> None:
    bank = payer.save(account=BANK_OK)
    due_on(payer, bank)
    payer.draw()
    with pytest.raises(BeingUsed):
        remove_method(
            viewer=payer.till.viewer, method_id=bank.id, public_url=PUBLIC_URL, now=payer.till.now
        )


def test_draft_due_takes_its_day_from_its_caller(payer: Payer) -> None:
    due_on(payer, payer.save())
    early = draft_due(
        on=date(2026, 3, 15),
        now=payer.till.now,
        gateway=payer.till.gateway,
        public_url=PUBLIC_URL,
    )
    assert early.asked == 0


def test_PLAN_10_who_disputes_a_draft_at_their_bank_is_never_drawn_from_again(
    payer: Payer,
) -> None:
    due_on(payer, payer.save(number="4000000000000259"))
    payer.draw()
    payer.till.deliver(*payer.till.sandbox.events())
    assert payer.draft().state == "paid"
    assert payer.autopay_states() == ["stopped"]
    assert payer.letters("autopay_stopped") == ["autopay_stopped"]
