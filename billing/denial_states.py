"""Where a denial stands, from the payer's "no" to the last cent: the closed table (OPS-6)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class DenialState(StrEnum):
    """Open until the money is here, the patient's by a document, or off the books."""

    OPEN = "open"  # nobody has looked
    WORKING = "working"
    APPEALED = "appealed"  # with the payer
    CORRECTED = "corrected"  # a corrected claim is with the payer
    AGREED = "agreed"  # the payer says yes; its money is awaited
    LOST = "lost"  # the last "no"; it comes off the books
    WON = "won"
    PARTLY = "partly"
    WRITTEN_OFF = "written_off"
    BILLED = "billed"  # a review with a document put it on the patient (STMT-24)
    REPLACED = "replaced"  # the payer decided anew and gave another reason: the case goes on there


class DenialEvent(StrEnum):
    """What people do, what the payer answers, and what the ledger shows."""

    TAKE = "take"
    APPEAL = "appeal"
    CORRECT = "correct"
    AGREE = "agree"
    UPHOLD = "uphold"
    GIVE_UP = "give_up"
    WRITE_OFF = "write_off"
    # What the ledger shows, whoever brought it about.
    PAID = "paid"
    PART_PAID = "part_paid"
    TAKEN_OFF = "taken_off"
    BILLED = "billed"
    DENIED_ANEW = "denied_anew"


_D, _V = DenialState, DenialEvent
_LEDGER = {
    _V.PAID: _D.WON,
    _V.PART_PAID: _D.PARTLY,
    _V.TAKEN_OFF: _D.WRITTEN_OFF,
    _V.BILLED: _D.BILLED,
    _V.DENIED_ANEW: _D.REPLACED,
}
_IN_HAND = {
    **_LEDGER,
    _V.TAKE: _D.WORKING,
    _V.APPEAL: _D.APPEALED,
    _V.CORRECT: _D.CORRECTED,
    _V.AGREE: _D.AGREED,
    _V.GIVE_UP: _D.LOST,
    _V.WRITE_OFF: _D.WRITTEN_OFF,
}
_WITH_PAYER = {**_LEDGER, _V.AGREE: _D.AGREED, _V.UPHOLD: _D.WORKING}
# What is with the payer is not written off before its answer; what is over stays over: a new "no" is a new record.
DENIAL: Mapping[DenialState, Mapping[DenialEvent, DenialState]] = {
    _D.OPEN: _IN_HAND,
    _D.WORKING: _IN_HAND,
    _D.APPEALED: _WITH_PAYER,
    _D.CORRECTED: {**_WITH_PAYER, _V.APPEAL: _D.APPEALED},
    _D.AGREED: {**_LEDGER, _V.UPHOLD: _D.WORKING},
    _D.LOST: {**_LEDGER, _V.APPEAL: _D.APPEALED, _V.WRITE_OFF: _D.WRITTEN_OFF},
    _D.WON: {},
    _D.PARTLY: {},
    _D.WRITTEN_OFF: {},
    _D.BILLED: {},
    _D.REPLACED: {},
}
UNFINISHED = frozenset(state for state, events in DENIAL.items() if events)
WITH_PAYER = frozenset({_D.APPEALED, _D.CORRECTED, _D.AGREED})
STATE_WORDS: Mapping[DenialState, str] = {
    _D.OPEN: "New",
    _D.WORKING: "In hand",
    _D.APPEALED: "Appealed",
    _D.CORRECTED: "Corrected and sent again",
    _D.AGREED: "Payer agreed, money awaited",
    _D.LOST: "Lost, to be written off",
    _D.WON: "Won",
    _D.PARTLY: "Won in part",
    _D.WRITTEN_OFF: "Written off",
    _D.BILLED: "Billed after review",
    _D.REPLACED: "Decided anew",
}
