"""The chain behind a figure: each entry with its date, what happened, its legs, and the file that said so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, exists, select, union_all
from sqlalchemy.orm import Session, aliased

from billing.ledger import Account
from billing.money import Money
from portal.db import read_only
from portal.models.accounts import Payer
from portal.models.claims import Charge, Claim, Visit
from portal.models.files import File
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.payments import Payment, PracticeReceipt
from portal.models.refunds import Refund
from portal.models.remittances import RemittanceClaim, RemittanceRow
from portal.queries.paging import Page, limits, page_of
from portal.queries.payment_method import method_in_words
from portal.queries.staff_account import AccountHeader, account_header

KIND_WORDS = {
    "charge": "Charged to the plan",
    "self_pay_charge": "Charged to the patient",
    "opening": "Balance at cut-over",
    "remittance_claim": "Payer decided",
    "payer_suspense": "Payer's money held",
    "suspense_release": "Held money released",
    "receipt": "Paid at the practice",
    "credit_application": "Credit used",
    "payment": "Paid online",
    "dispute": "Payment in dispute",
    "dispute_fee": "Fee of a dispute",
    "dispute_owed": "Payment taken back by the bank",
    "refund": "Refunded",
    "adjustment": "Adjusted by staff",
    "share_passed_on": "Share passed on to the next plan",
    "patient_share": "Patient share confirmed",
    "provider_adjustment": "Payer adjustment",
    "takeback_matched": "Takeback named to its claim",
    "takeback_matched_reversal": "Takeback taken off its claim",
    "payer_refund": "Check to a payer",
    "payer_refund_reversal": "Check to a payer, void",
    "bad_debt": "Written off as bad debt",
    "agency_payment": "Paid to the agency",
    "agency_payment_back": "Agency’s payment returned by the bank",
    "agency_remittance": "Agency’s own payment to us",
    "account_move": "Moved to another account",
}
STAFF_KINDS = ("adjustment", "patient_share")
ACCOUNT_WORDS = {account: account.value.replace("_", " ").capitalize() for account in Account}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One debit or credit."""

    account: str
    debit: Money | None
    credit: Money | None
    line: str
    charge_id: int | None
    payer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an entry comes from: a file and the segment in it, a receipt, or a payment."""

    words: str
    remittance_id: int | None = None
    receipt_number: str = ""
    source: SourceRef | None = None


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Where in a kept file something stands: a payer's decision or our claim, and the segment."""

    kind: str  # decision, claim
    id: int
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One entry as far as it concerns the account."""

    id: UUID
    kind: str
    what: str
    memo: str
    source_ref: str
    occurred_on: date
    recorded_at: datetime
    reverses_id: UUID | None
    reversed_by_id: UUID | None
    reversible: bool
    origin: Origin | None
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPage:
    """A page of the entries of an account."""

    header: AccountHeader
    entries: Page[LedgerEntry]


def ledger_page(
    account_id: int, *, charge_id: int | None = None, visit_id: int | None = None, number: int = 1
) -> LedgerPage | None:
    """The entries of an account, newest first; of one bill or one line where asked."""
    where = [PostingRow.guarantor_account_id == account_id]
    if charge_id is not None:
        where.append(PostingRow.charge_id == charge_id)
    if visit_id is not None:
        where.append(PostingRow.visit_id == visit_id)
    offset, limit = limits(number)
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        entries = _entries(session, *where, offset=offset, limit=limit)
    return LedgerPage(header=header, entries=page_of(entries, number))


def one_entry(account_id: int, entry_id: UUID) -> LedgerEntry | None:
    """One entry of an account; None when the account has none by this id."""
    with read_only() as session:
        found = _entries(
            session,
            PostingRow.guarantor_account_id == account_id,
            PostingRow.entry_id == entry_id,
            offset=0,
            limit=1,
        )
    return found[0] if found else None


def _entries(
    session: Session, *where: ColumnElement[bool], offset: int, limit: int
) -> list[LedgerEntry]:
    reverse = aliased(JournalEntry)
    rows = session.execute(
        select(
            JournalEntry.id,
            JournalEntry.kind,
            JournalEntry.memo,
            JournalEntry.source_ref,
            JournalEntry.occurred_on,
            JournalEntry.recorded_at,
            JournalEntry.reverses_id,
            reverse.id.label("reversed_by_id"),
        )
        .outerjoin(reverse, reverse.reverses_id == JournalEntry.id)
        .where(exists().where(PostingRow.entry_id == JournalEntry.id, *where))
        .order_by(JournalEntry.recorded_at.desc(), JournalEntry.id)
        .offset(offset)
        .limit(limit)
    ).all()
    ids = [row.id for row in rows]
    legs, read_from = _legs(session, ids, *where), origins(session, ids)
    return [_entry(row, legs[row.id], read_from.get(row.id)) for row in rows]


def is_staff_adjustment(kind: str, source_ref: str) -> bool:
    """Whether staff made the entry, an adjustment or a transfer, and so may take it back."""
    return kind in STAFF_KINDS and source_ref.startswith("staff:")


def _legs(
    session: Session, entry_ids: Sequence[UUID], *where: ColumnElement[bool]
) -> dict[UUID, list[Leg]]:
    rows = session.execute(
        select(
            PostingRow.entry_id,
            LedgerAccount.code,
            PostingRow.side,
            PostingRow.amount,
            PostingRow.charge_id,
            Charge.procedure_code,
            Charge.description,
            Charge.service_on,
            Payer.name.label("payer"),
        )
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .outerjoin(Charge, Charge.id == PostingRow.charge_id)
        .outerjoin(Payer, Payer.id == PostingRow.payer_id)
        .where(PostingRow.entry_id.in_(entry_ids), *where)
        .order_by(PostingRow.id)
    )
    legs: dict[UUID, list[Leg]] = defaultdict(list)
    for row in rows:
        legs[row.entry_id].append(
            Leg(
                account=ACCOUNT_WORDS[Account(row.code)],
                debit=row.amount if row.side == "debit" else None,
                credit=row.amount if row.side == "credit" else None,
                line=f"{row.procedure_code} {row.description}".strip() if row.charge_id else "",
                charge_id=row.charge_id,
                payer=row.payer or "",
            )
        )
    return legs


def origins(session: Session, entry_ids: Sequence[UUID]) -> dict[UUID | None, Origin]:
    """What each entry was read from; an entry made by hand has no origin but its memo."""
    found: dict[UUID | None, Origin] = {}
    for row in session.execute(
        select(
            RemittanceClaim.id,
            RemittanceClaim.entry_id,
            RemittanceClaim.position,
            RemittanceClaim.remittance_id,
            RemittanceRow.payer_name,
            File.name,
        )
        .join(RemittanceRow, RemittanceRow.id == RemittanceClaim.remittance_id)
        .join(File, File.id == RemittanceRow.file_id)
        .where(RemittanceClaim.entry_id.in_(entry_ids))
    ):
        found[row.entry_id] = Origin(
            words=f"{row.payer_name}, {row.name}, segment {row.position}",
            remittance_id=row.remittance_id,
            source=SourceRef("decision", row.id, row.position),
        )
    # A charge entry was read from the first claim of its visit.
    for entry_id, claim_id, position, name in session.execute(
        select(JournalEntry.id, Claim.id, Claim.file_position, File.name)
        .join(
            PostingRow,
            and_(PostingRow.entry_id == JournalEntry.id, PostingRow.visit_id.is_not(None)),
        )
        .join(Visit, Visit.id == PostingRow.visit_id)
        .join(Claim, and_(Claim.visit_id == Visit.id, Claim.sequence == "P"))
        .join(File, File.id == Claim.file_id)
        .where(JournalEntry.id.in_(entry_ids), JournalEntry.kind == "charge")
        .distinct()
    ):
        source = SourceRef("claim", claim_id, position or 0)
        found.setdefault(entry_id, Origin(words=f"{name}, segment {position}", source=source))
    for entry, receipt_id, method in session.execute(
        select(PracticeReceipt.entry_id, PracticeReceipt.receipt_id, PracticeReceipt.method).where(
            PracticeReceipt.entry_id.in_(entry_ids)
        )
    ):
        found[entry] = Origin(words=f"Receipt {receipt_id}, {method}")
    paid = (Payment.receipt_number, Payment.method, Payment.brand, Payment.last4)
    for entry, receipt_number, method, brand, last4 in session.execute(
        union_all(
            select(Payment.entry_id, *paid).where(Payment.entry_id.in_(entry_ids)),
            select(Refund.entry_id, *paid)
            .join(Refund, Refund.payment_id == Payment.id)
            .where(Refund.entry_id.in_(entry_ids)),
        )
    ):
        found[entry] = Origin(
            words=f"Receipt {receipt_number or 'to come'}, {method_in_words(method, brand, last4)}",
            receipt_number=receipt_number or "",
        )
    return found


def what_words(kind: str) -> str:
    """What happened, by the kind of an entry."""
    base = kind.removesuffix("_reversal")
    words = KIND_WORDS.get(base, base.replace("_", " ").capitalize())
    return f"Taken back: {words[0].lower()}{words[1:]}" if kind != base else words


def _entry(row: Row[*tuple[Any, ...]], legs: list[Leg], origin: Origin | None) -> LedgerEntry:
    return LedgerEntry(
        id=row.id,
        kind=row.kind,
        what=what_words(row.kind),
        memo=row.memo or "",
        source_ref=row.source_ref,
        occurred_on=row.occurred_on,
        recorded_at=row.recorded_at,
        reverses_id=row.reverses_id,
        reversed_by_id=row.reversed_by_id,
        reversible=is_staff_adjustment(row.kind, row.source_ref) and row.reversed_by_id is None,
        origin=origin,
        legs=tuple(legs),
    )
