"""Money that answers several of our claims: each gets its part to the cent, and the rest stays apart on purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from billing import entries
from billing.entries import Line
from billing.free_text import check_free_text
from billing.ledger import Party
from billing.money import ZERO, Money, total_of
from portal.db import transaction
from portal.models.claims import Claim
from portal.models.remittances import RemittanceClaim
from portal.models.work import WorkItem, WorkNote
from portal.queries.among import among
from portal.queries.suspense import waiting_in_suspense
from portal.queries.viewer import StaffViewer
from portal.queries.visit_books import ClaimOnFile, VisitBook, claims_on_file, load_visit_books
from portal.services.keep_in_suspense import SuspenseReason
from portal.services.lock_posting import lock_accounts, lock_posting
from portal.services.post_entry import post_entry
from portal.services.record_work_change import record_work_change
from portal.services.refusal import NotFound, Refusal
from portal.services.suspense_of import suspense_of
from portal.services.take_item import Turn, take_item


class SplitRefused(Refusal):
    """The money cannot be divided so; the message says why."""

    title = "This money cannot be split so"


@dataclass(frozen=True, slots=True)
class Rest:
    """What stays in suspense after a split, said on purpose: the day to look again."""

    follow_up_on: date


def split_held(
    *,
    item_id: int,
    parts: Mapping[int, Money],
    rest: Rest | None,
    note: str,
    staff: StaffViewer,
    on: date,
    now: datetime,
    turn: Turn,
) -> Money:
    """Move the held money to these claims of ours (id -> amount); what stays in suspense after.

    It settles what the payer owed and bills nobody. Raises SplitRefused, ActedMeanwhile,
    CardNumberRefused or NotFound.
    """
    note = check_free_text(note)
    given = {claim_id: amount for claim_id, amount in parts.items() if amount}
    if any(amount < ZERO for amount in given.values()) or not given:
        raise SplitRefused("Give at least one claim an amount above zero.")
    with transaction() as session:
        lock_posting(session)
        item = take_item(session, item_id, turn, staff=staff)
        if item is None:
            return ZERO
        row = session.get(RemittanceClaim, item.remittance_claim_id or 0, with_for_update=True)
        if row is None:
            raise NotFound
        waiting = waiting_in_suspense(session, row.id)
        left = waiting - total_of(given.values())
        _check_rest(waiting, left, rest, on)
        claims = claims_on_file(session, among(Claim.id, given))
        if len(claims) != len(given):
            raise SplitRefused("One of the claims is not on file any more. Choose again.")
        lock_accounts(session, {claim.guarantor_account_id for claim in claims})
        books = load_visit_books(session, {c.visit_id for c in claims}, with_entries=False)
        entry = entries.suspense_release(
            source_ref=f"split:{turn.form_id}",
            occurred_on=on,
            suspense=suspense_of(session, row),
            lines=[
                line
                for claim in claims
                for line in _lines(claim, books[claim.visit_id], given[claim.claim_id])
            ],
            memo=note,
        )
        post_entry(session, entry)
        row.disposition = "released"
        _close(session, item, left, rest, staff=staff, note=note, now=now)
        told = ", ".join(f"{given[c.claim_id]} to {c.control_number}" for c in claims)
        record_work_change(
            session,
            item,
            staff=staff,
            reason=f"split over {len(claims)} claims",
            now=now,
            kind="split",
            words=f"split it: {told}" + (f"; {left} stays in suspense" if left else ""),
            form_id=turn.form_id,
        )
    return left


def _check_rest(waiting: Money, left: Money, rest: Rest | None, on: date) -> None:
    if waiting <= ZERO:
        raise SplitRefused("No money of this item is in suspense. Nothing was moved.")
    if left < ZERO:
        raise SplitRefused(f"The parts are {-left} more than the {waiting} that waits.")
    if left and rest is None:
        raise SplitRefused(
            f"{left} is left over. Give it to a claim, or say when somebody looks at it again."
        )
    if left and rest and rest.follow_up_on <= on:
        raise SplitRefused("Choose a day after today to look at the rest again.")


def _lines(claim: ClaimOnFile, book: VisitBook, amount: Money) -> Sequence[Line]:
    """The part of one claim over what stands open on its lines."""
    standing = [max(ZERO, total_of(book.open[c.charge_id].values())) for c in book.charges]
    if amount > total_of(standing):
        raise SplitRefused(
            f"Claim {claim.control_number} has {total_of(standing)} open; {amount} is more."
        )
    party = Party(
        guarantor_account_id=claim.guarantor_account_id,
        visit_id=claim.visit_id,
        claim_id=claim.claim_id,
        payer_id=claim.payer_id,
    )
    lines = []
    parts = amount.allocate([one.cents for one in standing])
    for charge, part in zip(book.charges, parts, strict=True):
        lines.append(Line(replace(party, charge_id=charge.charge_id), part))
        by_payer = book.open[charge.charge_id]
        # Two claims of one visit draw on the same lines.
        by_payer[claim.payer_id] = by_payer.get(claim.payer_id, ZERO) - part
    return lines


def _close(
    session: Session,
    item: WorkItem,
    left: Money,
    rest: Rest | None,
    *,
    staff: StaffViewer,
    note: str,
    now: datetime,
) -> None:
    """The item ends when nothing is left; else it comes back on the day that was named."""
    if note:
        session.add(WorkNote(work_item_id=item.id, login_id=staff.login_id, text=note, at=now))
    if left and rest is not None:
        item.suspense_reason, item.due_on = SuspenseReason.ASKED_PAYER.value, rest.follow_up_on
        item.amount, item.owner_id = left, item.owner_id or staff.login_id
        return
    item.closed_at, item.closed_by_id, item.outcome = now, staff.login_id, "corrected"
