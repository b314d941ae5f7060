"""Look for records that may be one person, and list the pairs for staff (ID-5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select, tuple_, union, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from portal.db import transaction
from portal.models.accounts import Coverage, GuarantorAccount, Patient
from portal.models.duplicates import DuplicatePair
from portal.queries.among import among
from portal.queries.staff_duplicates import LIKELY
from portal.services.score_duplicate import PersonFacts, score

BATCH = 2_000  # rows of one statement
Pair = tuple[int, int]  # patient ids, the older record first
Member = tuple[int, str]  # payer id, member id


def find_duplicates(*, now: datetime) -> int:
    """Score every pair that shares a birth date, a name or a member id; how many are likely one person.

    Whether a person set a pair aside is left as it is; a pair that is likely no more gets no points.
    """
    with transaction() as session:
        pairs = _worth_comparing(session)
        people = _people(session, {one for pair in pairs for one in pair})
        likely = []
        for older, newer in sorted(pairs):
            found = score(people[older], people[newer])
            if found.score >= LIKELY:
                likely.append(
                    {
                        "older_id": older,
                        "newer_id": newer,
                        "score": found.score,
                        "reasons": list(found.reasons),
                        "scored_at": now,
                    }
                )
        for start in range(0, len(likely), BATCH):
            _keep(session, likely[start : start + BATCH])
        session.execute(update(DuplicatePair).where(DuplicatePair.scored_at < now).values(score=0))
    return len(likely)


def _worth_comparing(session: Session) -> set[Pair]:
    """Pairs with something in common, never everybody with everybody; records merged away are out."""
    one, other = aliased(Patient), aliased(Patient)
    held, also = aliased(Coverage), aliased(Coverage)
    people = select(one.id, other.id).where(one.id < other.id)
    shared = (
        select(held.patient_id, also.patient_id)
        .join(also, tuple_(held.payer_id, held.member_id) == tuple_(also.payer_id, also.member_id))
        .where(held.patient_id < also.patient_id, held.member_id != "")
    )
    found = session.execute(
        union(
            people.where(one.birth_on == other.birth_on),
            people.where(one.match_name == other.match_name),
            shared,
        )
    )
    merged = set(session.scalars(select(Patient.id).where(Patient.merged_into_id.is_not(None))))
    return {(older, newer) for older, newer in found if not merged.intersection((older, newer))}


def _people(session: Session, ids: Iterable[int]) -> dict[int, PersonFacts]:
    """What is known of each, with the phone and e-mail of their account."""
    wanted = sorted(ids)
    rows = session.execute(
        select(Patient, GuarantorAccount.mobile, GuarantorAccount.email)
        .join(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
        .where(among(Patient.id, wanted))
    )
    members = _members(session, wanted)
    return {
        patient.id: facts_of(patient, mobile, email, members.get(patient.id, frozenset()))
        for patient, mobile, email in rows
    }


def facts_of(patient: Patient, mobile: str, email: str, members: frozenset[Member]) -> PersonFacts:
    """A record as the comparison wants it."""
    return PersonFacts(
        last_name=patient.last_name,
        first_name=patient.first_name,
        middle_name=patient.middle_name,
        suffix=patient.suffix,
        birth_on=patient.birth_on,
        sex=patient.sex,
        street=patient.street,
        postal_code=patient.postal_code,
        mobile=mobile,
        email=email,
        members=members,
    )


def _members(session: Session, patient_ids: Sequence[int]) -> dict[int, frozenset[Member]]:
    rows = session.execute(
        select(
            Coverage.patient_id,
            func.array_agg(Coverage.payer_id),
            func.array_agg(Coverage.member_id),
        )
        .where(among(Coverage.patient_id, patient_ids), Coverage.member_id != "")
        .group_by(Coverage.patient_id)
    )
    return {
        patient_id: frozenset(zip(payers, members, strict=True))
        for patient_id, payers, members in rows
    }


def _keep(session: Session, rows: Sequence[dict[str, object]]) -> None:
    fresh = insert(DuplicatePair).values(rows)
    session.execute(
        fresh.on_conflict_do_update(
            index_elements=["older_id", "newer_id"],
            set_={name: fresh.excluded[name] for name in ("score", "reasons", "scored_at")},
        )
    )
