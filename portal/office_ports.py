"""What the back office asks of the outside, in our own words: payouts, answers to banks, files that payers leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from billing.bank_lines import BankFile
from billing.mail_status import MailStatus
from billing.money import Money
from portal.ports import DisputeFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutFacts:
    """One payment of the card company to the practice's bank. `explained`: its lines are complete."""

    provider_id: str
    amount: Money
    arrives_on: date
    automatic: bool
    status: str  # pending, in_transit, paid, failed, canceled
    explained: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceLine:
    """One line of the card company's balance: what moved, its fee, and what is left."""

    provider_id: str
    category: str  # charge, refund, dispute, fee ...: the reporting category
    amount: Money
    fee: Money
    net: Money
    source_id: str  # of the charge, refund or dispute there
    made_at: datetime


class PayoutBooks(Protocol):
    """The card company's payouts, what each is made of, and every line of its balance."""

    def payouts(self, *, since: datetime) -> tuple[PayoutFacts, ...]: ...

    def lines(self, payout_id: str) -> tuple[BalanceLine, ...]: ...

    def balance_lines(self, *, since: datetime) -> tuple[BalanceLine, ...]: ...


class DisputeDesk(Protocol):
    """Where a bank that disputes a payment is answered. Each call under its key happens once."""

    def find(self, provider_id: str) -> DisputeFacts: ...

    def upload(self, *, evidence_id: UUID, content: bytes) -> str: ...

    def answer(
        self, *, evidence_id: UUID, provider_id: str, fields: Mapping[str, str], file_id: str
    ) -> DisputeFacts: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """What a payer says of one coverage on one day (SCH-11): a 271 later, a person's note of it now.

    `facts` are in cents: plan, deductible_total, deductible_left, copay_primary ..., out_of_pocket_left, qmb.
    `reference` is the payer's number of the call, or the trace number (TRN02) of the answer.
    """

    result: str  # active, inactive, unclear
    method: str  # phone, payer_site, x12_271
    reference: str
    facts: Mapping[str, object]


class EligibilityPort(Protocol):
    """Asks a payer about a coverage, once something that sends a 270 is connected; until then people do."""

    @property
    def automatic(self) -> bool: ...

    def ask(self, *, coverage_id: int, service_on: date) -> Eligibility | None: ...


class UnusablePaper(Exception):
    """A file cannot go into a packet; the message says why, in words for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanPaper:
    """A paper made anew: a PDF of its pages alone, without scripts, forms, attachments or a password."""

    content: bytes
    pages: int


class PaperDesk(Protocol):
    """Makes a PDF, JPEG or PNG fit for a packet, and binds packets. Raises UnusablePaper and nothing else."""

    def clean(self, content: bytes) -> CleanPaper: ...

    def bind(self, front: bytes, enclosures: Sequence[bytes]) -> CleanPaper: ...


class BankFileRefused(Exception):
    """The file cannot be taken in: the words say what is wrong, and where."""


class ColumnsUnknown(BankFileRefused):
    """A CSV whose columns nobody has named yet; `header` is its first row."""

    def __init__(self, header: tuple[str, ...]) -> None:
        super().__init__("Nobody has said yet which column is which in this file.")
        self.header = header


class BankFiles(Protocol):
    """Reads what banks export: BAI2, OFX or QFX, CSV."""

    def read(self, data: bytes, *, columns: Mapping[str, str] | None = None) -> BankFile:
        """The whole file, or BankFileRefused. `columns`: for a CSV, meaning to heading."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DropFile:
    """A file that lies where payers leave theirs, as its folder tells of it."""

    name: str
    size: int
    changed_at: datetime


class RemittanceDrop(Protocol):
    """Where 835 files come in by themselves. Raises RetryLater or Refused."""

    @property
    def source(self) -> str: ...

    def look(self) -> tuple[DropFile, ...]: ...

    def fetch(self, name: str, *, at_most: int) -> bytes: ...

    def put_aside(self, name: str, *, refused: bool, note: str, kept: str) -> None:
        """Out of the way; `kept` is the SHA-256 of what our own encrypted store holds of it, "" for nothing."""
        ...


class MailHouse(Protocol):
    """Whoever prints and posts: takes a day's batch, and says what became of each piece."""

    def hand_over(self, folder: Path, *, batch: str) -> int:
        """Give it the whole folder: PDFs and `addresses.csv`. The number of pieces.

        The same folder handed over again is the same batch: a piece's name is mailed once, for ever.
        """
        ...

    def read_status(self, content: bytes) -> tuple[MailStatus, ...]:
        """Its status file. Raises billing.mail_status.UnreadableStatus."""
        ...
