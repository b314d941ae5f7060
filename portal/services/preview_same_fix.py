"""What the same fix would do to the other items of a pattern, to the cent, before anybody presses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.ledger import Account, Side
from billing.line_mapping import LineMap, LinesDoNotAddUp, assign_lines, map_by_codes
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.claims import Claim
from portal.models.remittances import RemittanceClaim
from portal.models.work import WorkAction, WorkItem
from portal.ports import DocumentStore
from portal.queries.among import among
from portal.queries.staff_queue import QueueRow, items_alike
from portal.queries.staff_work_item import REPEATABLE
from portal.queries.visit_books import VisitBook, claims_on_file, load_visit_books
from portal.services.judge_remittance import ClaimOutcome, SetJudge
from portal.services.read_decision import decision_of
from portal.services.read_held_claim import read_held_claims
from portal.services.refusal import NotFound
from portal.x12.remittance import ClaimPayment

NOT_SO = "It does not fit: open it by itself."
NAMES_ANOTHER_PLAN = "It names another plan: open it by itself."


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """One other item, what the fix would do to it, and whether it can."""

    row: QueueRow
    would: str
    possible: bool
    claim_id: int | None = None
    lines: LineMap = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SameFix:
    """The last act on an item, and the other items of its pattern."""

    item_id: int
    kind: str
    words: str
    fix: Mapping[str, Any]
    seen: int  # the last act of anybody on anything: what comes later was not seen
    others: tuple[Alike, ...]


def preview_same_fix(item_id: int, *, store: DocumentStore, on: date) -> SameFix:
    """Judge each of the others in memory with the fix of this one; nothing is written.

    Raises NotFound when nothing was done here that can be done again.
    """
    with read_only() as session:
        item = session.get(WorkItem, item_id)
        action = session.scalar(
            select(WorkAction)
            .where(WorkAction.work_item_id == item_id, WorkAction.kind.in_(REPEATABLE))
            .order_by(WorkAction.id.desc())
            .limit(1)
        )
        if item is None or action is None:
            raise NotFound
        rows = items_alike(session, item.pattern, but=item_id, on=on)
        seen = session.scalar(select(func.max(WorkAction.id))) or 0
        kind, words, fix = action.kind, action.words, dict(action.fix)
    if kind == "matched":
        others = _matched(rows, dict(fix.get("swaps") or ()), store)
    else:
        others = [Alike(row=row, would=_would(kind, fix, row), possible=True) for row in rows]
    return SameFix(
        item_id=item_id, kind=kind, words=words, fix=fix, seen=seen, others=tuple(others)
    )


def _would(kind: str, fix: Mapping[str, Any], row: QueueRow) -> str:
    if kind == "suspense":
        return f"{row.amount} stays in suspense; look again on {_day(fix)}. No money moves."
    if kind == "sent_back":
        return f"The payer is asked the same; ask again on {_day(fix)}. No money moves."
    if kind == "denied":
        return "It becomes a denial with its own work. Nothing is posted."
    return "It closes with the same outcome and note. Nothing is posted."


def _day(fix: Mapping[str, Any]) -> str:
    return f"{date.fromisoformat(fix['follow_up_on']):%m/%d/%Y}"


def _matched(
    rows: Sequence[QueueRow], swaps: Mapping[str, str], store: DocumentStore
) -> list[Alike]:
    """Every book is read at once; each decision is then judged as the import judges."""
    held = {row.remittance_claim_id: row for row in rows if row.remittance_claim_id}
    said = read_held_claims(held, store) if held else {}
    with read_only() as session:
        about, books = _books(session, held)
    found = []
    for row in rows:
        row_id = row.remittance_claim_id
        clp, known = said.get(row_id or 0), about.get(row_id or 0)
        if clp is None or known is None:
            found.append(Alike(row=row, would=NOT_SO, possible=False))
            continue
        found.append(_one(row, clp, known, books[known.visit_id], swaps))
    return found


@dataclass(frozen=True, slots=True)
class _About:
    claim_id: int
    visit_id: int
    decided_on: date


def _books(
    session: Session, held: Mapping[int, QueueRow]
) -> tuple[dict[int, _About], dict[int, VisitBook]]:
    rows = session.execute(
        select(RemittanceClaim.id, RemittanceClaim.claim_id, RemittanceClaim.decided_on).where(
            among(RemittanceClaim.id, held), RemittanceClaim.claim_id.is_not(None)
        )
    ).all()
    claims = claims_on_file(session, among(Claim.id, {row.claim_id for row in rows}))
    visits = {claim.claim_id: claim.visit_id for claim in claims}
    about = {
        row.id: _About(row.claim_id, visits[row.claim_id], row.decided_on)
        for row in rows
        if row.claim_id in visits
    }
    return about, load_visit_books(session, set(visits.values()), with_entries=False)


def _one(
    row: QueueRow,
    clp: ClaimPayment,
    about: _About,
    book: VisitBook,
    swaps: Mapping[str, str],
) -> Alike:
    if clp.crossover_payer is not None:
        return Alike(row=row, would=NAMES_ANOTHER_PLAN, possible=False)
    decision = decision_of(clp)
    lines = map_by_codes(decision, book.charges, swaps)
    if lines is None:
        return Alike(row=row, would=NOT_SO, possible=False)
    claim = next(one for one in book.claims if one.claim_id == about.claim_id)
    try:
        assigned = assign_lines(decision, lines, book.charges)
    except LinesDoNotAddUp as refused:
        return Alike(row=row, would=str(refused), possible=False)
    judge = SetJudge(
        set_ref=f"preview:{row.id}",
        issued_on=about.decided_on,
        payer_id=claim.payer_id,
        books={book.visit_id: book},
        crossovers={},
        assigned={clp.ordinal: assigned},
    )
    outcome = judge.judge_one(clp, claim)
    if outcome.disposition != "posted":
        return Alike(row=row, would="; ".join(outcome.reasons), possible=False)
    return Alike(
        row=row, would=_posts(outcome), possible=True, claim_id=about.claim_id, lines=lines
    )


def _posts(outcome: ClaimOutcome) -> str:
    """The entry in words: what comes from the plan, what it takes off, what the patient owes."""
    totals: dict[Account, Money] = {}
    for leg in outcome.entry.postings if outcome.entry else ():
        signed = leg.amount if leg.side is Side.DEBIT else -leg.amount
        totals[leg.account] = totals.get(leg.account, ZERO) + signed
    told = [
        f"plan paid {totals.get(Account.PAYER_CLEARING, ZERO)}",
        f"plan discount {totals.get(Account.CONTRACTUAL_ADJUSTMENT, ZERO)}",
        f"patient owes {totals.get(Account.PATIENT_RECEIVABLE, ZERO)}",
    ]
    if outcome.under_review:
        told.append(f"{outcome.under_review} to check")
    return "Posts " + ", ".join(told) + "."
