"""Move a patient's visits, with every cent of them, to another guarantor account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.ledger import Account, Entry, Party, Posting, Side, transfer
from billing.money import ZERO, Money
from portal.models.accounts import AccountCondition, Patient
from portal.models.claims import Visit
from portal.models.ledger import PostingRow
from portal.services.post_entry import account_ids, post_entries


@dataclass(frozen=True, slots=True)
class Move:
    """One patient and the account that they go to."""

    patient: Patient
    to_account_id: int


def move_visits(session: Session, moves: Sequence[Move], *, source: str, on: date) -> None:
    """Patients, their visits and each ledger balance of those change hands; no entry is edited."""
    going = {move.patient.id: move.to_account_id for move in moves}
    left = {move.patient.id: move.patient.guarantor_account_id for move in moves}
    for move in moves:
        move.patient.guarantor_account_id = move.to_account_id
    conditions = select(AccountCondition).where(AccountCondition.patient_id.in_(going))
    for condition in session.scalars(conditions):
        condition.guarantor_account_id = going[condition.patient_id or 0]
    visits: dict[int, int] = {}
    for visit in session.scalars(select(Visit).where(Visit.patient_id.in_(going))):
        visit.guarantor_account_id = going[visit.patient_id]
        visits[visit.id] = visit.patient_id
    session.flush()
    legs = _legs(session, visits, going)
    post_entries(
        session,
        [
            Entry(
                "account_move",
                f"{source}:move:{patient_id}:{left[patient_id]}:{going[patient_id]}",
                on,
                tuple(found),
            )
            for patient_id, found in legs.items()
            if found
        ],
    )


def _legs(
    session: Session, visits: dict[int, int], going: dict[int, int]
) -> dict[int, list[Posting]]:
    """Each balance leaves the old account and arrives on the new one, by patient."""
    names = {number: account for account, number in account_ids(session).items()}
    nets: dict[tuple[int, Account, Party], Money] = defaultdict(lambda: ZERO)
    for row in session.scalars(select(PostingRow).where(PostingRow.visit_id.in_(visits))):
        party = Party(
            guarantor_account_id=row.guarantor_account_id,
            visit_id=row.visit_id,
            charge_id=row.charge_id,
            claim_id=row.claim_id,
            payer_id=row.payer_id,
            reference=row.reference,
        )
        signed = row.amount if row.side == Side.DEBIT else -row.amount
        nets[(visits[row.visit_id or 0], names[row.account_id], party)] += signed
    legs: dict[int, list[Posting]] = defaultdict(list)
    for (patient_id, account, party), net in nets.items():
        if party.guarantor_account_id != going[patient_id]:
            there = replace(party, guarantor_account_id=going[patient_id])
            legs[patient_id] += transfer(net, debit_to=(account, there), credit_to=(account, party))
    return legs
