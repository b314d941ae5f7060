"""A plan that is drawn: each instalment once, on its day, as signed; never what was paid another way (PLAN-6, PLAN-9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from billing.holds import Condition
from portal.db import transaction
from portal.jobs import schedule
from portal.models.accounts import AccountCondition
from portal.models.payment_methods import PaymentAuthorisation
from portal.services.claim_draft import DraftDay
from portal.services.plan_drafts import schedule_plans
from portal.services.sign_autopay import Signature, Wish, autopay_paper, sign_autopay
from tests.sandbox_server import PUBLIC_URL, SandboxServer
from tests.services.autopay_world import Payer, english, owe
from tests.services.plan_world import signed, standing
from tests.services.till import open_till

PART = 4_560  # a quarter of what is owed


@pytest.fixture
def payer(database_url: str, sandbox: SandboxServer, now: datetime) -> Iterator[Payer]:
    schedule.register()
    sandbox.control("webhooks", mode="hold")
    yield Payer(open_till(sandbox, now))
    sandbox.control("reset")


def sign_plan(payer: Payer, plan_id: UUID) -> int:
    """Let the plan be drawn from a card."""
    asked = {
        "viewer": payer.till.viewer,
        "account_id": payer.till.account_id,
        "wish": Wish(method_id=payer.save().id, plan_id=plan_id),
        "words": english,
        "now": payer.till.now,
    }
    paper = autopay_paper(**asked)  # type: ignore[arg-type]  # as the signature says
    signature = Signature(
        typed_name="Testa Sample", text_hash=paper.hash, language="en", ip="", user_agent=""
    )
    return sign_autopay(**asked, signature=signature, public_url=PUBLIC_URL)  # type: ignore[arg-type]  # as above


def lived(payer: Payer, until: date) -> list[tuple[date, int]]:
    """Each day with what was drawn on it."""
    drawn = []
    while payer.today < until:
        before = payer.till.sandbox.charged()
        payer.live_until(payer.today + timedelta(days=1))
        payer.draw()
        took = payer.till.sandbox.charged() - before
        drawn += [(payer.today, took)] if took else []
    return drawn


def test_PLAN_9_each_instalment_is_reminded_of_and_drawn_once_on_its_day(payer: Payer) -> None:
    plan_id = signed(payer.till)
    paper = payer.authorisation(sign_plan(payer, plan_id))
    assert (paper.kind, paper.plan_id, paper.cap.cents) == ("plan", plan_id, PART)
    assert "In my payment agreement".lower() in paper.text.lower()
    drawn = lived(payer, date(2026, 4, 16))
    assert drawn == [(date(2026, 3, 16), PART), (date(2026, 4, 15), PART)], "the 15th was a Sunday"
    found = standing(plan_id, payer.today)
    assert (found.paid.cents, found.past_due.cents) == (2 * PART, 0)
    assert payer.letters("draft_ahead") == ["draft_ahead"] * 2, "a reminder of each, no notice"
    assert payer.till.due() == 18_240 - 2 * PART


def test_PLAN_16_what_was_paid_another_way_is_not_drawn(payer: Payer) -> None:
    plan_id = signed(payer.till)
    sign_plan(payer, plan_id)
    payer.live_until(date(2026, 3, 6))
    payer.till.paid(payer.till.choose("own_amount", PART))
    payer.till.look(payer.till.payments()[-1].id)
    assert standing(plan_id, payer.today).paid.cents == PART
    assert lived(payer, date(2026, 3, 31)) == []
    assert [draft.state for draft in payer.drafts()] == ["skipped"]


def test_PLAN_8_autopay_beside_a_plan_draws_what_the_plan_does_not_cover(payer: Payer) -> None:
    plan_id = signed(payer.till)
    payer.sign(payer.save())
    owe(payer.till, 3_000)
    assert lived(payer, date(2026, 3, 17)) == [(date(2026, 3, 16), 3_000)]
    assert standing(plan_id, payer.today).paid.cents == 0
    assert payer.till.due() == 18_240


def test_PLAN_7_a_plan_that_is_not_to_be_drawn_any_more_goes_on_by_hand(payer: Payer) -> None:
    plan_id = signed(payer.till)
    authorisation = sign_plan(payer, plan_id)
    payer.live_until(date(2026, 3, 15))
    payer.stop(authorisation)
    assert lived(payer, date(2026, 3, 20)) == []
    assert standing(plan_id, payer.today).state == "in_grace"


def test_PLAN_16_what_was_paid_on_the_very_day_is_not_drawn_again(payer: Payer) -> None:
    plan_id = signed(payer.till)
    sign_plan(payer, plan_id)
    payer.live_until(date(2026, 3, 16))
    payer.till.paid(payer.till.choose("own_amount", PART))
    payer.till.look(payer.till.payments()[-1].id)
    assert payer.draw().held == 1, "the morning had it, and the plan has no need of it any more"
    assert payer.till.sandbox.charged() == PART


def test_CORE_6_what_the_gate_held_is_told_once_however_often_the_day_runs(payer: Payer) -> None:
    sign_plan(payer, signed(payer.till))
    payer.live_until(date(2026, 3, 16))
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=payer.till.account_id,
                kind=Condition.VETERANS_AFFAIRS.value,
                since=payer.till.now,
                source="staff:1",
            )
        )
    assert payer.draw().held == 1
    morning = DraftDay(on=payer.today, now=payer.till.now, public_url=PUBLIC_URL)
    assert schedule_plans(morning) == 0
    payer.draw()
    assert [draft.state for draft in payer.drafts()] == ["skipped"]
    assert payer.letters("draft_skipped") == ["draft_skipped"]


def test_PLAN_7_an_authorisation_that_is_over_draws_nothing_even_if_its_draft_stayed(
    payer: Payer,
) -> None:
    authorisation = sign_plan(payer, signed(payer.till))
    payer.live_until(date(2026, 3, 16))
    with transaction() as session:
        row = session.get_one(PaymentAuthorisation, authorisation)
        row.revoked_at, row.revoke_reason = payer.till.now, "test"
    payer.draw()
    assert payer.till.sandbox.charged() == 0
    assert [draft.failure for draft in payer.drafts()] == ["not_authorised"]
