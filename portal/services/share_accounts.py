"""Decide on whose account a patient's visits show, and move them there (STMT-13).

Until households exist an account shows only the guarantor and children under 12; anyone else, and
anyone confidential, has their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Visit
from portal.services.match_person import age_on, match_name
from portal.services.move_visits import Move, move_visits
from portal.services.open_account import account_for, fresh_numbers, open_accounts
from portal.services.practice_date import practice_date

SHARED_UNTIL = 12
PersonKey = tuple[str, date]


@dataclass(frozen=True, slots=True)
class Wish:
    """One patient, who is said to owe for them, and whether they need an account of their own."""

    patient: Patient
    guarantor: dict[str, Any]
    own: bool
    hidden: bool = False  # a confidential minor: nobody may be named on their account yet


def share_accounts(session: Session, wishes: Sequence[Wish], *, source: str, now: datetime) -> None:
    """Put young children on their guarantor's account, and give everybody else their own.

    New patients are added here, with the account that is theirs.
    """
    on = practice_date(session, now)
    open_accounts(session, [w.patient for w in wishes if _is_new(w) and _alone(w)], on=on)
    shared = _shared_accounts(session, wishes, on)
    _place_new_children(session, [w for w in wishes if _is_new(w)], shared, on)
    members, billed = _members(session, wishes), _billed(session, wishes)
    accounts = _accounts(session, wishes)
    moves: list[Move] = []
    leaving: list[Patient] = []
    for wish in wishes:
        patient, key = wish.patient, _key(wish.guarantor)
        here = members[patient.guarantor_account_id]
        target = None if _alone(wish) or key is None else shared.get(key)
        if target == patient.guarantor_account_id:
            continue
        if target is not None and patient.id not in billed:
            # Where a bill went out under the child's own number, the child keeps it.
            moves.append(Move(patient, target))
            here.discard(patient.id)
        elif target is None and _must_leave(wish, here, accounts[patient.guarantor_account_id]):
            leaving.append(patient)
            here.discard(patient.id)
        elif key is not None and not _alone(wish):
            shared.setdefault(key, patient.guarantor_account_id)
    moves += _own_accounts(session, leaving, on)
    move_visits(session, moves, source=source, on=on)


def _must_leave(wish: Wish, here: set[int], account: GuarantorAccount) -> bool:
    """Whether somebody else shows, or reads, on the account that this patient has now."""
    patient = wish.patient
    if wish.hidden and account.named:
        return True
    if account.named and account.birth_on == patient.birth_on:
        theirs = match_name(account.last_name, account.first_name) == patient.match_name
    else:
        theirs = False
    alone = here == {patient.id}
    return not alone and not theirs and (wish.own or bool(wish.guarantor))


def _accounts(session: Session, wishes: Sequence[Wish]) -> dict[int, GuarantorAccount]:
    ids = {wish.patient.guarantor_account_id for wish in wishes}
    found = session.scalars(select(GuarantorAccount).where(GuarantorAccount.id.in_(ids)))
    return {account.id: account for account in found}


def _is_new(wish: Wish) -> bool:
    return wish.patient.guarantor_account_id is None


def _alone(wish: Wish) -> bool:
    return wish.own or not wish.guarantor


def _place_new_children(
    session: Session, wishes: Sequence[Wish], shared: dict[PersonKey, int], on: date
) -> None:
    """On their guarantor's account; where there is none, brothers and sisters share a new one."""
    hosts: dict[PersonKey, Patient] = {}
    followers: list[tuple[Patient, PersonKey]] = []
    for wish in wishes:
        key = _key(wish.guarantor)
        assert key is not None  # the others have their accounts by now
        if key not in shared and key not in hosts:
            hosts[key] = wish.patient
        else:
            followers.append((wish.patient, key))
    open_accounts(session, list(hosts.values()), on=on)
    shared |= {key: host.guarantor_account_id for key, host in hosts.items()}
    for patient, key in followers:
        patient.guarantor_account_id = shared[key]
        session.add(patient)
    session.flush()


def _key(guarantor: dict[str, Any]) -> PersonKey | None:
    if not guarantor:
        return None
    return match_name(guarantor["last_name"], guarantor["first_name"]), guarantor["birth_on"]


def _shared_accounts(session: Session, wishes: Sequence[Wish], on: date) -> dict[PersonKey, int]:
    """The account of each guarantor who is a patient, else one that only young children share."""
    keys = {key for wish in wishes if (key := _key(wish.guarantor)) is not None}
    adults = select(Patient).where(
        tuple_(Patient.match_name, Patient.birth_on).in_(keys), Patient.confidential.is_(False)
    )
    found = {
        (patient.match_name, patient.birth_on): patient.guarantor_account_id
        for patient in session.scalars(adults)
    }
    named = select(GuarantorAccount, Patient).join(
        Patient, Patient.guarantor_account_id == GuarantorAccount.id
    ).where(GuarantorAccount.named, GuarantorAccount.birth_on.in_({born for _, born in keys}))  # fmt: skip
    grown: set[int] = set()
    candidates: dict[PersonKey, list[int]] = defaultdict(list)
    for account, patient in session.execute(named.order_by(GuarantorAccount.id)):
        if patient.confidential or age_on(patient.birth_on, on) >= SHARED_UNTIL:
            grown.add(account.id)
        if account.birth_on is not None:
            key = (match_name(account.last_name, account.first_name), account.birth_on)
            candidates[key].append(account.id)
    for key, accounts in candidates.items():
        for account_id in accounts:
            if account_id not in grown:
                found.setdefault(key, account_id)
    return found


def _members(session: Session, wishes: Sequence[Wish]) -> dict[int, set[int]]:
    accounts = {wish.patient.guarantor_account_id for wish in wishes}
    members: dict[int, set[int]] = defaultdict(set)
    for patient_id, account_id in session.execute(
        select(Patient.id, Patient.guarantor_account_id).where(
            Patient.guarantor_account_id.in_(accounts)
        )
    ):
        members[account_id].add(patient_id)
    return members


def _billed(session: Session, wishes: Sequence[Wish]) -> set[int]:
    """Patients who stand on a statement that was delivered."""
    return set(
        session.scalars(
            select(Visit.patient_id).where(
                Visit.patient_id.in_({wish.patient.id for wish in wishes}),
                Visit.first_statement_on.is_not(None),
            )
        )
    )


def _own_accounts(session: Session, leaving: Sequence[Patient], on: date) -> list[Move]:
    """New accounts for those who may no longer show on a shared one."""
    numbers = fresh_numbers(session, len(leaving))
    accounts = [
        account_for(patient, number=number, on=on)
        for patient, number in zip(leaving, numbers, strict=True)
    ]
    session.add_all(accounts)
    session.flush()
    return [Move(p, account.id) for p, account in zip(leaving, accounts, strict=True)]
