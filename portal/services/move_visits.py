"""Move a patient's visits, with every cent of them, to another guarantor account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.ledger import Account, Entry, Party, Posting, Side, transfer
from billing.money import ZERO, Money
from portal.models.accounts import AccountCondition, Patient
from portal.models.claims import Visit
from portal.models.ledger import PostingRow
from portal.models.placements import Placement
from portal.models.work import WorkItem
from portal.services.post_entry import account_ids, post_entries


@dataclass(frozen=True, slots=True)
class Move:
    """One patient and the account that they go to."""

    patient: Patient
    to_account_id: int


def move_visits(session: Session, moves: Sequence[Move], *, source: str, on: date) -> None:
    """Patients, their visits and each ledger balance of those change hands; no entry is edited.

    A visit that is kept confidential stays where it is, on an account that nobody else reads (HIPAA-9).
    """
    going = {move.patient.id: move.to_account_id for move in moves}
    left = {move.patient.id: move.patient.guarantor_account_id for move in moves}
    for move in moves:
        move.patient.guarantor_account_id = move.to_account_id
    visits = {
        visit.id: visit.patient_id
        for visit in session.scalars(select(Visit).where(Visit.patient_id.in_(going)))
        if visit.guarantor_account_id == left[visit.patient_id]
    }
    conditions = select(AccountCondition).where(AccountCondition.patient_id.in_(going))
    for condition in session.scalars(conditions):
        if condition.visit_id is None or condition.visit_id in visits:
            condition.guarantor_account_id = going[condition.patient_id or 0]
    carry_visits(
        session,
        {visit_id: going[patient_id] for visit_id, patient_id in visits.items()},
        entries={
            visit_id: f"{source}:move:{patient_id}:{left[patient_id]}:{going[patient_id]}"
            for visit_id, patient_id in visits.items()
        },
        on=on,
    )


def move_visit(
    session: Session, visit: Visit, *, to_account_id: int, source: str, on: date
) -> None:
    """One visit, with every cent of it, what is known of it and the open work on it; its patient stays."""
    for table in (AccountCondition, WorkItem):
        session.execute(
            update(table)
            .where(table.visit_id == visit.id)
            .values(guarantor_account_id=to_account_id)
        )
    name = f"{source}:move:visit:{visit.id}:{visit.guarantor_account_id}:{to_account_id}"
    carry_visits(session, {visit.id: to_account_id}, entries={visit.id: name}, on=on)


def carry_visits(
    session: Session, going: Mapping[int, int], *, entries: Mapping[int, str], on: date
) -> None:
    """Visits (by id, to the account of theirs) change hands with each ledger balance of them.

    `entries` names the entry that carries a visit; visits of one name travel in one entry.
    """
    for visit in session.scalars(select(Visit).where(Visit.id.in_(going))):
        visit.guarantor_account_id = going[visit.id]
    for placement in session.scalars(select(Placement).where(Placement.visit_id.in_(going))):
        placement.guarantor_account_id = going[placement.visit_id]  # what comes back for it follows
    session.flush()
    carried = session.scalars(select(PostingRow).where(PostingRow.visit_id.in_(going)))
    legs: dict[str, list[Posting]] = defaultdict(list)
    for (visit_id, account, party), net in _nets(session, carried).items():
        there = replace(party, guarantor_account_id=going[visit_id])
        if there != party:
            legs[entries[visit_id]] += transfer(
                net, debit_to=(account, there), credit_to=(account, party)
            )
    post_entries(
        session,
        [Entry("account_move", name, on, tuple(found)) for name, found in legs.items() if found],
    )


def carry_credit(
    session: Session, amount: Money, left: int, here: int, *, entry: str, on: date
) -> None:
    """Credit on account, of no visit, goes from one account to another."""
    legs = transfer(
        amount,
        debit_to=(Account.PATIENT_CREDIT, Party(guarantor_account_id=left)),
        credit_to=(Account.PATIENT_CREDIT, Party(guarantor_account_id=here)),
    )
    if legs:
        post_entries(session, [Entry("account_move", entry, on, legs)])


def _nets(session: Session, rows: Iterable[PostingRow]) -> dict[tuple[int, Account, Party], Money]:
    """What stands on each account for each party, debits less credits, by visit."""
    names = {number: account for account, number in account_ids(session).items()}
    nets: dict[tuple[int, Account, Party], Money] = defaultdict(lambda: ZERO)
    for row in rows:
        party = Party(
            guarantor_account_id=row.guarantor_account_id,
            visit_id=row.visit_id,
            charge_id=row.charge_id,
            claim_id=row.claim_id,
            payer_id=row.payer_id,
            reference=row.reference,
        )
        signed = row.amount if row.side == Side.DEBIT else -row.amount
        nets[(row.visit_id or 0, names[row.account_id], party)] += signed
    return nets
