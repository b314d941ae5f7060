"""An EOB as it is typed: each step is kept at once, and whoever saves upon an older one is told (OPS-12)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.eob import PROCESSED_AS, REVERSAL, TypedClaim, TypedEob, TypedLine, TypedPlb
from billing.free_text import check_free_text
from billing.money import ZERO, Money, total_of
from portal.db import transaction
from portal.models.accounts import Payer
from portal.models.eobs import EobBatch, EobEntry
from portal.queries.eob_claims import claim_facts, standing_decision
from portal.queries.eob_document import EMPTY, document_of, eob_of
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound
from portal.services.write_eob import METHODS, EobRefused

NUMBER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ./#-]{0,28}[A-Za-z0-9])?")
DRAFT, POSTED, DISCARDED = "draft", "posted", "discarded"


class EobChanged(EobRefused):
    """Somebody saved this EOB since the page was opened; what was typed is still in the form."""

    title = "Somebody else saved this EOB"


@dataclass(frozen=True, slots=True, kw_only=True)
class EobHead:
    """The check itself; `total` is the control total and comes first."""

    payer_id: int
    method: str  # a key of METHODS
    number: str
    issued_on: date
    total: Money


def begin_batch(
    *,
    batch_id: UUID,
    received_on: date,
    checks: int,
    total: Money,
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> bool:
    """Write down how many payments were counted, and what they make; False for the same page again."""
    _check_batch(received_on, checks, total, on=on)
    with transaction() as session:
        if session.get(EobBatch, batch_id) is not None:
            return False
        session.add(
            EobBatch(
                id=batch_id,
                received_on=received_on,
                checks=checks,
                total=total,
                login_id=staff.login_id,
                begun_at=now,
            )
        )
        _tell(session, staff, "create", "eob_batch", batch_id, now=now)
    return True


def change_batch(
    *, batch_id: UUID, version: int, checks: int, total: Money, staff: StaffViewer, now: datetime
) -> None:
    """Count again, while nothing of the batch is posted. Raises EobRefused, EobChanged or NotFound."""
    with transaction() as session:
        batch = session.get(EobBatch, batch_id, with_for_update=True)
        if batch is None:
            raise NotFound
        if batch.version != version:
            raise EobChanged("The batch was counted anew meanwhile. Look at it, then change it.")
        posted = session.scalars(
            select(EobEntry.total).where(EobEntry.batch_id == batch_id, EobEntry.state == POSTED)
        ).all()
        if checks < len(posted) or total < total_of(posted):
            raise EobRefused(f"{len(posted)} of it are posted already, {total_of(posted)} in all.")
        _check_batch(batch.received_on, checks, total, on=batch.received_on)
        batch.checks, batch.total, batch.version = checks, total, version + 1
        _tell(session, staff, "update", "eob_batch", batch_id, now=now)


def _check_batch(received_on: date, checks: int, total: Money, *, on: date) -> None:
    if checks < 1 or total < ZERO:
        raise EobRefused("A batch has one payment or more, and a total of $0.00 or more.")
    if received_on > on:
        raise EobRefused("The day lies ahead of today.")


def begin_eob(
    *, entry_id: UUID, batch_id: UUID, head: EobHead, staff: StaffViewer, on: date, now: datetime
) -> bool:
    """A draft with nothing but its check; False for the same page again. Raises EobRefused, NotFound."""
    with transaction() as session:
        # Alone: whoever posts of this batch must see how many it has.
        if session.get(EobBatch, batch_id, with_for_update=True) is None:
            raise NotFound
        _check_head(session, head, on=on)
        if session.get(EobEntry, entry_id) is not None:
            return False
        session.add(
            EobEntry(
                id=entry_id,
                batch_id=batch_id,
                payer_id=head.payer_id,
                method=head.method,
                number=head.number,
                issued_on=head.issued_on,
                total=head.total,
                document=EMPTY,
                state=DRAFT,
                version=1,
                begun_by_id=staff.login_id,
                begun_at=now,
                changed_by_id=staff.login_id,
                changed_at=now,
            )
        )
        _tell(session, staff, "create", "eob", entry_id, now=now)
    return True


def save_head(
    *, entry_id: UUID, version: int, head: EobHead, staff: StaffViewer, on: date, now: datetime
) -> None:
    """Another payer, number, day or control total. Raises EobChanged, EobRefused or NotFound."""
    with transaction() as session:
        entry = _open(session, entry_id, version)
        _check_head(session, head, on=on)
        entry.payer_id, entry.method, entry.number = head.payer_id, head.method, head.number
        entry.issued_on, entry.total = head.issued_on, head.total
        _saved(session, entry, staff, now)


def _check_head(session: Session, head: EobHead, *, on: date) -> None:
    if session.get(Payer, head.payer_id) is None or head.method not in METHODS:
        raise EobRefused("Choose a payer of the list, and how it paid.")
    if not NUMBER.fullmatch(head.number) or head.total < ZERO:
        raise EobRefused(
            "An EOB has a number of letters and figures, and a total of $0.00 or more."
        )
    if (head.method == "none") != (head.total == ZERO):
        raise EobRefused("“No payment” and a total of $0.00 belong together.")
    if head.method == "virtual_card":
        check_free_text(head.number)  # PCI-5: the card pays with its number, which is no trace
    if head.issued_on > on:
        raise EobRefused("The date of the check lies ahead of today.")


def add_claim(
    *,
    entry_id: UUID,
    version: int,
    claim_id: int,
    reversal: bool,
    staff: StaffViewer,
    now: datetime,
) -> int:
    """Put one of our claims on the EOB with its billed lines; the place it has, counted from 1.

    A reversal stands with the amounts of the decision that it takes back.
    Raises EobChanged, EobRefused or NotFound.
    """
    with transaction() as session:
        entry = _open(session, entry_id, version)
        eob = eob_of(entry.document)
        facts = claim_facts(session, [claim_id]).get(claim_id)
        if facts is None:
            raise NotFound
        number, lines = standing_decision(session, claim_id) if reversal else ("", ())
        if reversal and not lines:
            raise EobRefused("No decision stands on this claim, so nothing can be taken back.")
        if any(
            one.claim_id == claim_id and (one.status == REVERSAL) == reversal for one in eob.claims
        ):
            raise EobRefused("This claim is on the EOB already.")
        typed = TypedClaim(
            claim_id=claim_id,
            status=REVERSAL if reversal else PROCESSED_AS.get(facts.sequence, "1"),
            payer_claim_number=number,
            lines=lines
            or tuple(TypedLine(charge_id=c.charge_id, billed=c.billed) for c in facts.charges),
        )
        entry.document = document_of(replace(eob, claims=(*eob.claims, typed)))
        _saved(session, entry, staff, now, accounts=(facts.account_id,))
        return len(eob.claims) + 1


def save_claim(
    *,
    entry_id: UUID,
    version: int,
    place: int,
    typed: TypedClaim,
    account_id: int,
    staff: StaffViewer,
    now: datetime,
) -> None:
    """Keep what was typed of one claim, balanced or not. Raises EobChanged or NotFound."""

    def put(eob: TypedEob) -> TypedEob:
        if eob.claims[place - 1].claim_id != typed.claim_id:
            raise EobChanged("Another claim stands at this place now. Open the EOB again.")
        return replace(eob, claims=(*eob.claims[: place - 1], typed, *eob.claims[place:]))

    _change(entry_id, version, put, place=place, staff=staff, now=now, accounts=(account_id,))


def remove_claim(
    *, entry_id: UUID, version: int, place: int, staff: StaffViewer, now: datetime
) -> None:
    """Take a claim off the draft. Raises EobChanged or NotFound."""

    def put(eob: TypedEob) -> TypedEob:
        return replace(eob, claims=(*eob.claims[: place - 1], *eob.claims[place:]))

    _change(entry_id, version, put, place=place, staff=staff, now=now)


def save_plbs(
    *,
    entry_id: UUID,
    version: int,
    plbs: tuple[TypedPlb, ...],
    staff: StaffViewer,
    now: datetime,
) -> None:
    """Keep what the payer kept or gave beside the claims. Raises EobChanged or NotFound."""
    _change(entry_id, version, lambda eob: replace(eob, plbs=plbs), staff=staff, now=now)


def discard_eob(*, entry_id: UUID, version: int, staff: StaffViewer, now: datetime) -> None:
    """It was typed by mistake: the draft ends, and its row stays. Raises EobChanged or NotFound."""
    with transaction() as session:
        entry = _open(session, entry_id, version)
        entry.state = DISCARDED
        _saved(session, entry, staff, now)


def _change(
    entry_id: UUID,
    version: int,
    put: Callable[[TypedEob], TypedEob],
    *,
    staff: StaffViewer,
    now: datetime,
    place: int = 0,
    accounts: tuple[int, ...] = (),
) -> None:
    with transaction() as session:
        entry = _open(session, entry_id, version)
        eob = eob_of(entry.document)
        if place > len(eob.claims):
            raise NotFound
        entry.document = document_of(put(eob))
        _saved(session, entry, staff, now, accounts=accounts)


def _open(session: Session, entry_id: UUID, version: int) -> EobEntry:
    """The draft, alone, as the page showed it."""
    entry = session.get(EobEntry, entry_id, with_for_update=True)
    if entry is None:
        raise NotFound
    if entry.state != DRAFT:
        raise EobRefused(f"This EOB is {entry.state}. Nothing of it changes any more.")
    if entry.version != version:
        raise EobChanged(
            "Somebody saved it after this page was opened. Nothing of yours was saved, and nothing"
            " of theirs is lost. Open it again to see theirs."
        )
    return entry


def _saved(
    session: Session,
    entry: EobEntry,
    staff: StaffViewer,
    now: datetime,
    *,
    accounts: tuple[int, ...] = (),
) -> None:
    entry.version += 1
    entry.changed_by_id, entry.changed_at = staff.login_id, now
    _tell(session, staff, "update", "eob", entry.id, accounts=accounts, now=now)


def _tell(
    session: Session,
    staff: StaffViewer,
    action: str,
    kind: str,
    object_id: UUID,
    *,
    now: datetime,
    accounts: tuple[int, ...] = (),
) -> None:
    add_staff_act(
        session,
        staff,
        action=action,
        object_type=kind,
        object_id=object_id,
        account_ids=accounts,
        now=now,
    )
