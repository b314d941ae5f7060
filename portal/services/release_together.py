"""Release a decision that the payer took back together with the one that takes its place: both, whole, or neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.decision import REVERSAL, Decision
from billing.exceptions import payer_key
from billing.ledger import Entry
from billing.responsibility import merged
from portal.db import read_only
from portal.models.claims import Claim
from portal.models.remittances import RemittanceClaim
from portal.queries.visit_books import ClaimOnFile, VisitBook
from portal.services.judge_remittance import ClaimOutcome, SetJudge
from portal.services.mark_decided import mark_decided
from portal.services.note_crossovers import expect_claims, note_crossovers
from portal.services.post_entry import post_entries
from portal.services.practice_date import practice_date
from portal.services.remittance_work import claim_items, taken_back_items
from portal.services.suspense_of import from_suspense, suspense_of
from portal.services.write_remittance import Written, add_work_items, rewrite_lines
from portal.x12.remittance import ClaimPayment


def held_beside(remittance_claim_id: int) -> tuple[int, ...]:
    """The held decisions of the same set and visit, this one among them, where one is a reversal; else none."""
    with read_only() as session:
        row = session.get(RemittanceClaim, remittance_claim_id)
        if row is None or row.claim_id is None:
            return ()
        visit = select(Claim.visit_id).where(Claim.id == row.claim_id).scalar_subquery()
        found = session.execute(
            select(RemittanceClaim.id, RemittanceClaim.status_code)
            .join(Claim, Claim.id == RemittanceClaim.claim_id)
            .where(
                RemittanceClaim.remittance_id == row.remittance_id,
                RemittanceClaim.disposition == "held",
                Claim.visit_id == visit,
            )
            .order_by(RemittanceClaim.ordinal)
        ).all()
    ids = tuple(one.id for one in found)
    reverses = any(one.status_code == REVERSAL for one in found)
    return ids if reverses and remittance_claim_id in ids else ()


def release_together(
    session: Session,
    said: Sequence[tuple[RemittanceClaim, ClaimPayment]],
    book: VisitBook,
    *,
    assigned: Mapping[int, Decision],
    note: str,
    now: datetime,
) -> bool:
    """Post every decision as if it had not been held, its money taken from suspense; in the caller's transaction.

    `assigned` is what a person said about the lines of a claim, by its ordinal.
    False, with nothing written, where one of them cannot be judged now.
    """
    on_file = {claim.claim_id: claim for claim in book.claims}
    first = said[0][0]
    if any(row.claim_id not in on_file for row, _ in said):
        return False
    pairs: list[tuple[ClaimPayment, ClaimOnFile]] = [
        (clp, on_file[row.claim_id]) for row, clp in said if row.claim_id is not None
    ]
    books = {book.visit_id: book}
    judge = SetJudge(
        set_ref=f"release:{first.id}",
        issued_on=first.decided_on,
        payer_id=pairs[0][1].payer_id,
        books=books,
        crossovers={},
        assigned=dict(assigned),
    )
    with session.begin_nested() as trial:
        judge.crossovers = note_crossovers(session, pairs, books, on=first.decided_on)
        outcomes = judge.judge_all(pairs)
        if any(outcome.disposition != "posted" for outcome in outcomes):
            trial.rollback()
            return False
    rows = [(row, outcome) for (row, _), outcome in zip(said, outcomes, strict=True)]
    settled = judge.credits()
    ids = {
        one.source_ref: one.entry_id
        for one in post_entries(session, [*_entries(session, rows, note=note), *settled])
    }
    expect_claims(session, outcomes, books)
    for row, outcome in rows:
        row.disposition, row.reasons = "posted", list(outcome.reasons)
        row.under_review = outcome.under_review
        rewrite_lines(session, row.id, outcome, now=now)
    by_id = [(row.id, outcome) for row, outcome in rows]
    today = practice_date(session, now)
    add_work_items(
        session,
        claim_items(
            by_id,
            remittance_id=first.remittance_id,
            payer=payer_key(pairs[0][1].payer_id, ""),
            on=first.decided_on,
            today=today,
            now=now,
        )
        + taken_back_items(settled, remittance_id=first.remittance_id, today=today, now=now),
    )
    written = Written(by_id, ids)
    mark_decided(session, written, books, judge.changed, issued_on=first.decided_on, now=now)
    return True


def _entries(
    session: Session, rows: Sequence[tuple[RemittanceClaim, ClaimOutcome]], *, note: str
) -> list[Entry]:
    found: list[Entry] = []
    for row, outcome in rows:
        if outcome.entry is not None:
            # Not the mirror of what a reversal undoes: the payer's own money left with the hold.
            suspense = suspense_of(session, row)
            legs = merged(from_suspense(leg, suspense) for leg in outcome.entry.postings)
            ref = f"release:{row.id}"
            found.append(Entry("suspense_release", ref, row.decided_on, legs, memo=note))
        found += outcome.undone
        found += [entry for _, entry in outcome.returned]
        found += [entry for _, entry in outcome.passed]
    return found
