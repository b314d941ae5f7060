"""Post a typed EOB the way an 835 posts: the same file, the same judge, once everything balances (OPS-9, OPS-12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.eob import batch_faults
from billing.money import total_of
from billing.posting_policy import Choice
from portal.db import read_only, transaction
from portal.models.eobs import EobBatch, EobEntry
from portal.models.remittances import RemittanceClaim
from portal.ports import DocumentStore
from portal.queries.eob_document import eob_of
from portal.queries.eob_twins import remittance_twin
from portal.queries.viewer import StaffViewer
from portal.services.post_remittance import post_remittance
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound
from portal.services.remittance_report import RemittanceReport
from portal.services.save_eob import DISCARDED, DRAFT, POSTED, EobChanged
from portal.services.write_eob import EobRefused, write_eob


@dataclass(frozen=True, slots=True, kw_only=True)
class EobPreview:
    """What posting would do; `faults` say why it may not be posted yet."""

    report: RemittanceReport | None
    faults: tuple[str, ...]


def preview_eob(*, entry_id: UUID, now: datetime) -> EobPreview:
    """A dry run of the draft as it stands; nothing changes. Raises EobRefused or NotFound."""
    with read_only() as session:
        entry = session.get(EobEntry, entry_id)
        if entry is None or entry.state == DISCARDED:
            raise NotFound
        faults = _faults(session, entry)
        data = write_eob(session, entry) if entry.state == DRAFT else b""
    if not data:
        return EobPreview(report=None, faults=faults)
    report = post_remittance(
        data=data, name=_name(entry), now=now, store=None, dry_run=True, choice=Choice.ALL
    )
    return EobPreview(report=report, faults=faults)


def post_eob(
    *, entry_id: UUID, version: int, staff: StaffViewer, store: DocumentStore, now: datetime
) -> int:
    """Post it and give the id of its remittance; a second press gives the same id.

    Raises EobRefused, EobChanged or NotFound; then nothing was posted.
    """
    with transaction() as session:
        entry = session.get(EobEntry, entry_id)
        if entry is None or entry.state == DISCARDED:
            raise NotFound
        if entry.remittance_id is not None:
            return entry.remittance_id
        _check(session, entry, version)
        data, name = write_eob(session, entry), _name(entry)

    def settle(session: Session, report: RemittanceReport) -> None:
        """In the posting's own transaction: what was checked above must still hold."""
        session.get_one(EobBatch, entry.batch_id, with_for_update=True)
        locked = session.get(EobEntry, entry_id, with_for_update=True)
        if locked is None or locked.state != DRAFT:
            raise EobChanged("It was posted or discarded meanwhile. Open it again.")
        _check(session, locked, version, standing=report.sets[0].remittance_id)
        _mark(session, locked, report, staff, now)

    try:
        # Whoever typed it has looked at it: no rule lets it wait for another look.
        report = post_remittance(
            data=data, name=name, now=now, store=store, choice=Choice.ALL, also=settle
        )
    except EobChanged:
        # The other press of the same button was quicker: what it posted is the answer.
        if (standing := _posted(entry_id)) is not None:
            return standing
        raise
    posted = report.sets[0].remittance_id if report.sets else None
    if posted is None:
        raise EobRefused(f"It could not be written as a remittance: {report.error}.")
    return posted


def _posted(entry_id: UUID) -> int | None:
    with read_only() as session:
        return session.get_one(EobEntry, entry_id).remittance_id


def _name(entry: EobEntry) -> str:
    return f"paper EOB, {entry.number}.835"


def _check(session: Session, entry: EobEntry, version: int, *, standing: int | None = None) -> None:
    if entry.version != version:
        raise EobChanged("Somebody saved it after this page was opened. Look at it again first.")
    if faults := _faults(session, entry, standing=standing):
        raise EobRefused(" ".join(faults))


def _faults(session: Session, entry: EobEntry, *, standing: int | None = None) -> tuple[str, ...]:
    """Lines, claims, check and batch must agree, and nobody told of this check before."""
    found = [*eob_of(entry.document).faults(entry.total), *_batch(session, entry)]
    twin = remittance_twin(
        session, number=entry.number, amount=entry.total, payer_id=entry.payer_id
    )
    if twin is not None and twin[0] not in {standing, entry.remittance_id}:
        found.append(
            f"A remittance of this check, dated {twin[1]:%b %-d, %Y}, came in before. Discard this draft."
        )
    return tuple(found)


def _batch(session: Session, entry: EobEntry) -> tuple[str, ...]:
    batch = session.get_one(EobBatch, entry.batch_id)
    totals = session.scalars(
        select(EobEntry.total).where(
            EobEntry.batch_id == entry.batch_id, EobEntry.state != DISCARDED
        )
    ).all()
    return batch_faults(
        checks=batch.checks, control_total=batch.total, entered=len(totals), total=total_of(totals)
    )


def _mark(
    session: Session,
    entry: EobEntry,
    report: RemittanceReport,
    staff: StaffViewer,
    now: datetime,
) -> None:
    told = report.sets[0]
    if told.status != "posted" or told.remittance_id is None:
        raise EobRefused("It was not posted: " + "; ".join(told.reasons or (told.status,)) + ".")
    _check_claims(session, entry, told.remittance_id)
    entry.state, entry.remittance_id = POSTED, told.remittance_id
    entry.posted_by_id, entry.posted_at = staff.login_id, now
    entry.version += 1
    add_staff_act(
        session,
        staff,
        action="create",
        object_type="eob",
        object_id=entry.id,
        reason="posted",
        now=now,
    )


def _check_claims(session: Session, entry: EobEntry, remittance_id: int) -> None:
    """Each decision went to the very claim that was picked, or waits for a person."""
    rows = session.execute(
        select(RemittanceClaim.ordinal, RemittanceClaim.claim_id).where(
            RemittanceClaim.remittance_id == remittance_id
        )
    )
    picked = eob_of(entry.document).claims
    for ordinal, claim_id in rows:
        if claim_id not in {None, picked[ordinal - 1].claim_id}:
            raise EobRefused(
                f"Claim {ordinal} would go to another claim of the same number. Check patient, day and payer."
            )
