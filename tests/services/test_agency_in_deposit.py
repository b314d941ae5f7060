"""A line of the bank that holds an agency's check together with counted checks and cash: matched to the cent, or not at all (OPS-10, OPS-11)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from billing.ledger import Account
from billing.money import ZERO, Money
from billing.reassociation import Kind
from portal.db import read_only
from portal.models.day import BankDeposit
from portal.queries.bank_expected import expected_payments
from portal.queries.day_summary import day_summary
from portal.queries.staff_bank import line_page
from portal.queries.viewer import StaffViewer
from portal.services.answer_deposit import CannotMatch
from portal.services.match_deposit import match_deposit, unmatch_deposit
from portal.services.post_batch import Counted, post_batch
from portal.services.take_back_agency_remittance import take_back_agency_remittance
from tests.services.agency_world import ON, books, faults
from tests.services.staff_world import add_account, add_staff
from tests.services.statement_world import later, noon
from tests.services.test_agency_remittances import enter, ids, paid, two_payments

pytestmark = pytest.mark.usefixtures("database_url")
NET, CHECKS, CASH = 22_50, 20_00, 7_00


class Slip:
    """An agency's payment of 22.50, a batch of 20.00 in checks and 7.00 in cash, and the people."""

    def __init__(self) -> None:
        self.agency_id = two_payments()
        asked = paid(self.agency_id, 3000, 750, covers=ids("R1", "R2"))
        enter(asked)
        self.remittance_id = asked.form_id
        self.batch_id = uuid4()
        self.poster = add_staff("payment_poster", "poster1@example.com")
        account_id = add_account().account_id
        post_batch(
            batch_id=self.batch_id,
            received_on=ON,
            control_total=Money(CHECKS + CASH),
            rows=[
                Counted(account_id=account_id, amount=Money(CHECKS), method="check"),
                Counted(account_id=account_id, amount=Money(CASH), method="cash"),
            ],
            staff=self.poster,
            on=ON,
            now=noon(ON),
        )

    def line(self, cents: int) -> int:
        """The bank shows this much, in one line."""

        def build(world) -> BankDeposit:
            amount = Money(cents)
            return world.add(
                BankDeposit(form_id=uuid4(), deposited_on=ON, amount=amount, at=noon(ON))
            )

        return later(build).id

    def match(self, deposit_id: int, *parts: str, staff: StaffViewer | None = None) -> None:
        match_deposit(
            deposit_id=deposit_id,
            kind=Kind.AGENCY,
            ids=[str(self.remittance_id)],
            batches=[f"{self.batch_id}:{part}" if part else str(self.batch_id) for part in parts],
            staff=staff or self.poster,
            on=ON,
            now=noon(ON),
        )


def waiting() -> set[tuple[Kind, Money]]:
    with read_only() as session:
        return {(one.kind, one.amount) for one in expected_payments(session, on=ON)}


@pytest.mark.parametrize(
    ("parts", "cents", "still"),
    [
        (("",), CHECKS + CASH, set()),
        (("check",), CHECKS, {(Kind.BATCH, Money(CASH))}),
        (("check", "cash"), CHECKS + CASH, set()),
    ],
)
def test_OPS_10_one_line_answers_an_agencys_check_and_a_batch_to_the_cent(
    parts: tuple[str, ...], cents: int, still: set[tuple[Kind, Money]]
) -> None:
    slip = Slip()
    deposit_id = slip.line(NET + cents)
    slip.match(deposit_id, *parts)
    assert books(Account.BANK) == Money(NET + cents)
    assert books(Account.PRACTICE_DEPOSITS) == Money(CHECKS + CASH - cents)
    assert waiting() == still
    page = line_page(deposit_id, on=ON)
    assert page is not None
    assert page.expected == page.amount
    assert page.answers.startswith("Testa Recovery")
    assert page.batch_ids == (slip.batch_id,)
    assert faults() == []


def test_OPS_10_the_page_ticks_what_makes_the_line_where_only_one_set_does() -> None:
    slip = Slip()
    page = line_page(slip.line(NET + CHECKS), on=ON)
    assert page is not None
    assert [(one.kind, one.amount) for one in page.together] == [
        (Kind.AGENCY, Money(NET)),
        (Kind.BATCH, Money(CHECKS)),
    ]
    assert {one.amount for one in page.others} == {Money(CHECKS + CASH), Money(CASH)}
    page = line_page(slip.line(NET + CHECKS - 1), on=ON)
    assert page is not None
    assert page.together == ()


def test_OPS_11_the_day_counts_each_kind_to_the_cent_and_nothing_differs() -> None:
    slip = Slip()
    slip.match(slip.line(NET + CHECKS), "check")
    summary = day_summary(ON)
    assert [one.key for one in summary.differences if one.key.startswith("deposit")] == []
    ways = {one.label: (one.bank, one.papers, one.posted) for one in summary.ways}
    assert ways["Collection agencies’ payments"] == (Money(NET),) * 3
    assert ways["Checks and cash at the bank"] == (Money(CHECKS),) * 3


@pytest.mark.parametrize("cents", [NET + CHECKS - 1, NET + CHECKS + 1, NET, CHECKS])
def test_OPS_10_a_cent_too_much_or_too_little_matches_nothing(cents: int) -> None:
    slip = Slip()
    deposit_id = slip.line(cents)
    before = waiting()
    with pytest.raises(CannotMatch, match=r"What you chose makes \$42.50, and the bank shows"):
        slip.match(deposit_id, "check")
    assert waiting() == before
    assert books(Account.BANK) == ZERO


def test_OPS_10_a_part_counts_once_however_it_is_chosen() -> None:
    slip = Slip()
    deposit_id = slip.line(NET + CHECKS)
    for parts in (("", "check"), ("check", "check"), ("card",)):
        with pytest.raises(CannotMatch, match="in another deposit already"):
            slip.match(deposit_id, *parts)
    slip.match(deposit_id, "check")
    other = slip.line(CHECKS)
    with pytest.raises(CannotMatch, match="in another deposit already"):
        match_deposit(
            deposit_id=other,
            kind=Kind.BATCH,
            ids=[f"{slip.batch_id}:check"],
            staff=slip.poster,
            on=ON,
            now=noon(ON),
        )


def test_OPS_10_taken_back_both_wait_again_and_may_be_matched_anew() -> None:
    slip = Slip()
    deposit_id = slip.line(NET + CHECKS)
    before = waiting()
    slip.match(deposit_id, "check")
    unmatch_deposit(deposit_id=deposit_id, reason="Another slip", staff=slip.poster, now=noon(ON))
    assert (books(Account.BANK), waiting()) == (ZERO, before)
    slip.match(deposit_id, "check")
    assert books(Account.BANK) == Money(NET + CHECKS)


def test_COLL_21_an_agencys_payment_that_is_taken_back_lets_go_of_the_whole_line() -> None:
    slip = Slip()
    deposit_id = slip.line(NET + CHECKS)
    slip.match(deposit_id, "check")
    take_back_agency_remittance(
        agency_id=slip.agency_id,
        remittance_id=slip.remittance_id,
        reason="The check was another's",
        staff=add_staff("manager", "boss1@example.com"),
        on=ON,
        now=noon(ON),
    )
    assert books(Account.BANK) == ZERO
    page = line_page(deposit_id, on=ON)
    assert page is not None
    assert (page.answers, page.batch_ids) == ("", ())
    assert (Kind.BATCH, Money(CHECKS)) in waiting()
    assert faults() == []


def test_OPS_10_two_who_match_it_at_once_match_it_once() -> None:
    slip = Slip()
    deposit_id = slip.line(NET + CHECKS)
    people = [slip.poster, add_staff("payment_poster", "poster2@example.com")]

    def press(who: StaffViewer) -> bool:
        try:
            slip.match(deposit_id, "check", staff=who)
        except CannotMatch:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, people)) == [False, True]
    assert books(Account.BANK) == Money(NET + CHECKS)
    assert faults() == []
