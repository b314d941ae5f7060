"""Write what became of one remittance: its entries, claims, lines, adjustments and work items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from billing.carc import bucket_of
from billing.decision import Adjustment, DecisionLine, Outcome
from billing.ledger import Entry
from billing.money import ZERO, Money
from portal.models.remittances import (
    LineAdjustment,
    ProviderAdjustmentRow,
    RemittanceLine,
    RemittanceRow,
)
from portal.models.work import WorkItem
from portal.services.judge_plb import PostedPlb
from portal.services.judge_remittance import ClaimOutcome
from portal.services.note_denials import note_denials
from portal.services.post_entry import copy_rows, post_entries
from portal.services.read_decision import decision_of
from portal.x12.remittance import ClaimPayment, Remittance

HELD = "held"  # the outcome of every adjustment that nobody judged
_CLAIM_COLUMNS = [
    "id",
    "remittance_id",
    "ordinal",
    "position",
    "patient_control_number",
    "payer_claim_number",
    "status_code",
    "billed_cents",
    "paid_cents",
    "patient_responsibility_cents",
    "under_review_cents",
    "patient_name",
    "original_reference",
    "remarks",
    "claim_id",
    "disposition",
    "reasons",
    "entry_id",
    "decided_on",
]
_LINE_COLUMNS = [
    "id",
    "remittance_claim_id",
    "position",
    "charge_id",
    "procedure",
    "billed_cents",
    "paid_cents",
    "remarks",
    "submitted_procedure",
    "service_on",
]
_ADJUSTMENT_COLUMNS = [
    "remittance_line_id",
    "group_code",
    "carc",
    "amount_cents",
    "bucket",
    "outcome",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRecord:
    """Where and when a set came in, and what was decided about it as a whole."""

    remittance: Remittance
    file_id: int
    payer_id: int | None
    issued_on: date
    status: str  # posted, held, waiting
    reasons: tuple[str, ...]
    now: datetime
    row: RemittanceRow | None = None  # of a set that waited for a person
    posted_by_id: int | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """The outcomes with the ids of their rows, and entries by their reference."""

    outcomes: list[tuple[int, ClaimOutcome]]
    entry_ids: dict[str, UUID]


def write_set(session: Session, record: SetRecord) -> int:
    """The row of the set itself; its id. A set that waited keeps its row."""
    said = record.remittance
    if record.row is not None:
        record.row.status, record.row.reasons = record.status, list(record.reasons)
        record.row.payer_id, record.row.posted_by_id = record.payer_id, record.posted_by_id
        session.flush()
        return record.row.id
    row = RemittanceRow(
        file_id=record.file_id,
        position=said.position,
        trace=said.trace,
        payer_tax_id=said.payer_tax_id,
        payer_name=said.payer.last if said.payer else "",
        payer_id=record.payer_id,
        issued_on=record.issued_on,
        paid=Money(said.signed_paid_cents),
        plb=Money(said.plb_cents),
        fingerprint=said.fingerprint,
        status=record.status,
        reasons=list(record.reasons),
        received_at=record.now,
    )
    session.add(row)
    session.flush()
    return row.id


def write_outcomes(
    session: Session,
    remittance_id: int,
    issued_on: date,
    outcomes: Sequence[ClaimOutcome],
    *,
    plbs: Sequence[PostedPlb] = (),
    settled: Sequence[Entry] = (),
) -> Written:
    """Post every entry and write every row below the set; what else follows is the caller's."""
    entry_ids = _post_all(session, outcomes, plbs, settled)
    ids = _reserve(session, "remittance_claims", len(outcomes))
    by_row = list(zip(ids, outcomes, strict=True))
    _write_claims(session, remittance_id, issued_on, by_row, entry_ids)
    write_lines(session, by_row)
    _write_plbs(session, remittance_id, plbs, entry_ids)
    return Written(by_row, entry_ids)


def add_work_items(session: Session, items: Sequence[dict[str, Any]]) -> None:
    """Open each item once: the same fact is one item however often it is seen."""
    if items:
        session.execute(
            upsert(WorkItem).on_conflict_do_nothing(index_elements=[WorkItem.dedupe_key]),
            list(items),
        )


def _post_all(
    session: Session,
    outcomes: Sequence[ClaimOutcome],
    plbs: Sequence[PostedPlb],
    settled: Sequence[Entry],
) -> dict[str, UUID]:
    batch = [
        *(o.entry for o in outcomes if o.entry is not None),
        *(entry for o in outcomes for entry in o.undone),
        *(entry for o in outcomes for _, entry in o.returned),
        *(entry for o in outcomes for _, entry in o.passed),
        *(plb.entry for plb in plbs if plb.entry is not None),
        *settled,
    ]
    return {one.source_ref: one.entry_id for one in post_entries(session, batch)}


def _reserve(session: Session, table: str, count: int) -> list[int]:
    """Ids from the table's own sequence, so that rows and what hangs on them go in by COPY."""
    if not count:
        return []
    rows = session.scalars(
        text(
            "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"
        ),
        {"table": table, "count": count},
    )
    return sorted(rows)


def _write_claims(
    session: Session,
    remittance_id: int,
    issued_on: date,
    outcomes: Sequence[tuple[int, ClaimOutcome]],
    entry_ids: dict[str, UUID],
) -> None:
    copy_rows(
        session,
        "remittance_claims",
        _CLAIM_COLUMNS,
        [
            (
                row_id,
                remittance_id,
                o.clp.ordinal,
                o.clp.position,
                o.clp.patient_control_number,
                o.clp.payer_claim_number,
                o.clp.status_code,
                o.clp.billed_cents,
                o.clp.paid_cents,
                o.clp.group_cents("PR"),
                o.under_review.cents,
                _patient_name(o.clp),
                o.clp.original_reference,
                _words(o.clp.remarks),
                o.claim.claim_id if o.claim else None,
                o.disposition,
                _words(o.reasons),
                entry_ids[o.entry.source_ref] if o.entry else None,
                issued_on,
            )
            for row_id, o in outcomes
        ],
    )


def _words(words: Iterable[str]) -> list[str] | str:
    """An array for COPY; most are empty, and the driver takes longer over an empty one than over the rest of the row."""
    return list(words) or "{}"


def _patient_name(clp: ClaimPayment) -> str:
    name = clp.patient or clp.subscriber
    return " ".join(part for part in (name.first, name.last) if part) if name else ""


def write_lines(session: Session, outcomes: Sequence[tuple[int, ClaimOutcome]]) -> None:
    """The lines of these claims and what became of each adjustment."""
    found = [(row_id, *line) for row_id, outcome in outcomes for line in _lines_of(outcome)]
    ids = _reserve(session, "remittance_lines", len(found))
    copy_rows(
        session,
        "remittance_lines",
        _LINE_COLUMNS,
        [
            (
                line_id,
                claim_row,
                line.position,
                line.charge_id,
                line.procedure,
                line.billed.cents,
                line.paid.cents,
                _words(line.remarks),
                line.submitted_procedure,
                line.service_on,
            )
            for line_id, (claim_row, line, _) in zip(ids, found, strict=True)
        ],
    )
    copy_rows(
        session,
        "line_adjustments",
        _ADJUSTMENT_COLUMNS,
        [
            (line_id, a.group, a.carc, a.amount.cents, bucket_of(a.group, a.carc).value, became)
            for line_id, (_, _, adjustments) in zip(ids, found, strict=True)
            for a, became in adjustments
        ],
    )


def rewrite_lines(session: Session, row_id: int, outcome: ClaimOutcome, *, now: datetime) -> None:
    """The lines as judged take the place of the lines as held; a denial among them is one from `now` on."""
    lines = select(RemittanceLine.id).where(RemittanceLine.remittance_claim_id == row_id)
    session.execute(delete(LineAdjustment).where(LineAdjustment.remittance_line_id.in_(lines)))
    session.execute(delete(RemittanceLine).where(RemittanceLine.remittance_claim_id == row_id))
    write_lines(session, [(row_id, outcome)])
    note_denials(session, [row_id], now=now)


def _lines_of(
    outcome: ClaimOutcome,
) -> Iterable[tuple[DecisionLine, list[tuple[Adjustment, str]]]]:
    """The lines as judged; as the payer wrote them where nobody judged (held, reversal)."""
    if outcome.lines:
        for judged in outcome.lines:
            became = [(j.adjustment, j.outcome.value) for j in judged.adjustments]
            yield judged.line, became
        return
    decision = decision_of(outcome.clp)
    became_all = Outcome.POSTED.value if outcome.reverses else HELD
    if decision.adjustments:
        whole = DecisionLine(procedure="", billed=ZERO, paid=ZERO, position=outcome.clp.position)
        yield whole, [(a, became_all) for a in decision.adjustments]
    for line in decision.lines:
        yield line, [(a, became_all) for a in line.adjustments]


def _write_plbs(
    session: Session, remittance_id: int, plbs: Sequence[PostedPlb], entry_ids: dict[str, UUID]
) -> None:
    session.add_all(
        ProviderAdjustmentRow(
            remittance_id=remittance_id,
            position=plb.found.position,
            reason=plb.found.reason,
            reference=plb.found.reference,
            amount=Money(plb.found.amount_cents),
            ledger_account=plb.account,
            entry_id=entry_ids[plb.entry.source_ref] if plb.entry else None,
        )
        for plb in plbs
    )
    session.flush()
