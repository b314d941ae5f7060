"""What a decision changes beside the ledger: claims, visits, earlier decisions, Medicaid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Table, bindparam, select, text, update
from sqlalchemy.orm import Session

from billing.decision import TaskKind
from billing.transitions import ClaimState
from portal.models.accounts import AccountCondition
from portal.models.claims import Visit
from portal.models.remittances import RemittanceClaim
from portal.models.work import WorkItem
from portal.queries.among import among
from portal.queries.visit_books import ClaimOnFile, VisitBook
from portal.services.follow_denials import follow_denials
from portal.services.judge_remittance import ClaimOutcome
from portal.services.note_variances import note_variances, take_back_variances
from portal.services.open_denials import open_denials
from portal.services.pass_on_shares import close_items, mark_outdated, mark_passed_on
from portal.services.visit_standing import is_open
from portal.services.write_remittance import Written

# Work about what a decision said; it ends when the payer takes the decision back.
OF_A_DECISION = ("denial", "review", "figures", "bill_next", "underpaid")


def mark_decided(
    session: Session,
    written: Written,
    books: Mapping[int, VisitBook],
    changed: set[int],
    *,
    issued_on: date,
    now: datetime,
) -> None:
    """Bring claims, visits and earlier decisions to what the remittance made of them."""
    claims = [c for b in books.values() for c in b.claims if c.claim_id in changed]
    _mark_reversed(session, written)
    outcomes = [outcome for _, outcome in written.outcomes]
    mark_passed_on(session, [one for o in outcomes for one in o.passed], now=now)
    mark_outdated(session, [one for o in outcomes for one in o.outdated], now=now)
    gone = [o.reverses.remittance_claim_id for o in outcomes if o.reverses is not None]
    close_items(session, gone, OF_A_DECISION, now=now)
    take_back_variances(session, gone, now=now)
    _close_answered(session, outcomes, books, now)
    _update_claims(session, claims, issued_on=issued_on, now=now)
    _update_visits(session, books, changed, issued_on=issued_on)
    _note_medicaid(session, written.outcomes, now)
    _note_denials(session, written, changed, books, now)
    standing = [
        row for row, o in written.outcomes if o.disposition == "posted" and o.reverses is None
    ]
    note_variances(session, standing, on=issued_on, now=now)


def _note_denials(
    session: Session,
    written: Written,
    changed: set[int],
    books: Mapping[int, VisitBook],
    now: datetime,
) -> None:
    """What was refused gets its record; earlier ones end where the new decisions ended them (OPS-6)."""
    kinds = {TaskKind.DENIAL, TaskKind.REVIEW}
    refused = [row for row, o in written.outcomes if any(t.kind in kinds for t in o.tasks)]
    open_denials(session, refused, now=now)
    visits = {b.visit_id for b in books.values() if any(c.claim_id in changed for c in b.claims)}
    follow_denials(session, visit_ids=visits, now=now)


def _close_answered(
    session: Session,
    outcomes: Sequence[ClaimOutcome],
    books: Mapping[int, VisitBook],
    now: datetime,
) -> None:
    """The next plan has answered: nobody needs to ask it for what earlier plans left."""
    answered = [
        o.claim
        for o in outcomes
        if o.claim is not None
        and o.disposition == "posted"
        and o.reverses is None
        and o.claim.state is ClaimState.DECIDED
    ]
    asked = [
        earlier.claim_id
        for claim in answered
        for earlier in books[claim.visit_id].claims
        if earlier.rank < claim.rank
    ]
    if asked:
        session.execute(
            update(WorkItem)
            .where(
                WorkItem.kind == "bill_next",
                WorkItem.closed_at.is_(None),
                among(WorkItem.claim_id, asked),
            )
            .values(closed_at=now, outcome="corrected"),
            execution_options={"synchronize_session": None},
        )


def _mark_reversed(session: Session, written: Written) -> None:
    table = RemittanceClaim.__table__
    assert isinstance(table, Table)
    reversed_rows = [
        {"row": o.reverses.remittance_claim_id, "by": row_id}
        for row_id, o in written.outcomes
        if o.reverses is not None
    ]
    if reversed_rows:
        session.execute(
            update(table)
            .where(table.c.id == bindparam("row"))
            .values(reversed_by_id=bindparam("by")),
            reversed_rows,
        )
    returned = [
        {"row": prior.remittance_claim_id, "entry": written.entry_ids[entry.source_ref]}
        for _, o in written.outcomes
        for prior, entry in o.returned
    ]
    if returned:
        session.execute(
            update(table)
            .where(table.c.id == bindparam("row"))
            .values(share_returned_id=bindparam("entry")),
            returned,
        )


def _update_claims(
    session: Session, claims: Sequence[ClaimOnFile], *, issued_on: date, now: datetime
) -> None:
    if not claims:
        return
    session.execute(
        text(
            "UPDATE claims c SET state = n.state, payer_claim_number = n.number,"
            " decided_on = CASE WHEN n.state = 'decided' THEN CAST(:on AS date) END"
            " FROM unnest(CAST(:ids AS int[]), CAST(:states AS text[]), CAST(:numbers AS text[]))"
            " AS n(id, state, number) WHERE c.id = n.id"
        ),
        {
            "on": issued_on,
            "ids": [c.claim_id for c in claims],
            "states": [c.state.value for c in claims],
            "numbers": [c.payer_claim_number for c in claims],
        },
    )
    decided = [c.claim_id for c in claims if c.state is ClaimState.DECIDED]
    session.execute(
        update(WorkItem)
        .where(
            WorkItem.kind == "reversal",
            WorkItem.closed_at.is_(None),
            among(WorkItem.claim_id, decided),
        )
        .values(closed_at=now, outcome="corrected"),
        execution_options={"synchronize_session": None},
    )


def _update_visits(
    session: Session, books: Mapping[int, VisitBook], changed: set[int], *, issued_on: date
) -> None:
    """CORE-3 pr_date: the day on which the last payer answered; none while one decides again."""
    touched = [b for b in books.values() if any(c.claim_id in changed for c in b.claims)]
    for still_open in (True, False):
        ids = [b.visit_id for b in touched if is_open(b) is still_open]
        if ids:
            session.execute(
                update(Visit)
                .where(among(Visit.id, ids))
                .values(responsible_on=None if still_open else issued_on),
                execution_options={"synchronize_session": None},
            )


def _note_medicaid(
    session: Session, outcomes: Sequence[tuple[int, ClaimOutcome]], now: datetime
) -> None:
    found = {
        o.claim.visit_id: (row_id, o.claim) for row_id, o in outcomes if o.medicaid and o.claim
    }
    known = (
        set(
            session.scalars(
                select(AccountCondition.visit_id).where(
                    AccountCondition.visit_id.in_(found), AccountCondition.kind == "medicaid_qmb"
                )
            )
        )
        if found
        else set()
    )
    session.add_all(
        AccountCondition(
            guarantor_account_id=claim.guarantor_account_id,
            visit_id=visit_id,
            kind="medicaid_qmb",
            since=now,
            source=f"era:{row_id}",
        )
        for visit_id, (row_id, claim) in found.items()
        if visit_id not in known
    )
    session.flush()
