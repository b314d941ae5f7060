"""The work items that a posted or held remittance opens: what is wrong, whose money, what next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from billing.exceptions import Category, Cause, pattern_of
from billing.ledger import Entry
from billing.money import ZERO, Money, total_of
from portal.queries.visit_books import VisitBook
from portal.services.judge_plb import PostedPlb
from portal.services.judge_remittance import ClaimOutcome
from portal.services.settle_visits import taken_back

CORRECTION_DUE = timedelta(days=30)
FIRST_TOUCH = timedelta(days=2)
HELD_STEP = "Compare the payer's figures with our claim, then release the money or call the payer."
RULE_STEP = "Look at what the payer says, then release it: the whole decision posts."
UNMATCHED_STEP = "Find the claim by patient and date, then release the money to it."
REVERSED_STEP = "Ask the payer for its new decision; until then nothing is refunded or billed."
RETURNED_STEP = "Ask this plan to decide again once the first plan has."
REFUND_REASON = "paid by the patient for care that Medicaid rules cover (STMT-23)"
REFUND_STEP = "Refund what the patient paid: the rules do not let us keep it."
TAKEN_BACK_STEP = "Once the payer has decided, take it off again or let it go."
PLB_STEP = "Find the claim by the payer's reference and match it."
WAITING_STEP = "Look at its claims, then post all of them, or the clean ones."
WAITING_BILL = "a remittance that a person posts first may change this bill"
WAITING_BILL_STEP = (
    "Post the remittance: that closes this. If it does not count, close this yourself."
)
SET_STEP = "Ask the payer for a corrected remittance; nothing of this one was posted."


def refund_key(visit_id: int, amount: Money) -> str:
    """One item for each visit and amount, however it was found out."""
    return f"refund:{visit_id}:{amount.cents}"


def claim_items(
    outcomes: Iterable[tuple[int, ClaimOutcome]],
    *,
    remittance_id: int,
    payer: str,
    on: date,
    today: date,
    now: datetime,
) -> list[dict[str, Any]]:
    """Items of every claim of a set; `payer` is its key in their patterns, `today` the practice's day."""
    return [
        _item(
            row_id,
            outcome,
            remittance_id=remittance_id,
            payer=payer,
            on=on,
            today=today,
            now=now,
            **fields,
        )
        for row_id, outcome in outcomes
        for fields in _fields(outcome)
    ]


def work_of(outcome: ClaimOutcome) -> list[tuple[str, tuple[str, ...]]]:
    """Kind and reasons of the work that this outcome opens, before anything is written."""
    return [(fields["kind"], tuple(fields["reasons"])) for fields in _fields(outcome)]


def _fields(outcome: ClaimOutcome) -> Iterator[dict[str, Any]]:
    clp = outcome.clp
    if outcome.disposition != "posted":
        unmatched = outcome.disposition == "unmatched"
        yield {
            "kind": "unmatched" if unmatched else "held_claim",
            "reasons": outcome.reasons,
            "next_step": _held_step(outcome),
            "amount": Money(clp.paid_cents),
            "holds_bill": outcome.holds_bill,
            "cause": outcome.cause,
        }
    for number, task in enumerate(outcome.tasks):
        yield {
            "kind": task.kind.value,
            "reasons": task.reasons,
            "next_step": task.next_step,
            "amount": task.amount,
            "holds_bill": task.holds_bill,
            "number": number,
            "cause": task.cause,
        }
    if outcome.reverses is not None:
        yield {
            "kind": "reversal",
            "reasons": ("the payer took its decision back and has not sent another",),
            "next_step": REVERSED_STEP,
            "amount": Money(clp.paid_cents),
            "due": CORRECTION_DUE,
        }
    for prior, entry in outcome.returned:
        yield {
            "kind": "bill_next",
            "reasons": ("the first plan decides again; this plan's answer stood on the old one",),
            "next_step": RETURNED_STEP,
            "amount": entry.postings[0].amount,
            "number": prior.remittance_claim_id,
        }
    for prior in outcome.outdated:
        yield {
            "kind": "bill_next",
            "reasons": ("the first plan decides again; this plan's answer stood on the old one",),
            "next_step": RETURNED_STEP,
            "amount": total_of(prior.in_review.values()),
            "number": prior.remittance_claim_id,
        }
    if outcome.refund > ZERO:
        yield {
            "kind": "refund",
            "reasons": (REFUND_REASON,),
            "next_step": REFUND_STEP,
            "amount": outcome.refund,
        }


def _held_step(outcome: ClaimOutcome) -> str:
    if outcome.cause is not None and outcome.cause.category is Category.POSTING_RULE:
        return RULE_STEP
    return UNMATCHED_STEP if outcome.disposition == "unmatched" else HELD_STEP


def _item(
    row_id: int,
    outcome: ClaimOutcome,
    *,
    remittance_id: int,
    payer: str,
    on: date,
    today: date,
    now: datetime,
    kind: str,
    reasons: Sequence[str],
    next_step: str,
    amount: Money,
    holds_bill: bool = False,
    number: int = 0,
    due: timedelta = FIRST_TOUCH,
    cause: Cause | None = None,
) -> dict[str, Any]:
    claim = outcome.claim
    return {
        "dedupe_key": refund_key(claim.visit_id, amount)
        if claim is not None and kind == "refund"
        else f"era:{row_id}:{kind}:{number}",
        "kind": kind,
        "category": cause.category.value if cause else "",
        "pattern": pattern_of(payer, cause),
        "reasons": list(reasons),
        "next_step": next_step,
        "amount": amount,
        "guarantor_account_id": claim.guarantor_account_id if claim else None,
        "visit_id": claim.visit_id if claim else None,
        "claim_id": claim.claim_id if claim else None,
        "remittance_id": remittance_id,
        "remittance_claim_id": row_id,
        "holds_bill": holds_bill,
        "opened_at": now,
        "due_on": (on if due is CORRECTION_DUE else today) + due,
    }


def taken_back_items(
    settled: Iterable[Entry], *, remittance_id: int, today: date, now: datetime
) -> list[dict[str, Any]]:
    """Write-offs that stood on a decision the payer took back: do they still stand?"""
    items = []
    for party, amount in taken_back(settled).items():
        key = f"era:{remittance_id}:taken_back:{party.visit_id}"
        item = _remittance_item(
            key,
            kind="figures",
            reason=f"{amount} that we took off was put back: the payer decided again",
            next_step=TAKEN_BACK_STEP,
            amount=amount,
            remittance_id=remittance_id,
            today=today,
            now=now,
        )
        items.append(
            item
            | {
                "guarantor_account_id": party.guarantor_account_id,
                "visit_id": party.visit_id,
                "holds_bill": True,
            }
        )
    return items


def provider_items(
    plbs: Sequence[PostedPlb], *, remittance_id: int, payer: str, today: date, now: datetime
) -> list[dict[str, Any]]:
    """PLB amounts that nobody has explained yet."""
    return [
        _remittance_item(
            provider_key(remittance_id, plb.found.position, number),
            kind="plb",
            reason=f"PLB {plb.found.reason or '?'} {plb.found.reference}".strip(),
            next_step=PLB_STEP,
            amount=plb.unexplained,
            remittance_id=remittance_id,
            payer=payer,
            cause=Cause(Category.PROVIDER_ADJUSTMENT, (plb.found.reason or "?",)),
            today=today,
            now=now,
        )
        for number, plb in enumerate(plbs)
        if plb.unexplained
    ]


def provider_key(remittance_id: int, position: int, number: int) -> str:
    """One item for each PLB pair: `number` counts the pairs of the set from 0, as they stand in the file."""
    return f"era:{remittance_id}:plb:{position}:{number}"


def held_set_item(
    reasons: Sequence[str],
    *,
    changed: bool,
    amount: Money,
    remittance_id: int,
    payer: str,
    today: date,
    now: datetime,
) -> dict[str, Any]:
    """A whole set that was not posted: out of balance, or `changed` since one that was posted."""
    return _remittance_item(
        f"era:{remittance_id}:held",
        kind="held_set",
        reason="; ".join(reasons),
        next_step=SET_STEP,
        amount=amount,
        remittance_id=remittance_id,
        payer=payer,
        cause=Cause(Category.CHANGED_RESEND if changed else Category.UNBALANCED_FILE),
        today=today,
        now=now,
    )


def waiting_set_item(
    reason: str, *, amount: Money, remittance_id: int, payer: str, today: date, now: datetime
) -> dict[str, Any]:
    """A whole set that our own rule keeps for a person to post."""
    return _remittance_item(
        waiting_key(remittance_id),
        kind="waiting_set",
        reason=reason,
        next_step=WAITING_STEP,
        amount=amount,
        remittance_id=remittance_id,
        payer=payer,
        cause=Cause(Category.POSTING_RULE),
        today=today,
        now=now,
    )


def waiting_bill_items(
    books: Iterable[VisitBook], *, remittance_id: int, today: date, now: datetime
) -> list[dict[str, Any]]:
    """Bills that stand, or that earlier decisions made: none goes on while a set about its visit waits."""
    items = []
    for book in books:
        due = total_of(book.patient_due.values())
        if book.priors or due > ZERO:
            item = _remittance_item(
                f"{waiting_key(remittance_id)}:{book.visit_id}",
                kind="waiting_bill",
                reason=WAITING_BILL,
                next_step=WAITING_BILL_STEP,
                amount=due,
                remittance_id=remittance_id,
                today=today,
                now=now,
            )
            holder = {"guarantor_account_id": book.claims[0].guarantor_account_id}
            items.append(item | holder | {"visit_id": book.visit_id, "holds_bill": True})
    return items


def waiting_key(remittance_id: int) -> str:
    """One item for each set that waits; it closes when somebody posts the set."""
    return f"era:{remittance_id}:waiting"


def _remittance_item(
    key: str,
    *,
    kind: str,
    reason: str,
    next_step: str,
    amount: Money,
    remittance_id: int,
    today: date,
    now: datetime,
    payer: str = "",
    cause: Cause | None = None,
) -> dict[str, Any]:
    return {
        "dedupe_key": key,
        "kind": kind,
        "category": cause.category.value if cause else "",
        "pattern": pattern_of(payer, cause),
        "reasons": [reason],
        "next_step": next_step,
        "amount": amount,
        "remittance_id": remittance_id,
        "opened_at": now,
        "due_on": today + FIRST_TOUCH,
    }
