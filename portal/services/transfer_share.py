"""Move what is owed between a plan and the patient, under a rule of the closed list (STMT-2, STMT-24, NSA-1).

Amounts in review go the one way that `decide_review` knows; a share goes back to its plan as it does when an earlier
plan decides again; an undecided claim becomes the patient's only as a whole, and never where a plan decided anything.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing import entries
from billing.carc import PATIENT_GROUP
from billing.decision import Outcome
from billing.entries import Line
from billing.free_text import check_free_text
from billing.holds import Condition
from billing.ledger import Account, Entry, Party
from billing.money import ZERO, Money, total_of
from billing.transfers import TransferRefused, TransferRule, What, check_transfer, words
from billing.transitions import CLAIM, ClaimEvent, ClaimState, Refused, next_state
from portal.db import read_only, transaction
from portal.models.claims import Claim, Visit
from portal.models.ledger import JournalEntry
from portal.models.remittances import LineAdjustment, RemittanceClaim, RemittanceLine
from portal.models.work import WorkItem
from portal.queries.balances import balances
from portal.queries.plan_open import claim_open, plan_paid
from portal.queries.prior_decisions import load_entries
from portal.queries.viewer import StaffViewer
from portal.queries.visit_books import load_visit_books
from portal.services.apply_credit import apply_credit
from portal.services.close_work import close_work
from portal.services.decide_review import decide_review
from portal.services.lock_posting import lock_accounts, lock_posting
from portal.services.post_entry import post_entries, post_entry
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound
from portal.services.remittance_work import taken_back_items
from portal.services.settle_visits import settle_visits
from portal.services.write_remittance import add_work_items

TRANSFER = "patient_share"
SEND_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferWish:
    """What moves: a decision (`reviewed`, `again`) or a claim (`undecided`), by its id."""

    what: What
    id: int
    rule: TransferRule
    reason: str
    document: str = ""


def transfer_share(
    *, form_id: UUID, wish: TransferWish, staff: StaffViewer, on: date, now: datetime
) -> Money:
    """Move it and say how much moved; the same form twice moves once.

    Raises TransferRefused, NothingToReview, CardNumberRefused or NotFound.
    """
    note = words(wish.rule, check_free_text(wish.reason), check_free_text(wish.document))
    if wish.what is What.REVIEWED:
        return _reviewed(wish, note, staff, on=on, now=now)
    with transaction() as session:
        lock_posting(session)
        known = load_entries(session, (), [f"staff:{form_id}"])
        if known:
            return _moved(next(iter(known.values())))
        claim, decision_id = _claim(session, wish)
        visit = session.get_one(Visit, claim.visit_id)
        account_id = visit.guarantor_account_id
        lock_accounts(session, {account_id})
        lines = (
            _share(session, decision_id, claim, account_id)
            if decision_id is not None
            else _undecided(session, claim, account_id)
        )
        _check(session, wish, visit, on=on)
        if not lines:
            raise TransferRefused("Nothing of it stands there now.")
        outcome = post_entry(
            session,
            entries.patient_share(
                source_ref=f"staff:{form_id}", occurred_on=on, lines=lines, memo=note
            ),
        )
        amount = abs(entries.total(lines))
        event = ClaimEvent.RESUBMIT if decision_id is not None else ClaimEvent.LEAVE
        _move(session, claim, event, on=on)
        if decision_id is not None:
            session.get_one(RemittanceClaim, decision_id).share_returned_id = outcome.entry_id
            _ask(session, claim, account_id, amount, note, on=on, now=now)
            _settle(session, decision_id, visit.id, form_id, on=on, now=now)
        apply_credit(
            session, guarantor_account_ids={account_id}, on=on, source=f"transfer:{form_id}"
        )
        add_staff_act(
            session,
            staff,
            action="create",
            object_type="transfer",
            object_id=outcome.entry_id,
            account_ids=(account_id,),
            patient_ids=(visit.patient_id,),
            reason=wish.rule.value,
            now=now,
        )
    return amount


def undo_transfer(
    session: Session, entry: Entry, entry_id: UUID, *, on: date, now: datetime
) -> None:
    """What taking a transfer back changes beside the ledger; the caller posts the reversal.

    Raises TransferRefused where the patient paid what would go away, or the plan answered meanwhile.
    """
    if session.scalar(select(JournalEntry.id).where(JournalEntry.reverses_id == entry_id)):
        return
    claim = session.get_one(Claim, next(leg.party.claim_id for leg in entry.postings))
    decision = session.scalars(
        select(RemittanceClaim).where(RemittanceClaim.share_returned_id == entry_id)
    ).one_or_none()
    if decision is not None:
        if decision.reversed_by_id is not None:
            raise TransferRefused("The plan took its decision back meanwhile.")
        decision.share_returned_id = None
        _move(session, claim, ClaimEvent.DECIDE, on=on)
        close_work(session, f"again:{entry_id}", by=None, outcome="taken_back", now=now)
        return
    due = _due(session, claim.visit_id, on=on)
    for leg in entry.postings:
        if (
            leg.account is Account.PATIENT_RECEIVABLE
            and due.get(leg.party.charge_id or 0, ZERO) < leg.amount
        ):
            raise TransferRefused("The patient has paid of it: that money must go back first.")
    _move(session, claim, ClaimEvent.REOPEN, on=on)


def _moved(entry: Entry) -> Money:
    return total_of(
        leg.amount for leg in entry.postings if leg.account is Account.PATIENT_RECEIVABLE
    )


def _reviewed(
    wish: TransferWish, note: str, staff: StaffViewer, *, on: date, now: datetime
) -> Money:
    with read_only() as session:
        claim, decision_id = _claim(session, wish)
        visit = session.get_one(Visit, claim.visit_id)
        _check(session, wish, visit, on=on)
    return decide_review(
        remittance_claim_id=decision_id or 0,
        bill_patient=True,
        note=note,
        staff=staff,
        on=on,
        now=now,
    ).amount


def _check(session: Session, wish: TransferWish, visit: Visit, *, on: date) -> None:
    carcs = (
        session.scalars(
            select(LineAdjustment.carc)
            .join(RemittanceLine, RemittanceLine.id == LineAdjustment.remittance_line_id)
            .where(
                RemittanceLine.remittance_claim_id == wish.id,
                LineAdjustment.outcome == Outcome.REVIEW.value,
            )
        ).all()
        if wish.what is What.REVIEWED
        else ()
    )
    conditions = {
        condition
        for account in balances(session, on=on, visit_ids=[visit.id])
        for one in account.visits
        for condition in one.conditions
    }
    check_transfer(
        rule=wish.rule,
        what=wish.what,
        reason=wish.reason,
        document=wish.document,
        carcs=carcs,
        medicaid=Condition.MEDICAID_QMB in conditions,
    )


def _claim(session: Session, wish: TransferWish) -> tuple[Claim, int | None]:
    """The claim, and the decision where one moves."""
    if wish.what is What.UNDECIDED:
        claim = session.get(Claim, wish.id)
        if claim is None or claim.state == ClaimState.VOID:
            raise NotFound
        return claim, None
    decision = session.get(RemittanceClaim, wish.id)
    if decision is None or decision.claim_id is None:
        raise NotFound
    if (
        decision.disposition != "posted"
        or decision.reversed_by_id is not None
        or decision.share_returned_id is not None
    ):
        raise TransferRefused("This decision stands no more: the plan decides again.")
    return session.get_one(Claim, decision.claim_id), decision.id


def _share(session: Session, decision_id: int, claim: Claim, account_id: int) -> list[Line]:
    """The patient's share of a decision, to be given back: its posted PR amounts by line."""
    rows = session.execute(
        select(RemittanceLine.charge_id, LineAdjustment.amount)
        .join(LineAdjustment, LineAdjustment.remittance_line_id == RemittanceLine.id)
        .where(
            RemittanceLine.remittance_claim_id == decision_id,
            LineAdjustment.group_code == PATIENT_GROUP,
            LineAdjustment.outcome == Outcome.POSTED.value,
        )
    )
    sums: dict[int, Money] = defaultdict(lambda: ZERO)
    for charge_id, amount in rows:
        if charge_id is not None:
            sums[charge_id] += amount
    return [
        Line(_party(claim, account_id, charge_id), -amount)
        for charge_id, amount in sums.items()
        if amount > ZERO
    ]


def _undecided(session: Session, claim: Claim, account_id: int) -> list[Line]:
    """Everything that the plan owes on a claim, where it decided nothing of it."""
    decided = session.scalar(
        select(func.count())
        .select_from(RemittanceClaim)
        .where(
            RemittanceClaim.claim_id == claim.id,
            RemittanceClaim.disposition != "duplicate",
            RemittanceClaim.reversed_by_id.is_(None),
            RemittanceClaim.status_code != "22",
        )
    )
    # A split brings a plan's money without its decision: it has answered all the same.
    if decided or claim.payer_id in plan_paid(session, claim.visit_id):
        raise TransferRefused(
            "The plan has answered: only what it puts in group PR can become the patient’s (STMT-2)."
        )
    return [
        Line(_party(claim, account_id, charge_id), amount)
        for charge_id, amount in claim_open(session, claim.visit_id, claim.payer_id)
    ]


def _move(session: Session, claim: Claim, event: ClaimEvent, *, on: date) -> None:
    """The claim's state, and the day on which the visit became the patient's (CORE-3)."""
    following = next_state(CLAIM, ClaimState(claim.state), event)
    if isinstance(following, Refused):
        raise TransferRefused(f"The claim is {claim.state.replace('_', ' ')}: nothing moves now.")
    claim.state = following.value
    decided = following is ClaimState.DECIDED
    claim.decided_on = on if decided else None
    session.flush()
    undecided = session.scalar(
        select(func.count())
        .select_from(Claim)
        .where(
            Claim.visit_id == claim.visit_id,
            Claim.state.not_in((ClaimState.DECIDED.value, ClaimState.VOID.value)),
        )
    )
    visit = session.get_one(Visit, claim.visit_id)
    visit.responsible_on = on if not undecided else None


def _ask(
    session: Session,
    claim: Claim,
    account_id: int,
    amount: Money,
    note: str,
    *,
    on: date,
    now: datetime,
) -> None:
    """Somebody must send it: the bill waits for the plan's answer, which closes this."""
    entry_id = session.scalar(
        select(RemittanceClaim.share_returned_id)
        .where(RemittanceClaim.claim_id == claim.id, RemittanceClaim.share_returned_id.is_not(None))
        .order_by(RemittanceClaim.id.desc())
        .limit(1)
    )
    session.add(
        WorkItem(
            dedupe_key=f"again:{entry_id}",
            kind="reversal",
            reasons=[note],
            next_step="Send the claim to the plan again (CLM05-3 = 7). The plan’s answer closes this.",
            amount=amount,
            guarantor_account_id=account_id,
            visit_id=claim.visit_id,
            claim_id=claim.id,
            opened_at=now,
            due_on=on + SEND_WITHIN,
        )
    )


def _settle(
    session: Session, decision_id: int, visit_id: int, form_id: UUID, *, on: date, now: datetime
) -> None:
    """What was paid of the share becomes credit, and what was taken off it is put back (CORE-3)."""
    session.flush()
    ref = f"transfer:{form_id}:settled"
    books = load_visit_books(session, {visit_id}, with_entries=False)
    settled = settle_visits(books.values(), set_ref=ref, on=on)
    post_entries(session, settled)
    remittance_id = session.get_one(RemittanceClaim, decision_id).remittance_id
    # A key of its own: the remittance may have had such an item before.
    items = taken_back_items(settled, remittance_id=remittance_id, today=on, now=now)
    add_work_items(session, [item | {"dedupe_key": f"{ref}:taken_back"} for item in items])


def _due(session: Session, visit_id: int, *, on: date) -> dict[int, Money]:
    return {
        charge.charge_id: charge.patient_due
        for account in balances(session, on=on, visit_ids=[visit_id])
        for visit in account.visits
        for charge in visit.charges
    }


def _party(claim: Claim, account_id: int, charge_id: int) -> Party:
    return Party(
        guarantor_account_id=account_id,
        visit_id=claim.visit_id,
        charge_id=charge_id,
        claim_id=claim.id,
        payer_id=claim.payer_id,
    )
