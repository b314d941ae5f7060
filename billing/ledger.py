"""Double entry as values: an Entry that does not balance cannot be constructed (money law 2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from billing.money import Money, total_of


class Side(StrEnum):
    """The two sides of a posting; amounts are always positive."""

    DEBIT = "debit"
    CREDIT = "credit"

    @property
    def other(self) -> Side:
        return Side.CREDIT if self is Side.DEBIT else Side.DEBIT


class Account(StrEnum):
    """The chart of accounts; posting.md "Accounts" says what each one means."""

    PAYER_CLEARING = "payer_clearing"
    BANK = "bank"
    STRIPE_CLEARING = "stripe_clearing"
    CASH_DRAWER = "cash_drawer"
    PRACTICE_DEPOSITS = "practice_deposits"
    INSURANCE_RECEIVABLE = "insurance_receivable"
    PATIENT_RECEIVABLE = "patient_receivable"
    CHARGES = "charges"
    CONTRACTUAL_ADJUSTMENT = "contractual_adjustment"
    PROVIDER_WRITE_OFF = "provider_write_off"
    FINANCIAL_ASSISTANCE = "financial_assistance"
    SMALL_BALANCE = "small_balance"
    BAD_DEBT = "bad_debt"
    PATIENT_CREDIT = "patient_credit"
    PATIENT_PREPAYMENT = "patient_prepayment"  # paid before a booked visit, until its bill comes
    PAYER_SUSPENSE = "payer_suspense"
    PAYER_RECOUPMENT = "payer_recoupment"
    PAYER_INTEREST = "payer_interest"
    WITHHELD_FROM_US = "withheld_from_us"
    PAYER_FEES = "payer_fees"
    CAPITATION_AND_INCENTIVES = "capitation_and_incentives"
    PROCESSING_FEES = "processing_fees"
    AGENCY_CLEARING = "agency_clearing"  # taken by an agency for us, and not here yet
    AGENCY_FEES = "agency_fees"
    DISPUTES = "disputes"

    @property
    def normal_side(self) -> Side:
        return Side.CREDIT if self in CREDIT_NORMAL else Side.DEBIT


CREDIT_NORMAL = frozenset(
    {
        Account.CHARGES,
        Account.PATIENT_CREDIT,
        Account.PATIENT_PREPAYMENT,
        Account.PAYER_SUSPENSE,
        Account.PAYER_RECOUPMENT,
        Account.PAYER_INTEREST,
        Account.CAPITATION_AND_INCENTIVES,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Whom and what a leg concerns: database ids, each None where it does not apply."""

    guarantor_account_id: int | None = None
    visit_id: int | None = None
    charge_id: int | None = None
    claim_id: int | None = None
    payer_id: int | None = None
    reference: str | None = None  # PLB03-2, or the claim a suspense leg waits for

    def on_charge(self, charge_id: int | None) -> Party:
        """The same party on one charge line."""
        return Party(
            guarantor_account_id=self.guarantor_account_id,
            visit_id=self.visit_id,
            charge_id=charge_id,
            claim_id=self.claim_id,
            payer_id=self.payer_id,
            reference=self.reference,
        )

    def of_payer(self, payer_id: int | None) -> Party:
        """The same party where another payer answers for it."""
        if payer_id == self.payer_id:
            return self
        return Party(
            guarantor_account_id=self.guarantor_account_id,
            visit_id=self.visit_id,
            charge_id=self.charge_id,
            claim_id=self.claim_id,
            payer_id=payer_id,
            reference=self.reference,
        )


NOBODY = Party()


@dataclass(frozen=True, slots=True)
class Posting:
    """One leg: a positive amount on one side of one account."""

    account: Account
    side: Side
    amount: Money
    party: Party = NOBODY

    def __post_init__(self) -> None:
        if self.amount.cents <= 0:
            raise ValueError(f"a posting to {self.account} needs an amount above zero")


class Unbalanced(ValueError):
    """An entry whose debits and credits differ, or that has fewer than two legs."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One business event in debits and credits; `source_ref` names the fact, once and for ever."""

    kind: str
    source_ref: str
    occurred_on: date
    postings: tuple[Posting, ...]
    reverses_id: UUID | None = None
    memo: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        debited = total_of([p.amount for p in self.postings if p.side is Side.DEBIT])
        credited = total_of([p.amount for p in self.postings if p.side is Side.CREDIT])
        if len(self.postings) < 2 or debited != credited:  # noqa: PLR2004 - a pair is what double entry means
            raise Unbalanced(f"{self.source_ref}: debits {debited}, credits {credited}")


def debit(account: Account, amount: Money, party: Party = NOBODY) -> tuple[Posting, ...]:
    """A debit leg; a negative amount swaps the side, zero gives no leg."""
    if amount.cents > 0:
        return (Posting(account, Side.DEBIT, amount, party),)
    return (Posting(account, Side.CREDIT, -amount, party),) if amount else ()


def credit(account: Account, amount: Money, party: Party = NOBODY) -> tuple[Posting, ...]:
    """A credit leg; a negative amount swaps the side, zero gives no leg."""
    return debit(account, -amount, party)


def transfer(
    amount: Money, *, debit_to: tuple[Account, Party], credit_to: tuple[Account, Party]
) -> tuple[Posting, ...]:
    """Both legs of one movement; a negative amount swaps the sides, zero gives none."""
    return debit(debit_to[0], amount, debit_to[1]) + credit(credit_to[0], amount, credit_to[1])


def reversal(
    entry: Entry, *, entry_id: UUID, source_ref: str, occurred_on: date, memo: str
) -> Entry:
    """The entry that undoes another, leg by leg; entries are never edited."""
    return Entry(
        kind=f"{entry.kind}_reversal",
        source_ref=source_ref,
        occurred_on=occurred_on,
        postings=tuple(replace(p, side=p.side.other) for p in entry.postings),
        reverses_id=entry_id,
        memo=memo,
    )


def balance(postings: Iterable[Posting], account: Account) -> Money:
    """The balance of one account on its normal side, over the postings given."""
    normal = account.normal_side
    return total_of(
        p.amount if p.side is normal else -p.amount for p in postings if p.account is account
    )
