"""One function per business event, each giving the balanced Entry that posting.md asks for.

Every leg that concerns a service line names its charge on both sides, so the legs of one charge
net to zero and any balance can be told line by line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from billing.ledger import (
    Account,
    Entry,
    Party,
    Posting,
    Side,
    credit,
    debit,
    reversal,
    transfer,
)
from billing.money import ZERO, Money, total_of
from billing.refunds import Source, TakenBack, Where

PATIENT_MONEY = frozenset(
    {
        Account.STRIPE_CLEARING,
        Account.CASH_DRAWER,
        Account.PRACTICE_DEPOSITS,
        Account.BANK,
        Account.AGENCY_CLEARING,
    }
)
WRITE_OFFS = frozenset(
    {
        Account.PROVIDER_WRITE_OFF,
        Account.FINANCIAL_ASSISTANCE,
        Account.SMALL_BALANCE,
        Account.BAD_DEBT,
        Account.CONTRACTUAL_ADJUSTMENT,
    }
)
TAKEN_BACK_KIND = "adjustment_reversal"
RECEIVABLES = frozenset({Account.PATIENT_RECEIVABLE, Account.INSURANCE_RECEIVABLE})

# PLB reason code -> the account beside payer_clearing; anything else waits in suspense.
PLB_ACCOUNTS = {
    **dict.fromkeys(("WO", "FB", "72", "B2", "B3", "AP"), Account.PAYER_RECOUPMENT),
    "L6": Account.PAYER_INTEREST,
    **dict.fromkeys(("IR", "LE", "SL", "E3"), Account.WITHHELD_FROM_US),
    **dict.fromkeys(("50", "51", "L3", "90", "AH"), Account.PAYER_FEES),
    **dict.fromkeys(("CT", "CV", "BN", "IP"), Account.CAPITATION_AND_INCENTIVES),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An amount of one service line, or of a visit or account where `party` names no charge."""

    party: Party
    amount: Money


def charge(*, source_ref: str, occurred_on: date, lines: Sequence[Line]) -> Entry:
    """Insured services: each line's payer owes its billed amount until it decides."""
    legs = _each(lines, Account.INSURANCE_RECEIVABLE, Account.CHARGES)
    return Entry("charge", source_ref, occurred_on, legs)


def self_pay_charge(*, source_ref: str, occurred_on: date, lines: Sequence[Line]) -> Entry:
    """Services that no plan is asked to pay: the patient owes them at once."""
    legs = _each(lines, Account.PATIENT_RECEIVABLE, Account.CHARGES)
    return Entry("self_pay_charge", source_ref, occurred_on, legs)


def opening(*, source_ref: str, occurred_on: date, lines: Sequence[Line]) -> Entry:
    """Balances that patients owed at cut-over, brought in as they stood."""
    legs = _each(lines, Account.PATIENT_RECEIVABLE, Account.CHARGES)
    return Entry("opening", source_ref, occurred_on, legs)


def remittance_claim(*, source_ref: str, occurred_on: date, legs: Iterable[Posting]) -> Entry:
    """One adjudicated claim; `billing.responsibility` decides the legs."""
    return Entry("remittance_claim", source_ref, occurred_on, tuple(legs))


def payer_suspense(*, source_ref: str, occurred_on: date, amount: Money, party: Party) -> Entry:
    """A claim that a person must look at first: only the payer's money is posted."""
    legs = transfer(
        amount,
        debit_to=(Account.PAYER_CLEARING, party),
        credit_to=(Account.PAYER_SUSPENSE, party),
    )
    return Entry("payer_suspense", source_ref, occurred_on, legs)


def suspense_release(
    *, source_ref: str, occurred_on: date, suspense: Party, lines: Sequence[Line], memo: str
) -> Entry:
    """A person accepted held money: it settles what the payer owed on these lines."""
    legs = [
        leg
        for line in lines
        for leg in transfer(
            line.amount,
            debit_to=(Account.PAYER_SUSPENSE, replace(line.party, reference=suspense.reference)),
            credit_to=(Account.INSURANCE_RECEIVABLE, line.party),
        )
    ]
    return Entry("suspense_release", source_ref, occurred_on, tuple(legs), memo=memo)


def provider_adjustment(
    *, source_ref: str, occurred_on: date, reason: str, amount: Money, party: Party
) -> Entry:
    """One PLB pair: above zero takes money from us, below zero gives it; never a patient's."""
    legs = transfer(
        amount,
        debit_to=(plb_account(reason), party),
        credit_to=(Account.PAYER_CLEARING, party),
    )
    return Entry("provider_adjustment", source_ref, occurred_on, legs)


def plb_account(reason: str) -> Account:
    """Where a PLB code goes; what we do not know waits in suspense with a work item."""
    return PLB_ACCOUNTS.get(reason, Account.PAYER_SUSPENSE)


def receipt(*, source_ref: str, occurred_on: date, amount: Money, party: Party) -> Entry:
    """Money the practice took itself: the patient's credit until a share posts."""
    legs = transfer(
        amount,
        debit_to=(Account.PRACTICE_DEPOSITS, party),
        credit_to=(Account.PATIENT_CREDIT, party),
    )
    return Entry("receipt", source_ref, occurred_on, legs)


def credit_application(*, source_ref: str, occurred_on: date, lines: Sequence[Line]) -> Entry:
    """The patient's credit settles what these lines owe; a negative amount gives credit back."""
    legs = _each(lines, Account.PATIENT_CREDIT, Account.PATIENT_RECEIVABLE)
    return Entry("credit_application", source_ref, occurred_on, legs)


def payment(
    *,
    source_ref: str,
    occurred_on: date,
    lines: Sequence[Line],
    leftover: Line | None = None,
    into: Account = Account.STRIPE_CLEARING,
) -> Entry:
    """A patient's payment over the lines it settles; what is left is the patient's credit."""
    if into not in PATIENT_MONEY:
        raise ValueError(f"{into} does not hold patients' money")
    legs = _each(lines, into, Account.PATIENT_RECEIVABLE)
    if leftover is not None:
        legs += transfer(
            leftover.amount,
            debit_to=(into, leftover.party),
            credit_to=(Account.PATIENT_CREDIT, leftover.party),
        )
    return Entry("payment", source_ref, occurred_on, legs)


def prepayment(*, source_ref: str, occurred_on: date, amount: Money, party: Party) -> Entry:
    """Money before a booked visit: a patient's still, kept apart under the payment's own reference."""
    legs = transfer(
        amount,
        debit_to=(Account.STRIPE_CLEARING, party),
        credit_to=(Account.PATIENT_PREPAYMENT, party),
    )
    return Entry("payment", source_ref, occurred_on, legs)


def prepayment_applied(
    *, source_ref: str, occurred_on: date, amount: Money, party: Party, visit_id: int
) -> Entry:
    """The bill of the visit is there: what was paid before becomes credit of that visit alone."""
    legs = transfer(
        amount,
        debit_to=(Account.PATIENT_PREPAYMENT, party),
        credit_to=(
            Account.PATIENT_CREDIT,
            Party(guarantor_account_id=party.guarantor_account_id, visit_id=visit_id),
        ),
    )
    return Entry("prepayment_applied", source_ref, occurred_on, legs)


def refund(
    *, source_ref: str, occurred_on: date, taken: TakenBack, account_id: int, memo: str
) -> Entry:
    """A patient's money sent back: their credit falls, or what it had paid is due again.

    What the books do not have (`short`) is taken from the account's credit, below zero: the money left.
    """
    legs = [leg for part in taken.parts for leg in _taken(part)]
    if taken.short > ZERO:
        owner = Party(guarantor_account_id=account_id)
        legs += _out(Account.PATIENT_CREDIT, taken.short, owner)
    return Entry("refund", source_ref, occurred_on, _merged(legs), memo=memo)


def _taken(part: Source) -> tuple[Posting, ...]:
    visit = Party(guarantor_account_id=part.account_id, visit_id=part.visit_id)
    line = replace(visit, charge_id=part.charge_id)
    if part.where is Where.PREPAYMENT:
        owner = Party(guarantor_account_id=part.account_id, reference=part.reference)
        return _out(Account.PATIENT_PREPAYMENT, part.amount, owner)
    if part.where is Where.CREDIT:
        return _out(Account.PATIENT_CREDIT, part.amount, visit)
    if part.where is Where.PAID:
        return _out(Account.PATIENT_RECEIVABLE, part.amount, line)
    # The line gives the credit back to its visit, and the visit gives it back to the patient.
    return (
        *transfer(
            part.amount,
            debit_to=(Account.PATIENT_RECEIVABLE, line),
            credit_to=(Account.PATIENT_CREDIT, line),
        ),
        *_out(Account.PATIENT_CREDIT, part.amount, visit),
    )


def _out(of: Account, amount: Money, party: Party) -> tuple[Posting, ...]:
    """Money leaves what the card processor holds for us."""
    return transfer(amount, debit_to=(of, party), credit_to=(Account.STRIPE_CLEARING, party))


def _merged(legs: Iterable[Posting]) -> tuple[Posting, ...]:
    """One leg for each account, side and party."""
    sums: dict[tuple[Account, Side, Party], Money] = {}
    for leg in legs:
        key = (leg.account, leg.side, leg.party)
        sums[key] = sums.get(key, ZERO) + leg.amount
    return tuple(Posting(*key[:2], amount, key[2]) for key, amount in sums.items())


def payer_deposit(*, source_ref: str, occurred_on: date, amount: Money, party: Party) -> Entry:
    """What a remittance promised stands at the bank (OPS-10)."""
    legs = transfer(
        amount, debit_to=(Account.BANK, party), credit_to=(Account.PAYER_CLEARING, party)
    )
    return Entry("payer_deposit", source_ref, occurred_on, legs)


def practice_deposit(*, source_ref: str, occurred_on: date, amount: Money, memo: str) -> Entry:
    """Checks and cash that the practice took stand at the bank."""
    nobody = Party()
    legs = transfer(
        amount,
        debit_to=(Account.BANK, nobody),
        credit_to=(Account.PRACTICE_DEPOSITS, nobody),
    )
    return Entry("practice_deposit", source_ref, occurred_on, legs, memo=memo)


def payout(*, source_ref: str, occurred_on: date, amount: Money, fees: Money) -> Entry:
    """The card company paid the bank what it held for us, less its fees; below zero it came back."""
    nobody = Party()
    legs = (
        *debit(Account.BANK, amount, nobody),
        *debit(Account.PROCESSING_FEES, fees, nobody),
        *credit(Account.STRIPE_CLEARING, amount + fees, nobody),
    )
    return Entry("payout", source_ref, occurred_on, legs)


def adjustment(
    *,
    source_ref: str,
    occurred_on: date,
    account: Account,
    lines: Sequence[Line],
    memo: str,
    of: Account = Account.PATIENT_RECEIVABLE,
) -> Entry:
    """A person takes an amount off what a patient (or a payer) owes, for a written reason."""
    if account not in WRITE_OFFS or of not in RECEIVABLES:
        raise ValueError(f"an adjustment moves a receivable to a write-off, not {of} to {account}")
    return Entry("adjustment", source_ref, occurred_on, _each(lines, account, of), memo=memo)


def adjustment_taken_back(
    *, source_ref: str, occurred_on: date, account: Account, lines: Sequence[Line], memo: str
) -> Entry:
    """A part of earlier adjustments that no share is left for; the amounts are below zero."""
    legs = _each(lines, account, Account.PATIENT_RECEIVABLE)
    return Entry(TAKEN_BACK_KIND, source_ref, occurred_on, legs, memo=memo)


def patient_share(*, source_ref: str, occurred_on: date, lines: Sequence[Line], memo: str) -> Entry:
    """A person confirmed reviewed PR: the patient owes it; negative gives it back to the payer."""
    legs = _each(lines, Account.PATIENT_RECEIVABLE, Account.INSURANCE_RECEIVABLE)
    return Entry("patient_share", source_ref, occurred_on, legs, memo=memo)


def pass_on(*, share: Money, in_review: Money, earlier: Party, later: Party) -> tuple[Posting, ...]:
    """One charge's legs: the patient's share and what waits for a review become the later payer's."""
    return (
        *debit(Account.INSURANCE_RECEIVABLE, share + in_review, later),
        *credit(Account.PATIENT_RECEIVABLE, share, earlier),
        *credit(Account.INSURANCE_RECEIVABLE, in_review, earlier),
    )


def share_passed_on(*, source_ref: str, on: date, legs: Iterable[Posting]) -> Entry:
    """Another plan answers after the patient was billed: the share waits for that plan again."""
    memo = "another plan decides first"
    return Entry("share_passed_on", source_ref, on, tuple(legs), memo=memo)


def undo(entry: Entry, *, entry_id: UUID, source_ref: str, occurred_on: date, memo: str) -> Entry:
    """Any entry taken back, leg by leg."""
    return reversal(
        entry, entry_id=entry_id, source_ref=source_ref, occurred_on=occurred_on, memo=memo
    )


def unbalanced_charges(entry: Entry) -> dict[int, Money]:
    """Charges whose own legs do not net to zero: only a bundling may move money between lines."""
    nets: dict[int, Money] = {}
    for leg in entry.postings:
        if leg.party.charge_id is not None:
            signed = leg.amount if leg.side is Side.DEBIT else -leg.amount
            nets[leg.party.charge_id] = nets.get(leg.party.charge_id, Money(0)) + signed
    return {charge_id: net for charge_id, net in nets.items() if net}


def total(lines: Iterable[Line]) -> Money:
    """What the lines sum to."""
    return total_of(line.amount for line in lines)


def _each(lines: Sequence[Line], to: Account, of: Account) -> tuple[Posting, ...]:
    """Debit `to`, credit `of`, line by line."""
    return tuple(
        leg
        for line in lines
        for leg in (*debit(to, line.amount, line.party), *credit(of, line.amount, line.party))
    )
