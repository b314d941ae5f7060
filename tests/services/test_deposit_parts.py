"""The parts of a batch by method answer lines of the bank by themselves, and each ties by itself (OPS-10, OPS-11)."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from billing.ledger import Account
from billing.money import Money
from billing.reassociation import Kind
from portal.db import read_only
from portal.queries.bank_expected import expected_payments
from portal.queries.day_summary import day_summary
from portal.queries.ledger_proof import verify_ledger as verified
from portal.queries.staff_bank import line_page
from portal.services.answer_deposit import CannotMatch
from portal.services.close_day import CloseRefused, close_day, explain_difference
from portal.services.match_deposit import match_deposit, unmatch_deposit
from portal.services.post_batch import Counted, post_batch
from tests.services.payer_voice import total
from tests.services.staff_world import add_account, add_staff
from tests.services.test_reassociation import LATER, TODAY, bring, deposit_ids, line

pytestmark = pytest.mark.usefixtures("database_url")


def test_OPS_10_checks_and_terminal_cards_of_one_batch_answer_a_line_each() -> None:
    poster = add_staff("payment_poster")
    account, day = add_account(), date(2026, 4, 1)
    mixed = uuid4()
    counted = [
        Counted(
            account_id=account.account_id, amount=Money(20_00), method="check", check_number="7"
        ),
        Counted(account_id=account.account_id, amount=Money(7_00), method="card"),
    ]
    post_batch(
        batch_id=mixed,
        received_on=day,
        control_total=Money(27_00),
        rows=counted,
        staff=poster,
        on=TODAY,
        now=LATER,
    )
    bring(line(20_00, day, "DEPOSIT"), line(6_80, day, "MERCHANT SETTLEMENT"), staff=poster)
    checks, cards = deposit_ids()

    def match(deposit: int, *ids: str) -> None:
        match_deposit(
            deposit_id=deposit, kind=Kind.BATCH, ids=list(ids), staff=poster, on=TODAY, now=LATER
        )

    with read_only() as session:
        amounts = {
            one.id.partition(":")[2]: one.amount for one in expected_payments(session, on=TODAY)
        }
    assert amounts == {"": Money(27_00), "check": Money(20_00), "card": Money(7_00)}
    page = line_page(checks, on=TODAY)
    assert page is not None
    assert [one.expected.name for one in page.proposals] == ["Of a batch: checks"]
    with pytest.raises(CannotMatch):
        match(checks, str(mixed), f"{mixed}:check")
    match(checks, f"{mixed}:check")
    with pytest.raises(CannotMatch):  # its checks are in a deposit: the whole is not
        match(cards, str(mixed))
    [row] = day_summary(day).batches
    assert (row.banked, row.awaited, row.kind) == (False, "terminal cards", "Checks and cards")
    match(cards, f"{mixed}:card")
    summary = day_summary(day)
    # Each part ties by itself: the terminal's fee is the cards' difference, and the checks have none.
    assert [(gap.key, gap.amount) for gap in summary.differences] == [
        (f"deposit:{cards}", Money(-20))
    ]
    assert summary.batches[0].banked
    with pytest.raises(CloseRefused, match="1 unexplained"):
        close_day(day=day, staff=poster, on=TODAY, now=LATER)
    explain_difference(
        day=day, key=f"deposit:{cards}", note="the terminal's fee", staff=poster, now=LATER
    )
    close_day(day=day, staff=poster, on=TODAY, now=LATER)
    assert total(Account.BANK) == 26_80
    assert verified().ok


def test_OPS_10_a_part_is_taken_back_and_the_batch_answers_whole_again() -> None:
    poster = add_staff("payment_poster")
    account, day = add_account(), date(2026, 4, 1)
    mixed = uuid4()
    post_batch(
        batch_id=mixed,
        received_on=day,
        control_total=Money(27_00),
        rows=[
            Counted(account_id=account.account_id, amount=Money(20_00), method="cash"),
            Counted(account_id=account.account_id, amount=Money(7_00), method="card"),
        ],
        staff=poster,
        on=TODAY,
        now=LATER,
    )
    bring(line(27_00, day, "DEPOSIT"), staff=poster)
    [deposit] = deposit_ids()
    for ids in ([f"{mixed}:card"], [f"{mixed}:card", f"{mixed}:cash"], [str(mixed)]):
        match_deposit(
            deposit_id=deposit, kind=Kind.BATCH, ids=ids, staff=poster, on=TODAY, now=LATER
        )
        page = line_page(deposit, on=TODAY)
        assert page is not None
        assert page.expected == Money(7_00 if len(ids) == 1 and ":" in ids[0] else 27_00)
        unmatch_deposit(deposit_id=deposit, reason="Again", staff=poster, now=LATER)
    assert (total(Account.BANK), total(Account.PRACTICE_DEPOSITS)) == (0, 27_00)
    assert verified().ok
