"""One item of the queue with the facts it rests on: the payer's claim, and the bill it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.denials import Denial
from portal.models.remittances import RemittanceClaim
from portal.queries.claim_beside import ClaimBeside, claim_beside
from portal.queries.held_set import HeldSet, held_set
from portal.queries.queue_filter import QueueFilter
from portal.queries.staff_candidates import Candidate, likely_claims, sought_by
from portal.queries.staff_decisions import Decision, decisions
from portal.queries.staff_queue import WorkItemFacts, item_after, work_item
from portal.queries.suspense import waiting_in_suspense
from portal.queries.viewer import StaffViewer
from portal.queries.work_history import SENT_BACK, Happened, last_action, work_history
from portal.queries.work_owners import work_owners

HELD = {"held", "unmatched"}
LIKELY = 40  # below it, a claim of ours is not shown beside the payer's as if it were the one
REPEATABLE = frozenset({"matched", "suspense", "sent_back", "closed", "denied"})
RELEASABLE = {"held_claim", "unmatched"}  # of a whole set that is held, nothing was posted


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItemPage:
    """What is wrong, and what the payer said about it."""

    item: WorkItemFacts
    decision: Decision | None
    next_id: int | None
    owners: tuple[tuple[int, str], ...]
    history: tuple[Happened, ...] = ()
    waiting: Money = ZERO  # of the payer's money in suspense for this item
    candidates: tuple[Candidate, ...] = ()  # while nobody knows the claim
    beside: ClaimBeside | None = None  # the claim, or the likeliest one
    held_set: HeldSet | None = None
    denial_ids: tuple[int, ...] = ()  # what the decision refused, for those who may see denials

    @property
    def seen(self) -> int:
        """The version that this page shows."""
        return last_action(self.history)

    @property
    def can_be_split(self) -> bool:
        """Whether money waits that may belong to several claims."""
        return self.waiting > ZERO and self.item.row.kind in RELEASABLE and not self.item.row.closed

    @property
    def split_stands(self) -> bool:
        """Whether a split was made here that nobody took back."""
        kinds = [one.kind for one in self.history]
        return kinds.count("split") > kinds.count("taken_back")

    @property
    def can_be_denied(self) -> bool:
        """A held answer of a claim that we know, with no money to place."""
        known = self.decision is not None and self.decision.claim_id is not None
        return self.can_be_released and known and not self.waiting

    @property
    def can_be_sent_back(self) -> bool:
        """Whether it came from a payer who can be asked."""
        return self.item.remittance_id is not None and not self.item.row.closed

    @property
    def repeatable(self) -> Happened | None:
        """The last act here that other items of the pattern may get too."""
        acts = [one for one in self.history if one.kind in REPEATABLE]
        return acts[-1] if acts and self.item.same_pattern else None

    @property
    def asked(self) -> tuple[Happened, ...]:
        """What the payer was asked so far."""
        return tuple(one for one in self.history if one.kind == SENT_BACK)

    @property
    def can_be_released(self) -> bool:
        """Whether the payer's money still waits here for a person."""
        held = self.decision is not None and self.decision.disposition in HELD
        return held and self.item.row.kind in RELEASABLE and not self.item.row.closed

    @property
    def can_be_decided(self) -> bool:
        """Whether a patient share waits here for a person to bill it or to take it off (OPS-8)."""
        waiting = self.decision is not None and bool(self.decision.under_review)
        return waiting and self.item.row.kind == "review" and not self.item.row.closed

    @property
    def about(self) -> tuple[int, ...]:
        """Whose the item is, and the claim beside; the candidates are others' whom it may mean."""
        beside = self.beside.account_id if self.beside else None
        return tuple(one for one in (self.item.row.account_id, beside) if one)

    @property
    def account_ids(self) -> tuple[int, ...]:
        shown = {one.account_id for one in self.candidates} | {self.item.row.account_id}
        if self.beside is not None:
            shown.add(self.beside.account_id)
        return tuple(sorted(one for one in shown if one))

    @property
    def patient_ids(self) -> tuple[int, ...]:
        found = {
            self.decision.patient_id if self.decision else None,
            self.beside.patient_id if self.beside else None,
        }
        return tuple(sorted(one for one in found if one))


def work_item_page(
    viewer: StaffViewer, item_id: int, *, on: date, wanted: QueueFilter
) -> WorkItemPage | None:
    """One item, and which comes after it in the part of the queue that is worked on."""
    with read_only() as session:
        item = work_item(session, item_id, on=on)
        if item is None:
            return None
        decision = _decision(session, viewer, item)
        candidates = _candidates(session, item, decision)
        claim_id = decision.claim_id if decision else None
        if claim_id is None and candidates and candidates[0].score >= LIKELY:
            claim_id = candidates[0].claim_id
        decides = viewer.may("work.decide")
        whole = item.row.kind == "held_set" and item.remittance_id is not None
        return WorkItemPage(
            item=item,
            decision=decision,
            next_id=item_after(session, item_id, wanted, on=on),
            owners=work_owners(session) if decides else (),
            history=work_history(session, item_id),
            waiting=waiting_in_suspense(session, item.remittance_claim_id),
            candidates=candidates,
            beside=claim_beside(session, claim_id, decision) if claim_id else None,
            held_set=held_set(session, item.remittance_id or 0) if whole else None,
            denial_ids=_denials(session, viewer, item),
        )


def _denials(session: Session, viewer: StaffViewer, item: WorkItemFacts) -> tuple[int, ...]:
    if item.row.kind not in {"denial", "review"} or not viewer.may("denials.view"):
        return ()
    of_this = Denial.remittance_claim_id == item.remittance_claim_id
    return tuple(session.scalars(select(Denial.id).where(of_this).order_by(Denial.id)))


def _decision(session: Session, viewer: StaffViewer, item: WorkItemFacts) -> Decision | None:
    if item.remittance_claim_id is None or not viewer.may("claims.view"):
        return None
    found = decisions(session, RemittanceClaim.id == item.remittance_claim_id)
    return found[0] if found else None


def _candidates(
    session: Session, item: WorkItemFacts, decision: Decision | None
) -> tuple[Candidate, ...]:
    """Only while the money waits and nobody knows whose it is."""
    if decision is None or decision.claim_id is not None or item.row.closed:
        return ()
    return likely_claims(session, sought_by(decision)) if decision.disposition in HELD else ()
