"""I1 to I10 of payments.md section 7: each says in words what is broken, by the provider's books and ours.

The provider's books are the oracle. `settled` asks for more: that everything which may still be on its way
has arrived. Without it, only what may never be, not for a moment, is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from billing.payment_choice import Scope
from billing.transitions import PaymentState
from portal.models.payments import LIVE_STATES, PAGE_OPEN
from tests.proof.our_books import OurBooks, Witness, read_ours
from tests.proof.provider_books import ProviderBooks, ours, pages_of_each, read_books
from tests.sandbox_server import SandboxServer

BALANCED = {"trial balance", "every entry balances", "lines of a visit net to zero"}
REFUNDED = {"no payment is refunded beyond what was taken"}
NO_MONEY = ("failed", "canceled")
NO_REFUND = ("declined", "refused", "failed")
SWEEPS = timedelta(minutes=30)  # a lease, and time for several sweeps


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Both sets of books at one moment, and what was seen before."""

    theirs: ProviderBooks
    ours: OurBooks
    witness: Witness
    now: datetime
    settled: bool


def i1_every_entry_balances(e: Evidence) -> Iterator[str]:
    """Each transaction sums to zero, and so does the whole."""
    for fault in e.ours.proof.faults:
        if fault.check in BALANCED:
            yield f"{fault.check}: {fault.where} is off by {fault.cents}"
    if sum(e.ours.proof.accounts.values()):
        yield f"the accounts sum to {sum(e.ours.proof.accounts.values())}"


def i2_posted_stays(e: Evidence) -> Iterator[str]:
    """Nothing that was once seen in the ledger is gone or different."""
    for entry_id, digest in e.witness.entries.items():
        found = e.ours.digests.get(entry_id)
        if found is None:
            yield f"entry {entry_id} is gone"
        elif found != digest:
            yield f"entry {entry_id} was changed"


def i3_ledger_is_the_providers(e: Evidence) -> Iterator[str]:
    """Every charge, refund, dispute and payout is posted exactly once with its cents, and nothing else is."""
    facts, came_back = e.theirs.should_be_posted()
    posted = e.ours.clearing
    for ref, cents in posted.items():
        wanted = facts.get(ref, came_back.get(ref))
        if wanted is None:
            yield f"{ref} is posted with {cents}, and the provider has no such thing"
        elif wanted != cents:
            yield f"{ref} is posted with {cents}, and the provider says {wanted}"
    repeated = Counter(p.charge_id for p in e.ours.payments if p.charge_id)
    yield from (f"charge {charge} pays {n} payments" for charge, n in repeated.items() if n > 1)
    if e.settled:
        missing = sorted(set(facts) - set(posted))
        yield from (f"{ref} of {facts[ref]} is not posted" for ref in missing)
        halves = {ref for ref in came_back if (ref in posted) != (_other_half(ref) in posted)}
        yield from (f"{ref} came back and only half of that is posted" for ref in sorted(halves))


def _other_half(ref: str) -> str:
    return ref.removesuffix(":failed") if ref.endswith(":failed") else f"{ref}:failed"


def i4_one_charge_for_one_wish(e: Evidence) -> Iterator[str]:
    """One succeeded charge a payment, one page, one refund an id; one live payment an account."""
    for payment, times in e.theirs.charged_times().items():
        if times > 1:
            yield f"payment {payment} was charged {times} times"
    for payment, pages in pages_of_each(e.theirs).items():
        if len(pages) > 1:
            yield f"payment {payment} has {len(pages)} pages"
    sent = Counter(
        r.metadata["refund"]
        for r in e.theirs.refunds
        if r.status not in NO_MONEY and ours(r.metadata, "refund")
    )
    yield from (f"refund {refund} was sent {n} times" for refund, n in sent.items() if n > 1)
    live = Counter(p.guarantor_account_id for p in e.ours.payments if p.state in LIVE_STATES)
    yield from (f"account {account} has {n} live payments" for account, n in live.items() if n > 1)


def i5_never_more_than_was_there(e: Evidence) -> Iterator[str]:
    """Refunds stay within their charge, charges within what the account was ever asked for."""
    refunded = e.theirs.refunded()
    for charge in e.theirs.charges:
        if not 0 <= refunded[charge.id] <= charge.amount_captured:
            yield f"{refunded[charge.id]} of {charge.amount_captured} was refunded of {charge.id}"
    for fault in e.ours.proof.faults:
        if fault.check in REFUNDED:
            yield f"{fault.where} is refunded by {fault.cents} more than it took"
    for account_id, cents in _kept(e).items():
        sums = e.ours.accounts.get(account_id)
        if cents > (sums.ever_asked if sums else 0):
            yield f"account {account_id} paid {cents}, more than it was ever asked for"


def _kept(e: Evidence) -> Counter[int]:
    """Cents taken of each account and not given back since, prepayments left out.

    What was given back counts even if it came to us again: meanwhile it was due, and may have been paid anew.
    """
    kept: Counter[int] = Counter()
    owner = {p.id: p for p in e.ours.payments}
    back: Counter[str] = Counter()
    for refund in e.theirs.refunds:
        back[refund.charge] += refund.amount
    for dispute in e.theirs.disputes:
        back[dispute.charge] -= sum(min(0, line.amount) for line in dispute.balance_transactions)
    for charge in e.theirs.paid:
        payment = owner.get(UUID(charge.metadata["payment"]))
        if payment is not None and not is_prepaid(payment.scope):
            cents = charge.amount_captured - back[charge.id]
            kept[payment.guarantor_account_id] += cents
    return kept


def is_prepaid(scope: str) -> bool:
    """Money given before anything is due: the only kind that may exceed the balance."""
    return scope == Scope.AHEAD


def i6_balances_add_up(e: Evidence) -> Iterator[str]:
    """What an account is shown is what its entries say, and what the provider's money leaves of it."""
    for fault in e.ours.proof.faults:
        if fault.check not in BALANCED | REFUNDED:
            yield f"{fault.check}: {fault.where} is off by {fault.cents}"
    for account_id, sums in e.ours.accounts.items():
        if e.ours.shown.get(account_id, 0) != sums.owed:
            shown = e.ours.shown.get(account_id, 0)
            yield f"account {account_id} is shown {shown}, its entries say {sums.owed}"
    if not e.settled:
        return
    refunded, owner = e.theirs.refunded(), {p.id: p.guarantor_account_id for p in e.ours.payments}
    money: Counter[int] = Counter()
    for charge in e.theirs.paid:
        account_id = owner.get(UUID(charge.metadata["payment"]))
        if account_id is not None:
            money[account_id] += charge.amount_captured - refunded[charge.id]
    for account_id, sums in e.ours.accounts.items():
        if sums.owed != sums.without_cards - money[account_id]:
            left = sums.without_cards - money[account_id]
            yield f"account {account_id} stands at {sums.owed}; less the cards' money it is {left}"


def i7_clearing_is_their_balance(e: Evidence) -> Iterator[str]:
    """stripe_clearing is what the provider still holds, and every payout is the sum of its lines."""
    net: Counter[str] = Counter()
    kept = {line.id: line.net for line in e.theirs.lines}
    for line in e.theirs.lines:
        payout = e.theirs.payout_of.get(line.id)
        if payout is not None and line.reporting_category != "payout":
            net[payout] += line.net
    for payout in e.theirs.payouts:
        if payout.automatic and net[payout.id] != payout.amount:
            yield f"payout {payout.id} of {payout.amount} has lines of {net[payout.id]}"
    for line_id, (payout_id, cents) in e.ours.payout_lines.items():
        if e.theirs.payout_of.get(line_id) != payout_id:
            yield f"line {line_id} is not of payout {payout_id}"
        elif cents != kept.get(line_id):
            yield f"line {line_id} is kept with {cents}"
    if not e.settled:
        return
    arrived = {p.id for p in e.theirs.payouts if p.status == "paid"}
    held = int(e.theirs.totals["balance"])
    # The provider takes its fee from each charge at once; we post it when its payout has arrived.
    held += sum(
        line.fee
        for line in e.theirs.lines
        if line.reporting_category not in ("dispute", "dispute_reversal", "payout")
        and e.theirs.payout_of.get(line.id) not in arrived
    )
    held += sum(p.amount for p in e.theirs.payouts if p.id not in arrived)
    # What others put on the account is not in our books.
    held -= sum(line.amount for line in e.theirs.lines if line.source in e.theirs.foreign)
    if sum(e.ours.clearing.values()) != held:
        yield f"stripe_clearing is {sum(e.ours.clearing.values())}, the provider holds {held}"


def i8_nothing_stays_in_the_middle(e: Evidence) -> Iterator[str]:
    """No payment, refund or event is older than its lease and some sweeps; each event once, with its outcome."""
    times = Counter(event.event_id for event in e.ours.events)
    yield from (f"event {event} is stored {n} times" for event, n in times.items() if n > 1)
    if not e.settled:
        return
    for payment in e.ours.payments:
        waits = payment.state in LIVE_STATES and payment.state != PaymentState.PROCESSING
        if waits and e.now - payment.created_at > PAGE_OPEN + SWEEPS:
            yield f"payment {payment.id} is {payment.state} since {payment.created_at:%H:%M:%S}"
    for refund in e.ours.refunds:
        since = refund.submitted_at or refund.requested_at
        if refund.state == "submitting" and e.now - since > SWEEPS:
            yield f"refund {refund.id} is submitting since {since:%H:%M:%S}"
    for event in e.ours.events:
        if event.done_at is None and e.now - event.received_at > SWEEPS:
            yield f"event {event.event_id} ({event.type}) is not handled"
        if event.done_at is not None and not event.outcome:
            yield f"event {event.event_id} is done without an outcome"


def i9_what_is_over_has_no_money(e: Evidence) -> Iterator[str]:
    """No payment that we hold for failed or canceled took money; nothing of ours is there that we do not know."""
    payments = {str(p.id): p for p in e.ours.payments}
    for payment_id in e.theirs.charged_times():
        known = payments.get(payment_id)
        if known is None:
            yield f"the provider has money of payment {payment_id}, which is not here"
        elif known.state in NO_MONEY:
            yield f"payment {payment_id} is {known.state} and has money"
    refunds = {str(r.id): r for r in e.ours.refunds}
    for refund in e.theirs.refunds:
        if refund.status in NO_MONEY or not ours(refund.metadata, "refund"):
            continue
        wish = refunds.get(refund.metadata["refund"])
        if wish is None:
            yield f"the provider sent refund {refund.id}, which is not here"
        elif wish.state in NO_REFUND:
            yield f"refund {wish.id} is {wish.state} and was sent"


def i10_what_was_answered_is_kept(e: Evidence) -> Iterator[str]:
    """Whatever was answered with success, to a patient, to staff or to Stripe, is in the database."""
    yield from _lost("payment", e.witness.payments, {p.id for p in e.ours.payments})
    yield from _lost("refund", e.witness.refunds, {r.id for r in e.ours.refunds})
    receipts = {p.receipt_number for p in e.ours.payments if p.receipt_number}
    yield from _lost("receipt", e.witness.receipts, receipts)
    yield from _lost("event", e.witness.events, {event.event_id for event in e.ours.events})


def _lost(what: str, answered: AbstractSet[object], kept: AbstractSet[object]) -> Iterator[str]:
    for one in sorted(answered - kept, key=str):
        yield f"{what} {one} was answered for and is not here"


INVARIANTS: dict[str, Callable[[Evidence], Iterator[str]]] = {
    "I1": i1_every_entry_balances,
    "I2": i2_posted_stays,
    "I3": i3_ledger_is_the_providers,
    "I4": i4_one_charge_for_one_wish,
    "I5": i5_never_more_than_was_there,
    "I6": i6_balances_add_up,
    "I7": i7_clearing_is_their_balance,
    "I8": i8_nothing_stays_in_the_middle,
    "I9": i9_what_is_over_has_no_money,
    "I10": i10_what_was_answered_is_kept,
}


def judge(evidence: Evidence) -> list[str]:
    """Every broken law, each with its number first."""
    return [f"{number}: {words}" for number, law in INVARIANTS.items() for words in law(evidence)]


def broken(
    sandbox: SandboxServer,
    *,
    now: datetime,
    witness: Witness | None = None,
    settled: bool = True,
) -> list[str]:
    """Read both sets of books and judge them; what the witness saw is remembered for the next time."""
    witness = witness or Witness()
    # Ours first: what is posted between the two readings may be missing there, never here.
    kept = read_ours(now.date())
    evidence = Evidence(
        theirs=read_books(sandbox), ours=kept, witness=witness, now=now, settled=settled
    )
    found = judge(evidence)
    witness.sees(kept)
    return found


def numbers(found: list[str]) -> set[str]:
    """The laws named in a finding: {"I3", "I9"}."""
    return {words.split(":")[0] for words in found}
