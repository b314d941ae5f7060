"""Let held money go: judge the claim again now that a person looked, or move its money alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing import entries
from billing.decision import REVERSAL, Decision
from billing.entries import Line
from billing.exceptions import payer_key
from billing.free_text import check_free_text
from billing.ledger import Entry, Party
from billing.line_mapping import LineMap, LinesDoNotAddUp, assign_lines, standing_swaps
from billing.money import ZERO, Money, total_of
from billing.responsibility import merged
from portal.db import transaction
from portal.models.claims import Claim
from portal.models.remittances import RemittanceClaim
from portal.models.work import WorkItem
from portal.ports import DocumentStore
from portal.queries.code_equivalences import standing_codes
from portal.queries.viewer import StaffViewer
from portal.queries.visit_books import (
    ClaimOnFile,
    VisitBook,
    claims_on_file,
    load_visit_books,
)
from portal.services.judge_remittance import ClaimOutcome, SetJudge
from portal.services.keep_code_equivalences import keep_code_equivalences
from portal.services.keep_line_matches import keep_line_matches
from portal.services.lock_posting import lock_accounts, lock_posting
from portal.services.mark_decided import mark_decided
from portal.services.note_crossovers import expect_claims, note_crossovers
from portal.services.post_entry import post_entries
from portal.services.practice_date import practice_date
from portal.services.read_decision import decision_of
from portal.services.read_held_claim import read_held_claim
from portal.services.record_access import add_staff_act
from portal.services.record_work_change import record_work_change
from portal.services.refusal import NotFound, Refusal
from portal.services.release_together import held_beside, release_together
from portal.services.remittance_work import claim_items, taken_back_items
from portal.services.suspense_of import from_suspense, suspense_of
from portal.services.take_item import Turn, acted_before, take_item
from portal.services.write_remittance import Written, add_work_items, rewrite_lines
from portal.x12.remittance import ClaimPayment

HELD = frozenset({"held", "unmatched"})
GOES_HOME = "It takes back a decision on its own claim. Release what came beside it first."
NOT_ITS_OWN = (
    "It does not take back what stands in our books, and that is still billed. Ask the payer which"
    " decision it means."
)
FIRST_THE_REVERSAL = (
    "It cannot post as it stands, and the decision that it replaces is still billed. Match its lines,"
    " or release the reversal beside it first."
)


class ReleaseRefused(Refusal):
    """The money cannot go where it was sent; the message says why."""

    title = "This money cannot be released so"


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What became of the money; `decided` when the payer's whole decision is posted now."""

    entry_id: UUID | None
    amount: Money
    decided: bool
    reasons: tuple[str, ...] = ()  # why only the money moved


def release_held(
    *,
    remittance_claim_id: int,
    claim_id: int | None = None,
    lines: LineMap | None = None,
    standing: bool = False,
    note: str,
    staff: StaffViewer,
    store: DocumentStore,
    now: datetime,
    turn: Turn | None = None,
) -> Released:
    """Release a held or unmatched decision to its claim, or to the one that staff names.

    `lines` says which of our lines each of the payer's answers, where codes changed (C-18); `standing` keeps the
    swaps of codes for the next remittances of this payer.
    Raises ReleaseRefused, ActedMeanwhile, CardNumberRefused or NotFound; a second release is refused.
    """
    note = check_free_text(note)
    clp = read_held_claim(remittance_claim_id, store)
    beside = [(one, read_held_claim(one, store)) for one in held_beside(remittance_claim_id)]
    with transaction() as session:
        lock_posting(session)
        row = session.get(RemittanceClaim, remittance_claim_id, with_for_update=True)
        if row is None:
            raise NotFound
        if acted_before(session, turn):
            return Released(entry_id=None, amount=row.paid, decided=row.disposition == "posted")
        item = _item_of(session, remittance_claim_id)
        if turn is not None and item is not None:
            take_item(session, item.id, turn, staff=staff)
        if row.disposition not in HELD:
            raise ReleaseRefused("It was released before. Nothing moved now.")
        wanted = claim_id or row.claim_id
        claim, book = _claim_and_book(session, wanted)
        assigned = _assigned(clp, lines, book)
        if wanted == row.claim_id:
            gone = _together(session, row, beside, assigned=assigned, note=note, now=now)
        elif clp.status_code == REVERSAL and len(beside) > 1:
            raise ReleaseRefused(GOES_HOME)
        else:
            gone = []
        if gone:
            released = Released(entry_id=None, amount=row.paid, decided=True)
            _close_items(session, gone, but=item, staff=staff, now=now)
        else:
            released = _release(
                session, row, clp, claim, book, assigned=assigned, note=note, now=now
            )
        swaps = keep_line_matches(
            session, row.id, clp, lines or {}, book.charges, staff=staff, now=now
        )
        if standing:
            pairs = standing_swaps(decision_of(clp), lines or {}, book.charges)
            keep_code_equivalences(
                session, claim.payer_id, pairs, reason=note, staff=staff, now=now
            )
        if item is not None:
            item.closed_at, item.closed_by_id, item.outcome = now, staff.login_id, "corrected"
            record_work_change(
                session,
                item,
                staff=staff,
                reason="matched",
                now=now,
                kind="matched",
                words=f"matched it to claim {claim.control_number}",
                form_id=turn.form_id if turn else None,
                fix={"swaps": swaps, "note": note},
            )
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="remittance_claim",
            object_id=remittance_claim_id,
            account_ids=(claim.guarantor_account_id,),
            reason="released",
            now=now,
        )
    return released


def _claim_and_book(session: Session, wanted: int | None) -> tuple[ClaimOnFile, VisitBook]:
    """The claim and its visit, with the account locked. Raises ReleaseRefused where none is named."""
    found = claims_on_file(session, Claim.id == wanted) if wanted else []
    if not found:
        raise ReleaseRefused("Name the claim that this decision is about.")
    lock_accounts(session, {found[0].guarantor_account_id})
    [book] = load_visit_books(session, {found[0].visit_id}, with_entries=False).values()
    return next(one for one in book.claims if one.claim_id == wanted), book


def _together(
    session: Session,
    row: RemittanceClaim,
    beside: Sequence[tuple[int, ClaimPayment]],
    *,
    assigned: Decision | None,
    note: str,
    now: datetime,
) -> list[int]:
    """A reversal and what stands beside it go at once; their ids, or none where this one goes by itself.

    Where the correction cannot post, the reversal posts without it: the bill waits for the correction.
    Never does its money go alone while the decision that it takes back is billed: ReleaseRefused.
    """
    locked = [(session.get_one(RemittanceClaim, one, with_for_update=True), c) for one, c in beside]
    said = [(one, clp) for one, clp in locked if one.disposition in HELD]
    back = [(one, clp) for one, clp in said if clp.status_code == REVERSAL]
    reverses = row.status_code == REVERSAL
    if not back or (assigned is not None and reverses):
        return []
    told = {clp.ordinal: assigned for one, clp in said if one is row and assigned is not None}
    for group in (said, back) if reverses and len(said) > len(back) else (said,):
        book = _book_of(session, row)  # anew: a trial that failed leaves its book changed
        if release_together(session, group, book, assigned=told, note=note, now=now):
            return [one.id for one, _ in group]
    taken_back = {one.claim_id for one, _ in back}
    if any(prior.claim_id in taken_back for prior in _book_of(session, row).priors):
        raise ReleaseRefused(NOT_ITS_OWN if reverses else FIRST_THE_REVERSAL)
    return []


def _book_of(session: Session, row: RemittanceClaim) -> VisitBook:
    """The visit with its earlier decisions and their entries."""
    ours = claims_on_file(session, Claim.id == row.claim_id)
    [book] = load_visit_books(session, {one.visit_id for one in ours}, with_entries=True).values()
    return book


def _release(
    session: Session,
    row: RemittanceClaim,
    clp: ClaimPayment,
    claim: ClaimOnFile,
    book: VisitBook,
    *,
    assigned: Decision | None,
    note: str,
    now: datetime,
) -> Released:
    today = practice_date(session, now)
    judge = SetJudge(
        assigned={clp.ordinal: assigned} if assigned else {},
        set_ref=f"release:{row.id}",
        issued_on=row.decided_on,
        payer_id=claim.payer_id,
        books={book.visit_id: book},
        crossovers=note_crossovers(
            session, [(clp, claim)], {book.visit_id: book}, on=row.decided_on
        ),
        swaps=standing_codes(session, {claim.payer_id}, on=today),
    )
    outcome = None if clp.status_code == REVERSAL else judge.judge_one(clp, claim)
    suspense = suspense_of(session, row)
    if outcome is None or outcome.disposition != "posted":
        reasons = outcome.reasons if outcome else ("a reversal moves its money alone",)
        if assigned is not None:
            # Whoever took the trouble over lines wants them posted, not the money alone.
            raise ReleaseRefused("It still cannot post so: " + "; ".join(reasons))
        entry = _money_alone(row, suspense, claim, book, note=note, on=today)
        written = post_entries(session, [entry] if entry else [])
        row.disposition = "released"
        _match(row, claim, now)
        entry_id = written[0].entry_id if written else None
        return Released(entry_id=entry_id, amount=row.paid, decided=False, reasons=reasons)
    settled = judge.credits()
    ids = _post_decision(session, row, outcome, settled, suspense=suspense, note=note)
    expect_claims(session, [outcome], judge.books)
    row.disposition, row.reasons = "posted", list(outcome.reasons)
    _match(row, claim, now)
    row.under_review = outcome.under_review
    rewrite_lines(session, row.id, outcome, now=now)
    pairs = [(row.id, outcome)]
    add_work_items(
        session,
        claim_items(
            pairs,
            remittance_id=row.remittance_id,
            payer=payer_key(claim.payer_id, ""),
            on=row.decided_on,
            today=today,
            now=now,
        )
        + taken_back_items(settled, remittance_id=row.remittance_id, today=today, now=now),
    )
    mark_decided(
        session,
        Written(pairs, ids),
        judge.books,
        judge.changed,
        issued_on=row.decided_on,
        now=now,
    )
    entry_id = ids.get(f"release:{row.id}")
    return Released(entry_id=entry_id, amount=row.paid, decided=True)


def _match(row: RemittanceClaim, claim: ClaimOnFile, now: datetime) -> None:
    """It answers this claim; where it was held for none, or for another, only from now on."""
    if row.claim_id != claim.claim_id:
        row.claim_id, row.matched_at = claim.claim_id, now


def _money_alone(
    row: RemittanceClaim,
    suspense: Party,
    claim: ClaimOnFile,
    book: VisitBook,
    *,
    note: str,
    on: date,
) -> Entry | None:
    """Suspense to insurance_receivable, over what stands open (or was billed, for a takeback)."""
    if not row.paid:
        return None
    standing = {c.charge_id: total_of(book.open[c.charge_id].values()) for c in book.charges}
    if row.paid > total_of(standing.values()):
        raise ReleaseRefused("More was paid than stands open on this claim. Choose another claim.")
    weights = (
        [max(0, standing[c.charge_id].cents) for c in book.charges]
        if row.paid > ZERO
        else [c.billed.cents for c in book.charges]
    )
    party = Party(
        guarantor_account_id=claim.guarantor_account_id,
        visit_id=claim.visit_id,
        claim_id=claim.claim_id,
        payer_id=claim.payer_id,
    )
    return entries.suspense_release(
        source_ref=f"release:{row.id}",
        occurred_on=on,
        suspense=suspense,
        lines=[
            Line(replace(party, charge_id=charge.charge_id), amount)
            for charge, amount in zip(book.charges, row.paid.allocate(weights), strict=True)
        ],
        memo=note,
    )


def _post_decision(
    session: Session,
    row: RemittanceClaim,
    outcome: ClaimOutcome,
    settled: list[Entry],
    *,
    suspense: Party,
    note: str,
) -> dict[str, UUID]:
    """The decision's own legs, its money taken from suspense instead of from the payer."""
    found: list[Entry] = []
    if outcome.entry is not None:
        legs = merged(from_suspense(leg, suspense) for leg in outcome.entry.postings)
        found.append(
            Entry("suspense_release", f"release:{row.id}", row.decided_on, legs, memo=note)
        )
    found += [entry for _, entry in outcome.passed] + settled
    return {one.source_ref: one.entry_id for one in post_entries(session, found)}


def _item_of(session: Session, remittance_claim_id: int) -> WorkItem | None:
    """The open item of this held decision, locked."""
    return session.scalar(
        select(WorkItem)
        .where(
            WorkItem.remittance_claim_id == remittance_claim_id,
            WorkItem.kind.in_(("held_claim", "unmatched")),
            WorkItem.closed_at.is_(None),
        )
        .with_for_update()
    )


def _close_items(
    session: Session,
    remittance_claim_ids: Sequence[int],
    *,
    but: WorkItem | None,
    staff: StaffViewer,
    now: datetime,
) -> None:
    """The items of what was released with it; its own is closed with its history."""
    session.execute(
        update(WorkItem)
        .where(
            WorkItem.remittance_claim_id.in_(remittance_claim_ids),
            WorkItem.id != (but.id if but is not None else 0),
            WorkItem.kind.in_(("held_claim", "unmatched")),
            WorkItem.closed_at.is_(None),
        )
        .values(closed_at=now, closed_by_id=staff.login_id, outcome="corrected")
    )


def _assigned(clp: ClaimPayment, lines: LineMap | None, book: VisitBook) -> Decision | None:
    """The decision with the lines as the person named them; it must then post whole."""
    if not lines:
        return None
    try:
        return assign_lines(decision_of(clp), lines, book.charges)
    except LinesDoNotAddUp as refused:
        raise ReleaseRefused(str(refused)) from refused
