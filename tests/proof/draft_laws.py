"""What must hold of money that is drawn while the patient is away, by what the card company was asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from billing.holds import Condition
from portal.db import read_only
from portal.models.accounts import AccountCondition
from portal.models.drafts import Draft
from portal.models.payments import Payment
from tests.sandbox_server import SandboxServer

ASKS = "authentication_required"
NEVER = (Condition.BANKRUPTCY.value, Condition.DECEASED.value)  # COLL-24, COLL-25


def broken_drafts(sandbox: SandboxServer) -> list[str]:
    """D1 drawn once, D2 not again after the bank asked for its customer, D3 never past the gate, D4 never more than told."""
    listed = sandbox.client.v1.payment_intents.list(params={"limit": 100}).auto_paging_iter()
    drawn = {i.metadata["payment"]: i for i in listed if "saved" in i.metadata}
    with read_only() as session:
        drafts = {draft.id: draft for draft in session.scalars(select(Draft))}
        rows = session.scalars(select(Payment).where(Payment.draft_id.is_not(None))).all()
        ended = set(
            session.scalars(
                select(AccountCondition.guarantor_account_id).where(
                    AccountCondition.kind.in_(NEVER), AccountCondition.ended_at.is_(None)
                )
            )
        )
    asked = [(drafts[p.draft_id], drawn[str(p.id)]) for p in rows if str(p.id) in drawn]  # type: ignore[index]
    return [*_twice(asked), *_asked_again(asked), *_past_the_gate(asked, ended), *_too_much(asked)]


Asked = list[tuple[Draft, Any]]


def _twice(asked: Asked) -> Iterator[str]:
    times = Counter(draft.id for draft, intent in asked if intent.status == "succeeded")
    yield from (f"D1: draft {draft} was drawn {n} times" for draft, n in times.items() if n > 1)


def _asked_again(asked: Asked) -> Iterator[str]:
    times = Counter(draft.id for draft, intent in asked if _code(intent) == ASKS)
    for draft, n in times.items():
        if n > 1:
            yield f"D2: the bank wanted its customer for draft {draft}, and was asked {n} times"


def _past_the_gate(asked: Asked, ended: set[int]) -> Iterator[str]:
    for draft, intent in asked:
        if draft.guarantor_account_id in ended:
            yield f"D3: {intent.amount} was asked for draft {draft.id}, which the gate forbids"


def _too_much(asked: Asked) -> Iterator[str]:
    for draft, intent in asked:
        if intent.amount > draft.amount.cents:
            yield f"D4: {intent.amount} was asked for draft {draft.id} of {draft.amount}"


def _code(intent: Any) -> str:
    error = intent.last_payment_error
    return str(error["code"]) if error else ""
