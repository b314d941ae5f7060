"""Do to other items of a pattern what was done to one: each in its own transaction, none stops another."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from billing.free_text import CardNumberRefused
from portal.ports import DocumentStore
from portal.queries.viewer import StaffViewer
from portal.services.deny_held import deny_held
from portal.services.keep_in_suspense import SuspenseReason, keep_in_suspense
from portal.services.preview_same_fix import Alike, SameFix, preview_same_fix
from portal.services.refusal import Refusal
from portal.services.release_held import release_held
from portal.services.resolve_work_item import Outcome, resolve_work_item
from portal.services.send_back import Way, send_back
from portal.services.take_item import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """What became of one item; `why` when nothing did."""

    item_id: int
    whose: str
    account_id: int | None
    done: bool
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Press:
    """Who pressed, when, and on which page."""

    form_id: UUID
    seen: int
    staff: StaffViewer
    store: DocumentStore
    on: date
    now: datetime


def repeat_fix(
    *,
    item_id: int,
    chosen: Collection[int],
    form_id: UUID,
    seen: int,
    staff: StaffViewer,
    store: DocumentStore,
    on: date,
    now: datetime,
) -> tuple[Repeated, ...]:
    """The result of each chosen item, in the order of the preview; what was refused moved nothing.

    The same form twice acts once on each. Raises NotFound when there is nothing to repeat.
    """
    same = preview_same_fix(item_id, store=store, on=on)
    press = _Press(form_id=form_id, seen=seen, staff=staff, store=store, on=on, now=now)
    return tuple(_try(one, same, press) for one in same.others if one.row.id in chosen)


def _try(one: Alike, same: SameFix, press: _Press) -> Repeated:
    told, done = one.would, False
    if one.possible:
        try:
            _act(one, same, press)
            done = True
        except (Refusal, CardNumberRefused) as refused:
            told = str(refused) or "It is gone."
    return Repeated(
        item_id=one.row.id, whose=one.row.whose, account_id=one.row.account_id, done=done, told=told
    )


def _act(one: Alike, same: SameFix, press: _Press) -> None:
    item_id, fix = one.row.id, same.fix
    turn = Turn(uuid5(press.form_id, str(item_id)), press.seen)
    staff, now = press.staff, press.now
    if same.kind == "matched":
        release_held(
            remittance_claim_id=one.row.remittance_claim_id or 0,
            claim_id=one.claim_id,
            lines=one.lines,
            note=fix["note"],
            staff=staff,
            store=press.store,
            now=now,
            turn=turn,
        )
    elif same.kind == "suspense":
        keep_in_suspense(
            item_id=item_id,
            reason=SuspenseReason(fix["reason"]),
            follow_up_on=date.fromisoformat(fix["follow_up_on"]),
            note=fix["note"],
            staff=staff,
            on=press.on,
            now=now,
            turn=turn,
        )
    elif same.kind == "sent_back":
        send_back(
            item_id=item_id,
            way=Way(fix["way"]),
            what=fix["what"],
            follow_up_on=date.fromisoformat(fix["follow_up_on"]),
            staff=staff,
            on=press.on,
            now=now,
            turn=turn,
        )
    elif same.kind == "denied":
        deny_held(item_id=item_id, note=fix["note"], staff=staff, now=now, turn=turn)
    else:
        resolve_work_item(
            item_id=item_id,
            outcome=Outcome(fix["outcome"]),
            note=fix["note"],
            staff=staff,
            now=now,
            turn=turn,
        )
