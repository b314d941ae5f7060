"""What stands open on visits before a payer's decision: claims, lines, balances, earlier decisions.

Read in bulk for a whole remittance, and kept up to date in memory while its claims are judged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from billing.decision import OpenCharge
from billing.entries import PATIENT_MONEY, WRITE_OFFS
from billing.ledger import Account, Posting, Side
from billing.money import ZERO, Money, total_of
from billing.reversals import PriorDecision
from billing.transitions import ClaimState
from portal.models.accounts import AccountCondition, Coverage, Patient, Payer
from portal.models.claims import Charge, Claim, Visit
from portal.models.ledger import LedgerAccount, PostingRow
from portal.queries.among import among
from portal.queries.prior_decisions import prior_decisions

MEDICAID = "MC"
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

    def copy(self) -> VisitBook:
        """The same book for a trial: what is judged on it leaves this one as it is."""
        return replace(
            self,
            claims=[replace(claim) for claim in self.claims],
            open=defaultdict(dict, {key: dict(parts) for key, parts in self.open.items()}),
            patient_due=self.patient_due.copy(),
            priors=list(self.priors),
        )

    @property
    def medicaid(self) -> bool:
        """Medicaid or QMB, by a plan of the visit or by what somebody told us (STMT-23)."""
        codes = {one.filing_code for one in self.claims} | {c.filing_code for c in self.coverages}
        return self.medicaid_noted or MEDICAID in codes

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
    found = prior_decisions(session, visit_ids, with_entries=with_entries)
    for visit_id, priors in found.items():
        books[visit_id].priors += priors
    of_patient = and_(
        AccountCondition.visit_id.is_(None), AccountCondition.patient_id == Visit.patient_id
    )
    noted = (
        select(Visit.id)
        .join(AccountCondition, or_(AccountCondition.visit_id == Visit.id, of_patient))
        .where(
            among(Visit.id, visit_ids),
            AccountCondition.kind == "medicaid_qmb",
            AccountCondition.ended_at.is_(None),
        )
    )
    for visit_id in session.scalars(noted):
        books[visit_id].medicaid_noted = True
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
    """An 837P has no dates of membership: a plan counts on the days it was claimed between.

    What the office verified has dates, and those count instead.
    """
    begins = func.coalesce(Coverage.effective_on, Coverage.first_service_on, Visit.service_on)
    claimed_last = case((Coverage.effective_on.is_(None), Coverage.last_service_on))
    ends = func.coalesce(func.least(Coverage.ended_on, claimed_last), Visit.service_on)
    rows = session.execute(
        select(Visit.id, Coverage.payer_id, Coverage.filing_code, Coverage.sequence)
        .join(Coverage, Coverage.patient_id == Visit.patient_id)
        .where(
            among(Visit.id, books),
            begins <= Visit.service_on,
            ends >= Visit.service_on,
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
