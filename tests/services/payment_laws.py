"""What must hold after any accident, checked against the provider's own books, not against ours."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select

from billing.ledger import Account
from portal.db import read_only
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.payments import LIVE_STATES, InboundEvent, Payment
from tests.services.till import Till

ALL = {"limit": 100}


def broken(till: Till, *, owed: int = 18_240) -> list[str]:
    """The laws that do not hold now (payments.md section 7: I3, I4, I5, I9; each event once).

    `owed` is what all patients together had to pay, in cents.
    """
    api = till.sandbox.client.v1
    charged = {
        charge.id: charge.amount
        for charge in api.charges.list(params=ALL).data  # type: ignore[arg-type]
        if charge.status == "succeeded"
    }
    paid = Counter(
        intent.metadata["payment"]
        for intent in api.payment_intents.list(params=ALL).data  # type: ignore[arg-type]
        if intent.status == "succeeded"
    )
    pages = Counter(
        page.client_reference_id
        for page in api.checkout.sessions.list(params=ALL).data  # type: ignore[arg-type]
    )
    with read_only() as session:
        posted = session.execute(
            select(JournalEntry.source_ref, func.sum(PostingRow.amount).label("total"))
            .join(PostingRow, PostingRow.entry_id == JournalEntry.id)
            .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
            .where(LedgerAccount.code == Account.STRIPE_CLEARING.value)
            .group_by(JournalEntry.id)
        ).all()
        states = {
            str(row.id): row.state for row in session.execute(select(Payment.id, Payment.state))
        }
        live = session.execute(
            select(Payment.guarantor_account_id)
            .where(Payment.state.in_(LIVE_STATES))
            .group_by(Payment.guarantor_account_id)
            .having(func.count() > 1)
        ).all()
        events = session.execute(
            select(InboundEvent.event_id).group_by(InboundEvent.event_id).having(func.count() > 1)
        ).all()
    ours = sorted((ref.removeprefix("stripe:"), total.cents) for ref, total in posted)
    over = {p for p in paid if states.get(p) in ("failed", "canceled")}
    found = {
        "the ledger is not the provider's charges": ours != sorted(charged.items()),
        "a payment was charged twice": any(times > 1 for times in paid.values()),
        "a payment has two pages": any(times > 1 for times in pages.values()),
        "more was charged than was owed": till.sandbox.charged() > owed,
        "a payment that is over for us has money": bool(over),
        "an account has two live payments": bool(live),
        "an event is stored twice": bool(events),
    }
    return [law for law, is_broken in found.items() if is_broken]
