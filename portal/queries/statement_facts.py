"""Everything that statements of many accounts are made from, read in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Integer, case, exists, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from billing.ledger import Account
from billing.money import ZERO, Money
from billing.settings import Settings
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Charge, Provider, Visit
from portal.models.estimates import EstimateCheck
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.practice import Practice
from portal.models.statements import Statement, StatementLine
from portal.queries.balances import AccountBalance, balances
from portal.queries.denials_told import DenialTold, denials_told
from portal.queries.dispute_holds import corrected_since
from portal.queries.payer_decisions import DecisionFact, payer_decisions, taken_off, waiting_for
from portal.queries.plain_services import describe, is_sensitive
from portal.queries.plan_told import PlanTold, plans_told
from portal.queries.reach import sealed_accounts
from portal.queries.settings import settings_on
from portal.queries.statement_sent import newest_told, was_sent
from portal.queries.statement_states import bold_by_state
from portal.queries.statements_told import statements_told


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeFact:
    """What was done."""

    charge_id: int
    service_on: date
    procedure: str
    modifiers: tuple[str, ...]
    units: str
    description: str
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFact:
    """Who was seen, where, and since when the bill is known to the patient."""

    visit_id: int
    patient_id: int
    patient: str
    service_on: date
    provider: str
    place_of_service: str
    private: bool  # confidential, by the visit or by the patient
    first_statement_on: date | None
    above_estimate: bool = False  # let go out although it lies far above its estimate (NSA-6)


CARRIED = "account_move"  # a bill that changed hands


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One step of what a patient owes on one charge."""

    posting_id: int
    visit_id: int | None
    charge_id: int | None
    kind: str
    on: date
    amount: Money  # above zero: owes more


@dataclass(frozen=True, slots=True, kw_only=True)
class LastStatement:
    """The statement that the patient has in hand."""

    number: str
    cycle_on: date
    ledger_position: int
    balance: Money  # below zero: a credit
    lines: dict[int, Money]  # by charge
    # The ledger's position of the newest statement that told of a charge, this one or an older one (STMT-19).
    told: dict[int, int] = field(default_factory=dict)
    corrected: bool = False  # we corrected a bill since, after the patient disputed it (STMT-19)
    disputed: frozenset[int] = frozenset()  # the charges of which it asked for less than was owed


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementFacts:
    """Facts by account, visit and charge."""

    practice: Practice
    accounts: dict[int, GuarantorAccount]
    plans: dict[int, PlanTold]  # by account
    sealed: frozenset[int]  # accounts of which no page or paper that is kept bears the address
    balances: tuple[AccountBalance, ...]
    visits: dict[int, VisitFact] = field(default_factory=dict)
    charges: dict[int, ChargeFact] = field(default_factory=dict)
    movements: dict[int, list[Movement]] = field(default_factory=dict)  # by account
    decisions: dict[int, list[DecisionFact]] = field(default_factory=dict)  # by visit
    taken_off: dict[tuple[int, int], Money] = field(default_factory=dict)  # by visit and payer
    waiting_for: dict[int, str] = field(default_factory=dict)  # visit -> payer
    denials: dict[int, tuple[DenialTold, ...]] = field(default_factory=dict)  # by visit
    last: dict[int, LastStatement] = field(default_factory=dict)  # by account
    told: dict[int, int] = field(default_factory=dict)  # statements so far, by visit
    bold: dict[int, tuple[str, ...]] = field(default_factory=dict)  # by account: a state's words
    settings: Settings = field(default_factory=Settings)  # in force on the day, where one is cut

    def title_of(self, charge_id: int) -> str:
        """Plain words for one service."""
        charge = self.charges[charge_id]
        return charge.description.strip() or describe(charge.procedure)

    def is_sensitive(self, charge_ids: Collection[int]) -> bool:
        """Whether paper must not name these services."""
        return any(is_sensitive(self.charges[c].procedure) for c in charge_ids)


class PracticeMissing(LookupError):
    """The practice has no name and address yet: `set-practice` comes first."""


def statement_facts(session: Session, *, account_ids: Collection[int], on: date) -> StatementFacts:
    """The facts of these accounts as they stand; the same number of queries for one as for many."""
    practice = session.get(Practice, 1)
    if practice is None:
        raise PracticeMissing("set the practice first: python -m portal set-practice FILE")
    found = balances(session, on=on, account_ids=account_ids)
    visit_ids = [visit.visit_id for account in found for visit in account.visits]
    visits, charges = _visits(session, visit_ids)
    accounts = {
        account.id: account
        for account in session.scalars(
            select(GuarantorAccount).where(GuarantorAccount.id.in_(account_ids))
        )
    }
    return StatementFacts(
        practice=practice,
        accounts=accounts,
        bold=_bold(session, practice, accounts, on),
        plans=plans_told(session, found, on=on),
        sealed=sealed_accounts(session, account_ids),
        balances=tuple(found),
        visits=visits,
        charges=charges,
        movements=_movements(session, account_ids, found),
        decisions=payer_decisions(session, visit_ids),
        taken_off=taken_off(session, visit_ids),
        waiting_for=waiting_for(session, visit_ids),
        denials=denials_told(session, visit_ids),
        last=last_statements(session, account_ids, on),
        told=statements_told(session, visit_ids),
        settings=settings_on(session, on),
    )


def _bold(
    session: Session, practice: Practice, accounts: dict[int, GuarantorAccount], on: date
) -> dict[int, tuple[str, ...]]:
    """Of the state of each and of ours, each sentence once."""
    homes = {
        account_id: {account.state.strip().upper(), practice.state.strip().upper()}
        for account_id, account in accounts.items()
    }
    said = bold_by_state(session, set().union(*homes.values()), on=on)
    return {
        account_id: tuple(dict.fromkeys(w for state in sorted(states) for w in said.get(state, ())))
        for account_id, states in homes.items()
    }


def bill_facts(session: Session, *, visit_id: int, account_id: int, on: date) -> StatementFacts:
    """The facts of one visit alone, for the page of that bill as it stands now."""
    practice = session.get(Practice, 1)
    if practice is None:
        raise PracticeMissing("set the practice first: python -m portal set-practice FILE")
    visits, charges = _visits(session, [visit_id])
    found = balances(session, on=on, visit_ids=[visit_id])
    return StatementFacts(
        practice=practice,
        settings=settings_on(session, on),
        accounts={},
        plans={},
        sealed=frozenset(),
        balances=tuple(found),
        visits=visits,
        charges=charges,
        movements=_movements(session, [account_id], found),
        decisions=payer_decisions(session, [visit_id]),
        taken_off=taken_off(session, [visit_id]),
        waiting_for=waiting_for(session, [visit_id]),
        denials=denials_told(session, [visit_id]),
    )


def _visits(
    session: Session, visit_ids: Sequence[int]
) -> tuple[dict[int, VisitFact], dict[int, ChargeFact]]:
    doctor, other = aliased(Provider), aliased(Provider)
    above = exists().where(EstimateCheck.visit_id == Visit.id, EstimateCheck.outcome == "released")
    rows: Iterable[Any] = session.execute(
        select(Visit, Patient, Charge, doctor, other, above)
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(Charge, Charge.visit_id == Visit.id)
        .outerjoin(doctor, doctor.id == Visit.provider_id)
        .outerjoin(other, other.id == Charge.provider_id)
        .where(Visit.id.in_(visit_ids))
        .order_by(Charge.visit_id, Charge.line_number)
    )
    visits: dict[int, VisitFact] = {}
    charges: dict[int, ChargeFact] = {}
    for visit, patient, charge, provider, line_provider, far_above in rows:
        name = provider.display_name if provider else ""
        visits[visit.id] = VisitFact(
            visit_id=visit.id,
            patient_id=patient.id,
            patient=patient.full_name,
            service_on=visit.service_on,
            provider=name,
            place_of_service=visit.place_of_service,
            private=visit.confidential or patient.confidential,
            first_statement_on=visit.first_statement_on,
            above_estimate=far_above,
        )
        if charge is None:
            continue
        charges[charge.id] = ChargeFact(
            charge_id=charge.id,
            service_on=charge.service_on,
            procedure=charge.procedure_code,
            modifiers=tuple(charge.modifiers),
            units=charge.units,
            description=charge.description,
            provider=line_provider.display_name if line_provider else name,
        )
    return visits, charges


def _movements(
    session: Session, account_ids: Collection[int], found: Sequence[AccountBalance]
) -> dict[int, list[Movement]]:
    """By account: each step on it, and of the bills that are its own now what was paid before another account handed them over.

    That a bill was carried to the account that has it is no step of it.
    """
    owners = {
        charge.charge_id: account.guarantor_account_id
        for account in found
        for visit in account.visits
        for charge in visit.charges
    }
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    rows = session.execute(
        select(
            PostingRow.guarantor_account_id,
            PostingRow.id,
            PostingRow.visit_id,
            PostingRow.charge_id,
            JournalEntry.kind,
            JournalEntry.occurred_on,
            signed.label("amount"),
        )
        .join(JournalEntry, JournalEntry.id == PostingRow.entry_id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            or_(PostingRow.guarantor_account_id.in_(account_ids), PostingRow.charge_id.in_(owners)),
            LedgerAccount.code == Account.PATIENT_RECEIVABLE,
        )
        .order_by(PostingRow.id)
    )
    told: dict[int, list[Movement]] = defaultdict(list)
    for row in rows:
        step = Movement(
            posting_id=row.id,
            visit_id=row.visit_id,
            charge_id=row.charge_id,
            kind=row.kind,
            on=row.occurred_on,
            amount=row.amount,
        )
        owner = owners.get(row.charge_id)
        if owner is not None and row.kind != CARRIED:
            told[owner].append(step)
        if row.guarantor_account_id in account_ids and row.guarantor_account_id != owner:
            told[row.guarantor_account_id].append(step)
    return told


# Built once: a day asks for them several times, and building them takes longer than answering.
_NEWEST = (
    select(
        Statement.id,
        Statement.guarantor_account_id,
        Statement.number,
        Statement.cycle_on,
        Statement.ledger_position,
        Statement.amount_due,
        Statement.content["credit"].astext.cast(Integer).label("credit_cents"),
        corrected_since().label("corrected"),
    )
    .ext(distinct_on(Statement.guarantor_account_id))
    .where(was_sent())
    .order_by(Statement.guarantor_account_id, Statement.cycle_on.desc())
)
_LINES_TOLD = newest_told(StatementLine.statement_id, StatementLine.amount, StatementLine.disputed)


def last_statements(
    session: Session, account_ids: Collection[int], on: date
) -> dict[int, LastStatement]:
    """The newest one that was sent; what was cut and then not sent never reached the patient."""
    theirs = (Statement.guarantor_account_id.in_(account_ids), Statement.cycle_on < on)
    rows = session.execute(_NEWEST.where(*theirs)).all()
    newest = {row.id for row in rows}
    lines: dict[int, dict[int, Money]] = defaultdict(dict)
    disputed: dict[int, set[int]] = defaultdict(set)
    told: dict[int, dict[int, int]] = defaultdict(dict)
    for line in session.execute(_LINES_TOLD.where(*theirs)):
        told[line.guarantor_account_id][line.charge_id] = line.ledger_position
        if line.statement_id in newest:
            lines[line.statement_id][line.charge_id] = line.amount
            if line.disputed:
                disputed[line.statement_id].add(line.charge_id)
    return {
        row.guarantor_account_id: LastStatement(
            number=row.number,
            cycle_on=row.cycle_on,
            ledger_position=row.ledger_position,
            balance=row.amount_due - Money(row.credit_cents or 0),
            lines=lines[row.id],
            told=told[row.guarantor_account_id],
            disputed=frozenset(disputed[row.id]),
            corrected=row.corrected,
        )
        for row in rows
    }


def signed_total(movements: Collection[Movement]) -> Money:
    """What these steps add up to."""
    return sum((movement.amount for movement in movements), ZERO)
