"""Records that may be one person, side by side, and the merges of them, for staff (ID-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from billing.money import Money
from portal.db import read_only
from portal.models.accounts import Coverage, GuarantorAccount, Patient, Payer
from portal.models.claims import Visit
from portal.models.duplicates import DuplicatePair, RecordMerge
from portal.models.identity import Login
from portal.queries.balances import balances
from portal.queries.viewer import StaffViewer

LIKELY = 60  # of 100 points; what the nightly look lists
UNDO_WITHIN = timedelta(days=30)
SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """Two records that may be one person."""

    id: int
    names: tuple[str, str]
    births: tuple[date, date]
    score: int
    reasons: tuple[str, ...]
    account_ids: tuple[int, int]
    patient_ids: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRow:
    """One merge, asked for or decided. `undo_until` is None once it cannot be undone."""

    id: int
    kept_id: int
    gone_id: int
    kept_name: str
    gone_name: str
    state: str
    reason: str
    note: str
    asked_by_id: int
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    undone_by: str
    undone_at: datetime | None
    undo_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicatesPage:
    """What waits for a second person, what is likely, and what was decided."""

    waiting: tuple[MergeRow, ...]
    pairs: tuple[PairRow, ...]
    more: bool  # likely pairs beyond those shown
    decided: tuple[MergeRow, ...]

    @property
    def patient_ids(self) -> tuple[int, ...]:
        merges = (*self.waiting, *self.decided)
        found = {one for row in self.pairs for one in row.patient_ids}
        return tuple(sorted(found | {one for row in merges for one in (row.kept_id, row.gone_id)}))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFacts:
    """One of two records; `merged` when its visits went into another one."""

    patient_id: int
    account_id: int
    account_number: str
    account_name: str
    name: str
    birth_on: date
    sex: str
    address: str
    mobile: str
    email: str
    practice_id: str
    coverages: tuple[str, ...]
    visits: int
    last_visit_on: date | None
    due: Money
    merged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PairPage:
    """Two records side by side, what speaks for one person, and the merge of them, if any."""

    pair_id: int | None
    score: int
    reasons: tuple[str, ...]
    set_aside_by: str
    records: tuple[RecordFacts, RecordFacts]  # the older one first
    merge: MergeRow | None

    @property
    def account_ids(self) -> tuple[int, ...]:
        return tuple(record.account_id for record in self.records)

    @property
    def patient_ids(self) -> tuple[int, ...]:
        return tuple(record.patient_id for record in self.records)


def duplicates_page(viewer: StaffViewer, *, now: datetime) -> DuplicatesPage:
    """Everything about duplicates; the likeliest first."""
    assert viewer.may("people.merge")
    with read_only() as session:
        pairs = session.execute(_likely().limit(SHOWN + 1)).all()
        merges = tuple(
            _merge_row(row, now)
            for row in session.execute(_merges().order_by(RecordMerge.id.desc()).limit(SHOWN))
        )
    rows = tuple(
        PairRow(
            id=pair.id,
            names=(one.full_name, other.full_name),
            births=(one.birth_on, other.birth_on),
            score=pair.score,
            reasons=tuple(pair.reasons),
            account_ids=(one.guarantor_account_id, other.guarantor_account_id),
            patient_ids=(one.id, other.id),
        )
        for pair, one, other in pairs[:SHOWN]
    )
    return DuplicatesPage(
        waiting=tuple(row for row in merges if row.state == "asked"),
        pairs=rows,
        more=len(pairs) > SHOWN,
        decided=tuple(row for row in merges if row.state != "asked"),
    )


def waiting_merges(session: Session, viewer: StaffViewer) -> int:
    """How many merges wait for a second person who is not the viewer."""
    found = session.scalar(
        select(func.count())
        .select_from(RecordMerge)
        .where(RecordMerge.state == "asked", RecordMerge.asked_by_id != viewer.login_id)
    )
    return found or 0


def pair_page(viewer: StaffViewer, pair_id: int, *, on: date, now: datetime) -> PairPage | None:
    """One likely pair; None when there is none by this id."""
    assert viewer.may("people.merge")
    with read_only() as session:
        pair = session.get(DuplicatePair, pair_id)
        if pair is None:
            return None
        both = and_(
            RecordMerge.kept_id.in_((pair.older_id, pair.newer_id)),
            RecordMerge.gone_id.in_((pair.older_id, pair.newer_id)),
        )
        return _page(session, pair, _newest_merge(session, both, now), on=on)


def merge_page(viewer: StaffViewer, merge_id: int, *, on: date, now: datetime) -> PairPage | None:
    """One merge with its two records; None when there is none by this id."""
    assert viewer.may("people.merge")
    with read_only() as session:
        merge = _newest_merge(session, RecordMerge.id == merge_id, now)
        if merge is None:
            return None
        ids = sorted((merge.kept_id, merge.gone_id))
        pair = session.scalar(
            select(DuplicatePair).where(
                DuplicatePair.older_id == ids[0], DuplicatePair.newer_id == ids[1]
            )
        )
        return _page(session, pair, merge, on=on)


def _likely() -> Select[DuplicatePair, Patient, Patient]:
    """Pairs nobody set aside or asked to merge, of records that both stand."""
    older, newer = aliased(Patient), aliased(Patient)
    asked = exists().where(
        RecordMerge.state == "asked",
        or_(
            RecordMerge.gone_id.in_((DuplicatePair.older_id, DuplicatePair.newer_id)),
            RecordMerge.kept_id.in_((DuplicatePair.older_id, DuplicatePair.newer_id)),
        ),
    )
    return (
        select(DuplicatePair, older, newer)
        .join(older, older.id == DuplicatePair.older_id)
        .join(newer, newer.id == DuplicatePair.newer_id)
        .where(
            DuplicatePair.score >= LIKELY,
            DuplicatePair.set_aside_at.is_(None),
            older.merged_into_id.is_(None),
            newer.merged_into_id.is_(None),
            ~asked,
        )
        .order_by(DuplicatePair.score.desc(), DuplicatePair.id)
    )


def _merges() -> Select[*tuple[Any, ...]]:
    kept, gone = aliased(Patient), aliased(Patient)
    asked, decided, undone = aliased(Login), aliased(Login), aliased(Login)
    return (
        select(RecordMerge, kept, gone, *(_who(one) for one in (asked, decided, undone)))
        .join(kept, kept.id == RecordMerge.kept_id)
        .join(gone, gone.id == RecordMerge.gone_id)
        .join(asked, asked.id == RecordMerge.asked_by_id)
        .outerjoin(decided, decided.id == RecordMerge.decided_by_id)
        .outerjoin(undone, undone.id == RecordMerge.undone_by_id)
    )


def _who(login: type[Login]) -> ColumnElement[str]:
    """The name of a member of staff, or the e-mail of one who gave none."""
    return func.coalesce(func.nullif(login.name, ""), login.email)


def _newest_merge(session: Session, which: ColumnElement[bool], now: datetime) -> MergeRow | None:
    row = session.execute(
        _merges().where(which).order_by(RecordMerge.id.desc()).limit(1)
    ).one_or_none()
    return None if row is None else _merge_row(row, now)


def _merge_row(row: Row[*tuple[Any, ...]], now: datetime) -> MergeRow:
    merge, kept, gone, asked_by, decided_by, undone_by = row
    until = merge.decided_at + UNDO_WITHIN if merge.state == "done" else None
    return MergeRow(
        id=merge.id,
        kept_id=merge.kept_id,
        gone_id=merge.gone_id,
        kept_name=kept.full_name,
        gone_name=gone.full_name,
        state=merge.state,
        reason=merge.reason,
        note=merge.note,
        asked_by_id=merge.asked_by_id,
        asked_by=asked_by,
        asked_at=merge.asked_at,
        decided_by=decided_by or "",
        decided_at=merge.decided_at,
        undone_by=undone_by or "",
        undone_at=merge.undone_at,
        undo_until=until if until and until >= now else None,
    )


def _page(
    session: Session, pair: DuplicatePair | None, merge: MergeRow | None, *, on: date
) -> PairPage:
    if pair is not None:
        ids = (pair.older_id, pair.newer_id)
    else:
        assert merge is not None  # one of the two is there
        ids = (merge.kept_id, merge.gone_id)
    records = _records(session, ids, on)
    aside = None
    if pair and pair.set_aside_by_id:
        aside = session.scalar(select(_who(Login)).where(Login.id == pair.set_aside_by_id))
    older, newer = sorted(records, key=lambda record: record.patient_id)
    return PairPage(
        pair_id=pair.id if pair else None,
        score=pair.score if pair else 0,
        reasons=tuple(pair.reasons) if pair else (),
        set_aside_by=aside or "",
        records=(older, newer),
        merge=merge,
    )


def _records(session: Session, ids: tuple[int, int], on: date) -> list[RecordFacts]:
    visits = (
        select(
            Visit.patient_id,
            func.count().label("count"),
            func.max(Visit.service_on).label("last_on"),
        )
        .where(Visit.patient_id.in_(ids))
        .group_by(Visit.patient_id)
        .subquery()
    )
    rows = session.execute(
        select(Patient, GuarantorAccount, visits.c.count, visits.c.last_on)
        .join(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
        .outerjoin(visits, visits.c.patient_id == Patient.id)
        .where(Patient.id.in_(ids))
    ).all()
    accounts = sorted({account.id for _, account, _, _ in rows})
    due = {
        a.guarantor_account_id: a.due_now for a in balances(session, on=on, account_ids=accounts)
    }
    plans = _plans(session, ids)
    return [
        RecordFacts(
            patient_id=patient.id,
            account_id=account.id,
            account_number=account.number,
            account_name=account.display_name,
            name=patient.full_name,
            birth_on=patient.birth_on,
            sex=patient.sex,
            address=_address(patient),
            mobile=account.mobile,
            email=account.email,
            practice_id=patient.practice_patient_id or "",
            coverages=tuple(plans.get(patient.id, ())),
            visits=count or 0,
            last_visit_on=last_on,
            due=due.get(account.id, Money(0)),
            merged=patient.merged_into_id is not None,
        )
        for patient, account, count, last_on in rows
    ]


def _plans(session: Session, ids: tuple[int, int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for patient_id, payer, member in session.execute(
        select(Coverage.patient_id, Payer.name, Coverage.member_id)
        .join(Payer, Payer.id == Coverage.payer_id)
        .where(Coverage.patient_id.in_(ids))
        .order_by(Coverage.id)
    ):
        found.setdefault(patient_id, []).append(f"{payer}, {member}" if member else payer)
    return found


def _address(patient: Patient) -> str:
    town = f"{patient.city}, {patient.state} {patient.postal_code}".strip(", ")
    return ", ".join(part for part in (patient.street, patient.street2, town) if part)
