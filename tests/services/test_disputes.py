"""A bank takes a payment back: posted once, asked of nobody, and in the books as the provider has it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from sqlalchemy import func, select

from billing import disputes
from billing.disputes import Decision
from billing.ledger import Account
from billing.money import Money
from portal.adapters.stripe_payouts import StripePayouts
from portal.db import read_only, transaction
from portal.jobs import schedule
from portal.models.day import Payout
from portal.models.disputes import Dispute
from portal.models.ledger import JournalEntry
from portal.models.messages import OutboundMessage
from portal.models.work import WorkItem
from portal.queries.day_summary import day_summary
from portal.queries.ledger_proof import verify_ledger
from portal.queries.payments import payment_history
from portal.queries.viewer import StaffViewer
from portal.queue import run_due
from portal.services.decide_dispute import DecisionRefused, decide_dispute
from portal.services.draftable import draftable
from portal.services.fetch_payouts import fetch_payouts
from portal.services.post_entry import post_entry
from portal.services.walk_objects import walk_objects
from tests.sandbox_server import KEY, PUBLIC_URL, SandboxServer
from tests.services.autopay_world import Payer, due_on
from tests.services.payer_voice import total
from tests.services.refund_desk import Desk, open_desk
from tests.services.staff_world import add_staff
from tests.services.till import open_till

FEE = 1_500


@pytest.fixture
def desk(database_url: str, sandbox: SandboxServer, now: datetime) -> Desk:
    return open_desk(open_till(sandbox, now))


def disputed(desk: Desk, cents: int = 18_240) -> tuple[UUID, str]:
    """A payment in the books that its bank takes back; nobody has told us yet."""
    payment_id = desk.paid(cents)
    charge = desk.till.payment(payment_id).charge_id
    return payment_id, desk.till.sandbox.control("dispute", charge=charge)["dispute"]


def close(desk: Desk, dispute_id: str, status: str) -> None:
    desk.till.sandbox.control("close_dispute", id=dispute_id, status=status)


def tell(desk: Desk) -> list[str]:
    return desk.till.deliver(*desk.till.sandbox.events())


def books() -> tuple[int, int]:
    """What lies in dispute, and the fees."""
    return total(Account.DISPUTES), total(Account.PROCESSING_FEES)


def row(dispute_id: str) -> Dispute:
    with read_only() as session:
        return session.scalars(select(Dispute).where(Dispute.provider_id == dispute_id)).one()


def work() -> list[tuple[str, bool]]:
    with read_only() as session:
        items = session.scalars(
            select(WorkItem).where(WorkItem.kind == "card_dispute").order_by(WorkItem.id)
        )
        return [(item.reasons[0], item.closed_at is not None) for item in items]


def as_the_provider(desk: Desk) -> None:
    """Processor's money in the ledger is the provider's own sum; its charges' fees come with a payout."""
    lines = desk.till.sandbox.client.v1.balance_transactions.list(params={"limit": 100}).data
    theirs = sum(line.amount if line.type in ("charge", "payment") else line.net for line in lines)
    assert total(Account.STRIPE_CLEARING) == theirs
    assert verify_ledger().ok


def test_a_dispute_takes_amount_and_fee_and_asks_nobody_for_them(desk: Desk) -> None:
    _, dispute_id = disputed(desk)
    assert "moved" in tell(desk)
    assert books() == (18_240, FEE)
    assert desk.till.due() == 0
    assert work() == [("A payment is disputed by the card's bank.", False)]
    as_the_provider(desk)
    assert row(dispute_id).state == "open"


def test_a_won_dispute_gives_amount_and_fee_back(desk: Desk) -> None:
    _, dispute_id = disputed(desk)
    tell(desk)
    close(desk, dispute_id, "won")
    assert "moved" in tell(desk)
    assert books() == (0, 0)
    assert (desk.till.due(), row(dispute_id).state) == (0, "won")
    assert work() == [("A payment is disputed by the card's bank.", True)]
    as_the_provider(desk)


def test_a_lost_dispute_stays_and_a_person_is_asked(desk: Desk) -> None:
    _, dispute_id = disputed(desk)
    tell(desk)
    close(desk, dispute_id, "lost")
    tell(desk)
    assert (books(), desk.till.due()) == ((18_240, FEE), 0), "never billed by itself"
    assert work()[1:] == [("The bank took a payment back for good.", False)]
    as_the_provider(desk)


@pytest.mark.parametrize(("status", "held"), [("won", (0, 0)), ("lost", (18_240, FEE))])
def test_events_backwards_and_twice_post_once(
    desk: Desk, status: str, held: tuple[int, int]
) -> None:
    _, dispute_id = disputed(desk)
    close(desk, dispute_id, status)
    events = desk.till.sandbox.events()
    desk.till.deliver(*reversed(events))
    assert set(desk.till.deliver(*events)) == {"duplicate"}
    assert books() == held
    assert row(dispute_id).state == status
    as_the_provider(desk)


def test_the_dispute_may_be_told_before_its_payment(desk: Desk) -> None:
    started = desk.till.start()
    desk.till.sandbox.pay(started.checkout_url or "", "4000000000000259")
    tell_backwards = reversed(desk.till.sandbox.events())
    desk.till.deliver(*tell_backwards)
    assert books() == (18_240, FEE)
    as_the_provider(desk)


def test_six_at_once_post_once(desk: Desk) -> None:
    _, dispute_id = disputed(desk)
    close(desk, dispute_id, "won")
    events = [e for e in desk.till.sandbox.events() if "dispute" in e.type]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(desk.till.handle, events * 2))
    assert books() == (0, 0)
    as_the_provider(desk)


def test_lost_webhooks_are_found_by_the_walk_months_later(desk: Desk, database_url: str) -> None:
    schedule.register()
    desk.till.sandbox.control("webhooks", mode="mute")
    gateways = SimpleNamespace(payments=desk.till.gateway, public_url=PUBLIC_URL)

    def walk(after: timedelta) -> None:
        desk.till.now += after
        walk_objects(gateway=desk.till.gateway, now=desk.till.now)
        run_due(database_url, gateways, now=desk.till.now)

    _, dispute_id = disputed(desk)
    walk(timedelta(days=1))
    assert books() == (18_240, FEE)
    walk(timedelta(days=60))
    close(desk, dispute_id, "lost")  # made long before the days that this walk lists
    walk(timedelta(days=1))
    assert row(dispute_id).state == "lost"
    walk(timedelta(days=1))
    assert len(work()) == 2
    as_the_provider(desk)
    desk.till.sandbox.control("reset")


def test_a_refund_before_the_dispute_and_one_after(desk: Desk) -> None:
    payment_id = desk.paid()
    desk.refunded(payment_id, 2_000)
    charge = desk.till.payment(payment_id).charge_id
    desk.till.sandbox.control("dispute", charge=charge)
    tell(desk)
    refused = desk.ask(payment_id, 1_000)
    desk.approve(refused)
    assert desk.refund(refused).state == "refused"
    as_the_provider(desk)


def test_OPS_11_a_payouts_dispute_lines_answer_their_entries(desk: Desk) -> None:
    desk.paid(10_000)
    _, dispute_id = disputed(desk, 5_000)
    tell(desk)
    sandbox = desk.till.sandbox
    sandbox.control("clock", advance=3 * 86_400)
    sandbox.control("payout")
    sandbox.control("clock", advance=3 * 86_400)
    payouts = StripePayouts(secret_key=KEY, api_base=sandbox.url)
    fetch_payouts(books=payouts, now=desk.till.now + timedelta(days=6))
    with read_only() as session:
        day = session.scalars(select(Payout.arrives_on)).one()
    page = day_summary(day)
    lines = {line.category: (line.amount, line.known) for line in page.payouts[0].lines}
    assert lines["dispute"] == (Money(-50_00), Money(-50_00))
    assert page.differences == ()
    assert total(Account.STRIPE_CLEARING) == 0, "its fee was posted once"
    assert verify_ledger().ok


def test_planted_a_dispute_without_its_entry_is_seen(desk: Desk) -> None:
    _, dispute_id = disputed(desk)
    tell(desk)
    with transaction() as session:
        session.scalars(select(Dispute)).one().withdrawn = Money(18_239)
    [fault] = verify_ledger().faults
    assert (fault.where, fault.cents) == (f"dispute {dispute_id}", 1)


def test_planted_an_entry_without_its_dispute_is_seen(desk: Desk) -> None:
    with transaction() as session:
        post_entry(
            session,
            disputes.dispute(
                source_ref="stripe:du_nobody:dispute",
                occurred_on=desk.till.now.date(),
                amount=Money(700),
                account_id=desk.till.account_id,
            ),
        )
    assert [fault.where for fault in verify_ledger().faults] == ["dispute du_nobody"]


def test_a_dispute_of_another_shop_is_left_alone(desk: Desk) -> None:
    desk.till.sandbox.client.v1.payment_intents.create(
        params={
            "amount": 900,
            "currency": "usd",
            "confirm": True,
            "payment_method": "pm_card_createDispute",
        }
    )
    tell(desk)
    with read_only() as session:
        assert session.scalar(select(func.count()).select_from(JournalEntry)) is not None
        assert session.scalar(select(func.count()).select_from(Dispute)) == 0
    assert (books(), work()) == ((0, 0), [])


def lost(desk: Desk, cents: int = 18_240) -> tuple[UUID, int]:
    """A dispute that the bank decided against us, told of."""
    payment_id, dispute_id = disputed(desk, cents)
    close(desk, dispute_id, "lost")
    tell(desk)
    return payment_id, row(dispute_id).id


def decide(desk: Desk, dispute_id: int, decision: Decision, by: StaffViewer | None = None) -> bool:
    return decide_dispute(
        dispute_id=dispute_id,
        decision=decision,
        reason="The patient called",
        staff=by or desk.approver,
        now=desk.till.now,
    )


def told(desk: Desk, payment_id: UUID) -> str:
    """What the patient reads on the receipt and in the history, which say the same."""
    receipt = desk.till.receipt(payment_id)
    [paid] = payment_history(desk.till.viewer)
    assert receipt is not None
    assert paid.dispute == (receipt.dispute.words if receipt.dispute else "")
    return paid.dispute


def test_owed_again_only_by_a_person_and_once(desk: Desk) -> None:
    payment_id, dispute_id = lost(desk)
    assert told(desk, payment_id).endswith("We are not asking you to pay it now.")
    assert desk.till.due() == 0
    assert decide(desk, dispute_id, Decision.OWED)
    assert not decide(desk, dispute_id, Decision.WRITTEN_OFF)
    assert (desk.till.due(), books()) == (18_240, (0, FEE))
    assert "does not count as paid" in told(desk, payment_id)
    assert all(closed for _, closed in work())
    as_the_provider(desk)


def test_owed_again_takes_the_newest_service_first(desk: Desk) -> None:
    _, dispute_id = lost(desk, 10_000)
    assert desk.till.due() == 8_240
    decide(desk, dispute_id, Decision.OWED)
    assert desk.till.due() == 18_240
    as_the_provider(desk)


def test_taken_off_is_nobodys_and_staff_can_put_it_back(desk: Desk) -> None:
    payment_id, dispute_id = lost(desk)
    decide(desk, dispute_id, Decision.WRITTEN_OFF)
    assert (desk.till.due(), books()) == (0, (0, FEE))
    assert total(Account.PROVIDER_WRITE_OFF) == 18_240
    assert told(desk, payment_id) == "Your bank took this payment back. You do not owe it."
    as_the_provider(desk)


def test_OPS_23_a_biller_takes_off_a_hundred_dollars_at_most(desk: Desk) -> None:
    _, dispute_id = lost(desk)
    with pytest.raises(DecisionRefused, match=r"up to \$100.00"):
        decide(desk, dispute_id, Decision.WRITTEN_OFF, by=desk.asker)
    with pytest.raises(DecisionRefused, match="Your role"):
        decide(desk, dispute_id, Decision.OWED, by=add_staff("payment_poster"))
    assert decide(desk, dispute_id, Decision.OWED, by=desk.asker)


def test_nothing_is_decided_while_the_bank_decides(desk: Desk) -> None:
    _, dispute_id = disputed(desk)
    tell(desk)
    with pytest.raises(DecisionRefused, match="nothing to decide"):
        decide(desk, row(dispute_id).id, Decision.OWED)


@pytest.mark.parametrize("decision", [Decision.OWED, Decision.WRITTEN_OFF])
def test_won_after_all_undoes_the_decision(desk: Desk, decision: Decision) -> None:
    _, dispute_id = lost(desk)
    decide(desk, dispute_id, decision)
    with read_only() as session:
        provider_id = session.get_one(Dispute, dispute_id).provider_id
    close(desk, provider_id, "won")
    tell(desk)
    assert (desk.till.due(), books()) == (0, (0, 0))
    assert total(Account.PROVIDER_WRITE_OFF) == 0
    as_the_provider(desk)


def test_a_bank_debit_that_comes_back_is_due_again_and_told(desk: Desk) -> None:
    started = desk.till.start()
    desk.till.sandbox.pay(started.checkout_url or "", account="000555555559")
    desk.till.sandbox.control("clock", advance=5 * 86_400)
    desk.till.now += timedelta(days=5)
    tell(desk)
    assert desk.till.payment(started.payment_id).state == "succeeded"
    assert (desk.till.due(), books()) == (18_240, (0, FEE))
    with read_only() as session:
        sent = session.scalars(
            select(OutboundMessage).where(OutboundMessage.template == "payment_returned")
        ).all()
    assert len(sent) == 1
    assert work()[0][0].startswith("A bank debit that was paid came back")
    assert "We will not try your bank account again" in told(desk, started.payment_id)
    assert len(desk.till.payments()) == 1, "nothing was tried again"
    as_the_provider(desk)


def test_planted_a_decision_that_moved_nothing_is_seen(desk: Desk) -> None:
    lost(desk)
    with transaction() as session:
        session.scalars(select(Dispute)).one().decision = "owed"
    assert [fault.cents for fault in verify_ledger().faults] == [18_240]


def test_rule_13_a_bill_that_was_taken_back_is_drawn_by_nobody_again(
    database_url: str, sandbox: SandboxServer, now: datetime
) -> None:
    """Autopay drew it, its bank took it back, a person said it is owed: autopay leaves it to the patient."""
    schedule.register()
    sandbox.control("webhooks", mode="hold")
    payer = Payer(open_till(sandbox, now))
    due_on(payer, payer.save())
    payer.draw()
    desk = open_desk(payer.till)
    assert payer.till.due() == 0
    dispute = sandbox.control("dispute", charge=payer.till.payments()[0].charge_id)["dispute"]
    close(desk, dispute, "lost")
    tell(desk)
    with read_only() as session:
        dispute_id = session.scalars(select(Dispute.id)).one()
    decide_dispute(
        dispute_id=dispute_id,
        decision=Decision.OWED,
        reason="They called",
        staff=desk.approver,
        now=payer.till.now,
    )
    assert payer.till.due() == 18_240
    payer.live_until(date(2026, 4, 20))
    assert (len(payer.drafts()), sandbox.charged()) == (1, 18_240), "nothing was drawn in April"
    with read_only() as session:
        denied = draftable(session, payer.till.account_id, on=payer.today).denied
    assert denied
    assert denied.rule_ids == ("PAY-13",)
    payer.till.paid()  # of the patient's own will it may be paid
    sandbox.control("reset")
