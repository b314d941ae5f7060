"""What stands open on visits before a payer's decision: claims, lines, balances, earlier decisions.

Read in bulk for a whole remittance, and kept up to date in memory while its claims are judged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Row, any_, bindparam, case, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from billing.decision import Adjustment, DecisionLine, OpenCharge, Outcome
from billing.entries import PATIENT_MONEY, WRITE_OFFS
from billing.ledger import Account, Entry, Party, Posting, Side
from billing.money import ZERO, Money, total_of
from billing.reversals import PriorDecision
from billing.transitions import ClaimState
from portal.models.accounts import AccountCondition, Coverage, Patient, Payer
from portal.models.claims import Charge, Claim, Visit
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.remittances import LineAdjustment, RemittanceClaim, RemittanceLine

RANKS = {"P": 1, "S": 2, "T": 3}
_PAID_BY_PATIENT = {*PATIENT_MONEY, Account.PATIENT_CREDIT}


@dataclass(slots=True, kw_only=True)
class ClaimOnFile:
    """One claim of ours, with what is needed to recognise it."""

    claim_id: int
    visit_id: int
    guarantor_account_id: int
    patient_id: int
    match_name: str
    payer_id: int
    sequence: str
    state: ClaimState
    filing_code: str
    control_number: str
    payer_claim_number: str
    billed: Money
    service_on: date
    capitated: bool

    @property
    def rank(self) -> int:
        return RANKS.get(self.sequence, len(RANKS) + 1)


@dataclass(slots=True, kw_only=True)
class CoverageOnFile:
    """A membership that was active on the day of the visit."""

    payer_id: int
    filing_code: str
    rank: int


@dataclass(slots=True)
class VisitBook:
    """A visit as its payers' decisions change it."""

    visit_id: int
    claims: list[ClaimOnFile] = field(default_factory=list)
    charges: list[OpenCharge] = field(default_factory=list)  # receivables are kept in `open`
    coverages: list[CoverageOnFile] = field(default_factory=list)
    open: dict[int, dict[int | None, Money]] = field(default_factory=lambda: defaultdict(dict))
    patient_due: dict[int, Money] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    credit: Money = ZERO
    paid: dict[int, Money] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    # What staff or a rule took off the patient's share, by charge.
    written_off: dict[int, dict[Account, Money]] = field(default_factory=lambda: defaultdict(dict))
    priors: list[PriorDecision] = field(default_factory=list)
    medicaid_noted: bool = False

    @property
    def paid_by_patient(self) -> Money:
        """The patient's money on the lines of this visit."""
        return total_of(self.paid.values())

    def post(self, legs: Iterable[Posting]) -> None:
        """Follow what an entry does to the lines of this visit."""
        for leg in legs:
            charge_id, payer = leg.party.charge_id, leg.party.payer_id
            signed = leg.amount if leg.side is Side.DEBIT else -leg.amount
            if charge_id is not None and leg.account is Account.INSURANCE_RECEIVABLE:
                self.open[charge_id][payer] = self.open[charge_id].get(payer, ZERO) + signed
            elif charge_id is not None and leg.account is Account.PATIENT_RECEIVABLE:
                self.patient_due[charge_id] += signed
            elif leg.account is Account.PATIENT_CREDIT:
                self.credit -= signed


def claims_on_file(session: Session, *criteria: ColumnElement[bool]) -> list[ClaimOnFile]:
    """Our claims that fit the criteria, oldest first."""
    rows = session.execute(
        select(
            Claim.id.label("claim_id"),
            Claim.visit_id,
            Visit.guarantor_account_id,
            Visit.patient_id,
            Patient.match_name,
            Claim.payer_id,
            Claim.sequence,
            Claim.state,
            Claim.filing_code,
            Claim.patient_control_number.label("control_number"),
            Claim.payer_claim_number,
            Claim.billed,
            Visit.service_on,
            Payer.capitated,
        )
        .join(Visit, Visit.id == Claim.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .join(Payer, Payer.id == Claim.payer_id)
        .where(Claim.state != ClaimState.VOID.value, *criteria)
        .order_by(Claim.id)
    )
    return [ClaimOnFile(**(row._asdict() | {"state": ClaimState(row.state)})) for row in rows]


def among(column: InstrumentedAttribute[Any], ids: Collection[int]) -> ColumnElement[bool]:
    """The column is one of many ids, sent as one array."""
    wanted = bindparam(None, list(ids), type_=ARRAY(BigInteger), unique=True)
    return column == any_(wanted)


def load_visit_books(
    session: Session, visit_ids: Collection[int], *, with_entries: bool
) -> dict[int, VisitBook]:
    """The books of these visits in nine statements, ten when entries may be reversed."""
    books = {visit_id: VisitBook(visit_id) for visit_id in visit_ids}
    if not books:
        return books
    for claim in claims_on_file(session, among(Claim.visit_id, visit_ids)):
        books[claim.visit_id].claims.append(claim)
    _load_charges(session, books)
    _load_balances(session, books)
    _load_coverages(session, books)
    _load_priors(session, books, with_entries=with_entries)
    noted = select(AccountCondition.visit_id).where(
        among(AccountCondition.visit_id, visit_ids),
        AccountCondition.kind == "medicaid_qmb",
        AccountCondition.ended_at.is_(None),
    )
    for visit_id in session.scalars(noted):
        books[visit_id or 0].medicaid_noted = True
    return books


def _load_charges(session: Session, books: dict[int, VisitBook]) -> None:
    rows = session.execute(
        select(
            Charge.id,
            Charge.visit_id,
            Charge.procedure_code,
            Charge.modifiers,
            Charge.service_on,
            Charge.line_control,
            Charge.billed,
        )
        .where(among(Charge.visit_id, books))
        .order_by(Charge.visit_id, Charge.line_number)
    )
    for row in rows:
        books[row.visit_id].charges.append(
            OpenCharge(
                charge_id=row.id,
                procedure=row.procedure_code,
                modifiers=tuple(row.modifiers),
                service_on=row.service_on,
                control_number=row.line_control,
                billed=row.billed,
            )
        )


def _load_balances(session: Session, books: dict[int, VisitBook]) -> None:
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    keys = (PostingRow.visit_id, PostingRow.charge_id, PostingRow.payer_id, LedgerAccount.code)
    rows = session.execute(
        select(*keys, func.sum(signed).label("net"))
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(among(PostingRow.visit_id, books))
        .group_by(*keys)
    )
    for visit_id, charge_id, payer_id, code, net in rows:
        book, account = books[visit_id], Account(code)
        if account is Account.PATIENT_CREDIT:
            book.credit -= net
        if account in _PAID_BY_PATIENT and charge_id is not None:
            book.paid[charge_id] += net
        if account in WRITE_OFFS and charge_id is not None and payer_id is None:
            book.written_off[charge_id][account] = net
        if charge_id is not None and account is Account.INSURANCE_RECEIVABLE:
            book.open[charge_id][payer_id] = book.open[charge_id].get(payer_id, ZERO) + net
        if charge_id is not None and account is Account.PATIENT_RECEIVABLE:
            book.patient_due[charge_id] += net


def _load_coverages(session: Session, books: dict[int, VisitBook]) -> None:
    """An 837P has no dates of membership: a plan counts on the days it was claimed between."""
    rows = session.execute(
        select(Visit.id, Coverage.payer_id, Coverage.filing_code, Coverage.sequence)
        .join(Coverage, Coverage.patient_id == Visit.patient_id)
        .where(
            among(Visit.id, books),
            func.coalesce(Coverage.first_service_on, Visit.service_on) <= Visit.service_on,
            func.coalesce(Coverage.last_service_on, Visit.service_on) >= Visit.service_on,
        )
    )
    for visit_id, payer_id, filing_code, sequence in rows:
        books[visit_id].coverages.append(
            CoverageOnFile(
                payer_id=payer_id,
                filing_code=filing_code,
                rank=RANKS.get(sequence, len(RANKS) + 1),
            )
        )


def _load_priors(session: Session, books: dict[int, VisitBook], *, with_entries: bool) -> None:
    rows = session.execute(
        select(
            Claim.visit_id,
            Claim.payer_id,
            RemittanceClaim.id,
            RemittanceClaim.claim_id,
            RemittanceClaim.payer_claim_number,
            RemittanceClaim.billed,
            RemittanceClaim.paid,
            RemittanceClaim.entry_id,
            RemittanceClaim.share_returned_id,
        )
        .join(Claim, Claim.id == RemittanceClaim.claim_id)
        .where(
            among(Claim.visit_id, books),
            RemittanceClaim.disposition == "posted",
            RemittanceClaim.reversed_by_id.is_(None),
            RemittanceClaim.status_code != "22",
        )
        .order_by(RemittanceClaim.id)
    ).all()
    lines, shares, in_review = _prior_lines(session, [row.id for row in rows])
    entries = _prior_entries(session, rows) if with_entries else {}
    for row in rows:
        entry = entries.get(row.entry_id)
        returned = entries.get(row.share_returned_id)
        added = [entries.get(reference) for reference in added_references(row.id)]
        books[row.visit_id].priors.append(
            PriorDecision(
                remittance_claim_id=row.id,
                claim_id=row.claim_id,
                payer_id=row.payer_id,
                payer_claim_number=row.payer_claim_number,
                billed=row.billed,
                paid=row.paid,
                lines=tuple(lines[row.id]),
                patient_share=dict(shares[row.id]),
                in_review=dict(in_review[row.id]),
                entry_id=row.entry_id,
                entry=entry[1] if entry else None,
                added=tuple(one for one in added if one is not None),
                returned_id=row.share_returned_id,
                returned=returned[1] if returned else None,
            )
        )


def added_references(remittance_claim_id: int) -> tuple[str, ...]:
    """How entries are named that add to a decision: a release, a review, a share passed on."""
    return tuple(f"{what}:{remittance_claim_id}" for what in ("release", "review", "passed"))


def _prior_entries(
    session: Session, rows: Sequence[Row[*tuple[Any, ...]]]
) -> dict[UUID | str | None, tuple[UUID, Entry]]:
    """The entries of these decisions by id and by reference."""
    ids = {e for row in rows for e in (row.entry_id, row.share_returned_id) if e is not None}
    references = {reference for row in rows for reference in added_references(row.id)}
    found: dict[UUID | str | None, tuple[UUID, Entry]] = {}
    for entry_id, entry in load_entries(session, ids, references).items():
        found[entry_id] = found[entry.source_ref] = (entry_id, entry)
    return found


_Shares = dict[int, dict[int, Money]]  # decision, charge


def _prior_lines(
    session: Session, ids: Collection[int]
) -> tuple[dict[int, list[DecisionLine]], _Shares, _Shares]:
    """Lines by decision; the patient's share as posted, and as it waits for a review."""
    found: dict[int, list[DecisionLine]] = defaultdict(list)
    shares: _Shares = defaultdict(lambda: defaultdict(lambda: ZERO))
    in_review: _Shares = defaultdict(lambda: defaultdict(lambda: ZERO))
    if not ids:
        return found, shares, in_review
    taken: dict[int, list[Adjustment]] = defaultdict(list)
    rows = session.execute(
        select(
            RemittanceLine.id,
            RemittanceLine.remittance_claim_id,
            RemittanceLine.charge_id,
            RemittanceLine.procedure,
            RemittanceLine.billed,
            RemittanceLine.paid,
        )
        .where(among(RemittanceLine.remittance_claim_id, ids))
        .order_by(RemittanceLine.id)
    ).all()
    owners = {row.id: row for row in rows}
    adjustments = session.execute(
        select(
            LineAdjustment.remittance_line_id,
            LineAdjustment.group_code,
            LineAdjustment.carc,
            LineAdjustment.amount,
            LineAdjustment.outcome,
        ).where(among(LineAdjustment.remittance_line_id, owners))
    )
    for line_id, group, carc, amount, outcome in adjustments:
        taken[line_id].append(Adjustment(group, carc, amount))
        shelf = {Outcome.POSTED.value: shares, Outcome.REVIEW.value: in_review}.get(outcome)
        if group == "PR" and shelf is not None:
            shelf[owners[line_id].remittance_claim_id][owners[line_id].charge_id] += amount
    for row in rows:
        found[row.remittance_claim_id].append(
            DecisionLine(
                procedure=row.procedure,
                billed=row.billed,
                paid=row.paid,
                adjustments=tuple(taken[row.id]),
                charge_id=row.charge_id,
            )
        )
    return found, shares, in_review


def load_entries(
    session: Session, ids: Collection[UUID], references: Collection[str] = ()
) -> dict[UUID, Entry]:
    """Entries as values, to be reversed leg by leg."""
    rows = session.execute(
        select(JournalEntry, PostingRow, LedgerAccount.code)
        .join(PostingRow, PostingRow.entry_id == JournalEntry.id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(or_(JournalEntry.id.in_(ids), JournalEntry.source_ref.in_(references)))
        .order_by(PostingRow.id)
    )
    legs: dict[UUID, list[Posting]] = defaultdict(list)
    heads: dict[UUID, JournalEntry] = {}
    for head, row, code in rows:
        heads[head.id] = head
        party = Party(
            guarantor_account_id=row.guarantor_account_id,
            visit_id=row.visit_id,
            charge_id=row.charge_id,
            claim_id=row.claim_id,
            payer_id=row.payer_id,
            reference=row.reference,
        )
        legs[head.id].append(Posting(Account(code), Side(row.side), row.amount, party))
    return {
        entry_id: Entry(
            head.kind,
            head.source_ref,
            head.occurred_on,
            tuple(legs[entry_id]),
            head.reverses_id,
            head.memo,
        )
        for entry_id, head in heads.items()
    }
