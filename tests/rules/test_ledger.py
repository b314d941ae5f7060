"""Money law 2: an entry that does not balance cannot be made; every event of posting.md balances."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import entries
from billing.entries import Line
from billing.ledger import (
    Account,
    Entry,
    Party,
    Posting,
    Side,
    Unbalanced,
    balance,
    credit,
    debit,
    transfer,
)
from billing.money import ZERO, Money

ON = date(2026, 2, 3)
PARTY = Party(guarantor_account_id=1, visit_id=2, charge_id=3, claim_id=4, payer_id=5)
FACT = {"source_ref": "t", "occurred_on": ON}


def net(entry: Entry, account: Account) -> int:
    return balance(entry.postings, account).cents


@pytest.mark.parametrize(
    "postings",
    [
        (),
        debit(Account.BANK, Money(1)),
        debit(Account.BANK, Money(2)) + credit(Account.CHARGES, Money(1)),
        debit(Account.BANK, Money(1)) + debit(Account.CHARGES, Money(1)),
    ],
)
def test_an_unbalanced_entry_cannot_be_made(postings: tuple[Posting, ...]) -> None:
    with pytest.raises(Unbalanced):
        Entry("t", "t", ON, postings)


@pytest.mark.parametrize("cents", [0, -1])
def test_a_leg_is_above_zero(cents: int) -> None:
    with pytest.raises(ValueError):
        Posting(Account.BANK, Side.DEBIT, Money(cents))


def test_a_negative_amount_swaps_sides_and_zero_gives_no_leg() -> None:
    assert debit(Account.BANK, Money(-5)) == credit(Account.BANK, Money(5))
    assert debit(Account.BANK, ZERO) == ()


LINE = Line(PARTY, Money(700))
EVENTS = {
    "charge": (
        entries.charge(**FACT, lines=[LINE]),
        {Account.INSURANCE_RECEIVABLE: 700, Account.CHARGES: 700},
    ),
    "self_pay": (
        entries.self_pay_charge(**FACT, lines=[LINE]),
        {Account.PATIENT_RECEIVABLE: 700, Account.CHARGES: 700},
    ),
    "opening": (
        entries.opening(**FACT, lines=[LINE]),
        {Account.PATIENT_RECEIVABLE: 700, Account.CHARGES: 700},
    ),
    "receipt": (
        entries.receipt(**FACT, amount=Money(700), party=PARTY),
        {Account.PRACTICE_DEPOSITS: 700, Account.PATIENT_CREDIT: 700},
    ),
    "credit applied": (
        entries.credit_application(**FACT, lines=[LINE]),
        {Account.PATIENT_CREDIT: -700, Account.PATIENT_RECEIVABLE: -700},
    ),
    "payment": (
        entries.payment(**FACT, lines=[LINE], leftover=Line(PARTY, Money(50))),
        {
            Account.STRIPE_CLEARING: 750,
            Account.PATIENT_RECEIVABLE: -700,
            Account.PATIENT_CREDIT: 50,
        },
    ),
    "adjustment": (
        entries.adjustment(
            **FACT, account=Account.FINANCIAL_ASSISTANCE, lines=[LINE], memo="hardship"
        ),
        {Account.FINANCIAL_ASSISTANCE: 700, Account.PATIENT_RECEIVABLE: -700},
    ),
    "patient share": (
        entries.patient_share(**FACT, lines=[LINE], memo="reviewed"),
        {Account.PATIENT_RECEIVABLE: 700, Account.INSURANCE_RECEIVABLE: -700},
    ),
    "suspense": (
        entries.payer_suspense(**FACT, amount=Money(700), party=PARTY),
        {Account.PAYER_CLEARING: 700, Account.PAYER_SUSPENSE: 700},
    ),
    "release": (
        entries.suspense_release(
            **FACT, suspense=Party(reference="r"), lines=[LINE], memo="matched"
        ),
        {Account.PAYER_SUSPENSE: -700, Account.INSURANCE_RECEIVABLE: -700},
    ),
}


@pytest.mark.parametrize("name", EVENTS)
def test_each_event_moves_the_accounts_that_posting_says(name: str) -> None:
    entry, moved = EVENTS[name]
    assert {account: net(entry, account) for account in moved} == moved
    assert {leg.account for leg in entry.postings} == set(moved)


@pytest.mark.parametrize("name", [n for n in EVENTS if n not in {"suspense", "receipt"}])
def test_every_line_nets_to_zero_by_itself(name: str) -> None:
    assert entries.unbalanced_charges(EVENTS[name][0]) == {}


@pytest.mark.parametrize(
    ("reason", "account"),
    [
        *((code, Account.PAYER_RECOUPMENT) for code in ("WO", "FB", "72", "B2", "B3", "AP")),
        ("L6", Account.PAYER_INTEREST),
        *((code, Account.WITHHELD_FROM_US) for code in ("IR", "LE", "SL", "E3")),
        *((code, Account.PAYER_FEES) for code in ("50", "51", "L3", "90", "AH")),
        *((code, Account.CAPITATION_AND_INCENTIVES) for code in ("CT", "CV", "BN", "IP")),
        *((code, Account.PAYER_SUSPENSE) for code in ("CS", "J1", "ZZ", "")),
    ],
)
@pytest.mark.parametrize("cents", [400, -400])
def test_a_plb_takes_from_clearing_above_zero_and_gives_below(
    reason: str, account: Account, cents: int
) -> None:
    entry = entries.provider_adjustment(**FACT, reason=reason, amount=Money(cents), party=PARTY)
    assert net(entry, Account.PAYER_CLEARING) == -cents
    assert net(entry, account) == (cents if account.normal_side is Side.DEBIT else -cents)
    assert Account.PATIENT_RECEIVABLE not in {leg.account for leg in entry.postings}


def test_a_write_off_account_and_a_money_account_are_required() -> None:
    with pytest.raises(ValueError):
        entries.adjustment(**FACT, account=Account.BANK, lines=[LINE], memo="no")
    with pytest.raises(ValueError):
        entries.payment(**FACT, lines=[LINE], into=Account.CHARGES)


amounts = st.lists(
    st.tuples(st.sampled_from(Account), st.sampled_from(Account), st.integers(-9_999, 9_999)),
    min_size=1,
    max_size=8,
)


@given(amounts)
def test_any_transfers_make_an_entry_and_its_reversal_undoes_it(moves: list[tuple]) -> None:
    legs = tuple(
        leg
        for to, of, cents in moves
        for leg in transfer(Money(cents), debit_to=(to, PARTY), credit_to=(of, PARTY))
    )
    if len(legs) < 2:
        return
    entry = Entry("t", "t", ON, legs)
    undone = entries.undo(entry, entry_id=uuid4(), source_ref="u", occurred_on=ON, memo="m")
    for account in Account:
        assert balance((*entry.postings, *undone.postings), account) == ZERO


@given(amounts, st.integers(1, 99))
def test_one_cent_off_anywhere_is_refused(moves: list[tuple], off: int) -> None:
    legs = tuple(
        leg
        for to, of, cents in moves
        for leg in transfer(Money(cents), debit_to=(to, PARTY), credit_to=(of, PARTY))
    )
    if not legs:
        return
    wrong = (replace(legs[0], amount=legs[0].amount + Money(off)), *legs[1:])
    with pytest.raises(Unbalanced):
        Entry("t", "t", ON, wrong)
