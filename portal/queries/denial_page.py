"""One denial with everything a person needs to decide: the payer's words, our claim, deadlines, history, appeals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.appeal_clock import APPEAL_LEVELS, PAYER_TYPE_WORDS, Limit, PayerType, payer_type
from billing.carc import PATIENT_GROUP, remark_sentence
from billing.denial_states import DENIAL, WITH_PAYER, DenialEvent, DenialState
from billing.denials import NATURES, may_appeal
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.claims import Charge, Claim
from portal.models.denials import Appeal, AppealDenial, AppealDocument, Denial, DenialEventRow
from portal.models.identity import Login
from portal.models.remittances import RemittanceClaim
from portal.models.work import WorkItem
from portal.queries.denial_list import (
    DenialFilter,
    DenialRow,
    denial_after,
    denial_row,
    denial_rows,
)
from portal.queries.payer_clocks import AskedBy, LastDay, last_day, own_clocks
from portal.queries.staff_decisions import Decision, decisions


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One thing that happened."""

    what: str
    note: str
    amount: Money
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """One line of our claim."""

    charge_id: int
    code: str
    service_on: date
    units: str
    billed: Money
    refused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealRow:
    """One packet, and what became of it."""

    id: UUID
    level: int
    pages: int
    sha256: str
    by: str
    built_at: datetime
    sent_on: date | None
    method: str
    reference: str
    decision: str
    decided_on: date | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """One paper that may go into a packet."""

    id: int
    title: str
    pages: int
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DenialPage:
    """What the page of one denial shows."""

    row: DenialRow
    version: int
    claim_id: int
    visit_id: int
    remarks: tuple[str, ...]
    root_cause: str
    preventable: bool
    level: int
    noticed_on: date
    opened_at: datetime
    closed_at: datetime | None
    follows_id: int | None
    service_on: date
    billed: Money
    frequency: str
    submitted_on: date | None
    payer_claim_number: str
    payer_type: PayerType
    lines: tuple[ClaimLine, ...]
    decision: Decision | None
    deadlines: tuple[LastDay, ...]
    history: tuple[HistoryRow, ...]
    siblings: tuple[DenialRow, ...]  # other open ones of the same claim
    appeals: tuple[AppealRow, ...]
    documents: tuple[DocumentRow, ...]
    review_item_id: int | None
    next_id: int | None

    @property
    def owner_of_prevention(self) -> str:
        return NATURES[self.row.category].prevention_owner

    @property
    def remark_sentences(self) -> tuple[tuple[str, str], ...]:
        return tuple((code, remark_sentence(code)) for code in self.remarks)

    @property
    def payer_type_words(self) -> str:
        return PAYER_TYPE_WORDS[self.payer_type]

    @property
    def in_review(self) -> bool:
        """Only its review may decide who owes it (STMT-24)."""
        return self.row.group == PATIENT_GROUP

    @property
    def waiting_appeal(self) -> AppealRow | None:
        """The one that was sent and has no answer."""
        return next((a for a in self.appeals if a.sent_on and not a.decision), None)

    @property
    def may_be_appealed(self) -> bool:
        return self.may(DenialEvent.APPEAL) and may_appeal(self.remarks)

    def may(self, event: DenialEvent | str) -> bool:
        """Whether the table has this step now."""
        return DenialEvent(event) in DENIAL[self.row.state]


def denial_page(denial_id: int, *, on: date, wanted: DenialFilter) -> DenialPage | None:
    """The page of one denial; None when there is none."""
    with read_only() as session:
        found = session.execute(denial_rows().where(Denial.id == denial_id)).one_or_none()
        if found is None:
            return None
        denial: Denial = found.Denial
        claim, service_on = found.Claim, found.service_on
        siblings = session.execute(
            denial_rows()
            .where(
                Denial.claim_id == denial.claim_id,
                Denial.id != denial_id,
                Denial.closed_at.is_(None),
            )
            .order_by(Denial.id)
        ).all()
        decided = decisions(session, RemittanceClaim.id == denial.remittance_claim_id)
        return DenialPage(
            row=denial_row(found, on),
            version=denial.version,
            claim_id=claim.id,
            visit_id=claim.visit_id,
            remarks=tuple(denial.rarcs),
            root_cause=denial.root_cause,
            preventable=denial.preventable,
            level=denial.level,
            noticed_on=denial.noticed_on,
            opened_at=denial.opened_at,
            closed_at=denial.closed_at,
            follows_id=denial.follows_id,
            service_on=service_on,
            billed=claim.billed,
            frequency=claim.frequency,
            submitted_on=claim.submitted_on,
            payer_claim_number=claim.payer_claim_number,
            payer_type=payer_type(claim.filing_code),
            lines=_lines(session, claim.visit_id, denial.charge_ids),
            decision=decided[0] if decided else None,
            deadlines=_deadlines(session, denial, claim, service_on),
            history=_history(session, denial_id),
            siblings=tuple(denial_row(row, on) for row in siblings),
            appeals=_appeals(session, denial_id),
            documents=_documents(session, claim.id),
            review_item_id=_review(session, denial),
            next_id=denial_after(session, denial_id, wanted, on=on),
        )


def _lines(session: Session, visit_id: int, refused: Sequence[int]) -> tuple[ClaimLine, ...]:
    rows = session.scalars(
        select(Charge).where(Charge.visit_id == visit_id).order_by(Charge.line_number)
    )
    return tuple(
        ClaimLine(
            charge_id=row.id,
            code="-".join((row.procedure_code, *row.modifiers)),
            service_on=row.service_on,
            units=row.units,
            billed=row.billed,
            refused=row.id in refused,
        )
        for row in rows
    )


def _deadlines(
    session: Session, denial: Denial, claim: Claim, service_on: date
) -> tuple[LastDay, ...]:
    """The next appeal, the corrected claim and the claim itself, as far as a limit is known."""
    asked = AskedBy(
        payer_id=denial.payer_id,
        filing_code=claim.filing_code,
        service_on=service_on,
        noticed_on=denial.noticed_on,
        at_stake=denial.amount,
        remarks=denial.rarcs,
    )
    own = own_clocks(session, [denial.payer_id]).get(denial.payer_id, ())
    wanted = [Limit.CORRECTED, Limit.FILING]
    waits = DenialState(denial.state) in WITH_PAYER  # the next level counts from the answer to come
    if not waits and denial.level < len(APPEAL_LEVELS) and may_appeal(denial.rarcs):
        wanted.insert(0, APPEAL_LEVELS[denial.level])
    found = [last_day(asked, what, own) for what in wanted]
    return tuple(one for one in found if one is not None)


def _history(session: Session, denial_id: int) -> tuple[HistoryRow, ...]:
    rows = session.execute(
        select(DenialEventRow, func.coalesce(func.nullif(Login.name, ""), Login.email).label("by"))
        .outerjoin(Login, Login.id == DenialEventRow.login_id)
        .where(DenialEventRow.denial_id == denial_id)
        .order_by(DenialEventRow.id.desc())
    )
    return tuple(
        HistoryRow(
            what=row.DenialEventRow.what,
            note=row.DenialEventRow.note,
            amount=row.DenialEventRow.amount or ZERO,
            by=row.by or "",
            at=row.DenialEventRow.at,
        )
        for row in rows
    )


def _appeals(session: Session, denial_id: int) -> tuple[AppealRow, ...]:
    rows = session.execute(
        select(Appeal, func.coalesce(func.nullif(Login.name, ""), Login.email).label("by"))
        .join(AppealDenial, AppealDenial.appeal_id == Appeal.id)
        .join(Login, Login.id == Appeal.built_by_id)
        .where(AppealDenial.denial_id == denial_id)
        .order_by(Appeal.built_at.desc())
    )
    return tuple(
        AppealRow(
            id=row.Appeal.id,
            level=row.Appeal.level,
            pages=row.Appeal.pages,
            sha256=row.Appeal.sha256,
            by=row.by,
            built_at=row.Appeal.built_at,
            sent_on=row.Appeal.sent_on,
            method=row.Appeal.method,
            reference=row.Appeal.reference,
            decision=row.Appeal.decision,
            decided_on=row.Appeal.decided_on,
            version=row.Appeal.version,
        )
        for row in rows
    )


def _documents(session: Session, claim_id: int) -> tuple[DocumentRow, ...]:
    rows = session.scalars(
        select(AppealDocument)
        .where(AppealDocument.claim_id == claim_id)
        .order_by(AppealDocument.id)
    )
    return tuple(
        DocumentRow(id=row.id, title=row.title, pages=row.pages, added_at=row.added_at)
        for row in rows
    )


def _review(session: Session, denial: Denial) -> int | None:
    """The open item in which a person decides whether the patient owes it."""
    return session.scalar(
        select(WorkItem.id).where(
            WorkItem.remittance_claim_id == denial.remittance_claim_id,
            WorkItem.kind == "review",
            WorkItem.closed_at.is_(None),
        )
    )
