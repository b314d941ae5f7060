"""State tables: `next_state(table, state, event)` is the only way a status ever changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar


class PaymentState(StrEnum):
    """Where one try to pay stands (payments.md)."""

    CREATED = "created"
    SUBMITTING = "submitting"  # the provider was asked; until it answers the outcome is unknown
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class PaymentEvent(StrEnum):
    """What we did, or what the provider's own record says when fetched."""

    SUBMIT = "submit"
    NEEDS_ACTION = "needs_action"
    PROCESS = "process"
    SUCCEED = "succeed"
    FAIL = "fail"
    CANCEL = "cancel"


class RefundState(StrEnum):
    """Where one refund stands (payments.md)."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    SUBMITTING = "submitting"  # the provider was asked; until it answers the outcome is unknown
    PENDING = "pending"  # the provider took it over and has not sent it yet
    SUCCEEDED = "succeeded"
    REFUSED = "refused"  # the provider said no: nothing was made there
    FAILED = "failed"  # it was made and came back, maybe days later: the money is with us again


class RefundEvent(StrEnum):
    """What people decide, what we did, or what the provider's own record says when fetched."""

    APPROVE = "approve"
    DECLINE = "decline"
    SUBMIT = "submit"
    PEND = "pend"
    SUCCEED = "succeed"
    REFUSE = "refuse"
    FAIL = "fail"


class CheckState(StrEnum):
    """Where one refund by check stands (payments.md)."""

    REQUESTED = "requested"
    APPROVED = "approved"  # may be printed; it moves money once it is written
    DECLINED = "declined"
    WRITTEN = "written"
    CLEARED = "cleared"  # the bank's statement shows it
    VOIDED = "voided"  # never cashed: the money is the patient's credit again, or pays what it paid


class CheckEvent(StrEnum):
    """What people do with it."""

    APPROVE = "approve"
    DECLINE = "decline"
    WRITE = "write"
    CLEAR = "clear"
    VOID = "void"


class AppointmentState(StrEnum):
    """Where one booked time stands (SCH-1, SCH-7)."""

    HELD = "held"  # kept for somebody who has not confirmed; ends by itself
    BOOKED = "booked"
    ARRIVED = "arrived"
    IN_ROOM = "in_room"
    DONE = "done"
    NO_SHOW = "no_show"
    CANCELED = "canceled"
    EXPIRED = "expired"  # a hold that nobody confirmed


class AppointmentStep(StrEnum):
    """What people, or the clock, do with it."""

    BOOK = "book"
    EXPIRE = "expire"
    ARRIVE = "arrive"
    ROOM = "room"
    FINISH = "finish"
    MISS = "miss"
    CANCEL = "cancel"
    UNDO = "undo"  # marked by mistake: back to booked


class DisputeState(StrEnum):
    """Where one dispute of a payment stands (payments.md)."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class DisputeEvent(StrEnum):
    """What the provider's own record says when fetched."""

    WAIT = "wait"
    WIN = "win"
    LOSE = "lose"


class EvidenceState(StrEnum):
    """Where the answer to a bank stands (payments.md)."""

    SUBMITTING = "submitting"  # the provider was asked; until it answers the outcome is unknown
    SUBMITTED = "submitted"
    REFUSED = "refused"  # the provider did not take it, or never had it


class EvidenceEvent(StrEnum):
    """What we did, or what the provider's own record says when fetched."""

    SUBMIT = "submit"
    ACCEPT = "accept"
    REFUSE = "refuse"


class ClaimState(StrEnum):
    """Where one claim stands with its payer."""

    OPEN = "open"
    DECIDED = "decided"
    DECIDING_AGAIN = "deciding_again"
    VOID = "void"


class ClaimEvent(StrEnum):
    """What an 835, an 837P or a person says of a claim."""

    DECIDE = "decide"  # every line has a decision
    DECIDE_PART = "decide_part"
    REVERSE = "reverse"
    RESUBMIT = "resubmit"  # frequency 7
    CANCEL = "cancel"  # frequency 8
    LEAVE = "leave"  # the patient owes it without the plan, by a rule of billing.transfers
    REOPEN = "reopen"  # that was taken back


class SubmissionState(StrEnum):
    """Where a coverage stands that somebody typed for us to check."""

    DRAFT = "draft"
    WAITING = "waiting"  # for a person at the office
    ACCEPTED = "accepted"
    SENT_BACK = "sent_back"  # with a reason; it may be mended and sent again
    WITHDRAWN = "withdrawn"


class SubmissionEvent(StrEnum):
    """What the person or the office does with it."""

    SEND = "send"
    ACCEPT = "accept"
    SEND_BACK = "send_back"
    WITHDRAW = "withdraw"


class PlanState(StrEnum):
    """Where one payment plan stands."""

    PROPOSED = "proposed"  # being made, nobody has agreed to anything
    AWAITING_APPROVAL = "awaiting_approval"  # outside the practice's policy
    OFFERED = "offered"  # waits for the patient's signature
    ACTIVE = "active"
    PAUSED = "paused"
    IN_GRACE = "in_grace"  # something is past due; it still counts as a plan in good standing
    DEFAULTED = "defaulted"
    COMPLETED = "completed"
    CANCELED = "canceled"


class PlanStep(StrEnum):
    """What people, money and the calendar do to a plan."""

    ASK_APPROVAL = "ask_approval"
    OFFER = "offer"
    APPROVE = "approve"
    DECLINE = "decline"
    SIGN = "sign"  # the first time, or a changed agreement
    PAUSE = "pause"
    RESUME = "resume"
    FALL_BEHIND = "fall_behind"
    CATCH_UP = "catch_up"
    DEFAULT = "default"
    COMPLETE = "complete"
    REOPEN = "reopen"  # money that had finished it went back
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Refused:
    """This event cannot happen in this state."""

    state: StrEnum
    event: StrEnum


State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)

_P, _E = PaymentState, PaymentEvent
_LIVE_ANSWERS = {
    _E.NEEDS_ACTION: _P.REQUIRES_ACTION,
    _E.PROCESS: _P.PROCESSING,
    _E.SUCCEED: _P.SUCCEEDED,
    _E.FAIL: _P.FAILED,
    _E.CANCEL: _P.CANCELED,
}
# Money that arrived beats every other story: success is accepted from any state. What is over
# stays over for anything else, and a late lesser answer never turns a finished payment back.
PAYMENT: Mapping[PaymentState, Mapping[PaymentEvent, PaymentState]] = {
    _P.CREATED: {_E.SUBMIT: _P.SUBMITTING, **_LIVE_ANSWERS},
    _P.SUBMITTING: {_E.SUBMIT: _P.SUBMITTING, **_LIVE_ANSWERS},
    _P.REQUIRES_ACTION: _LIVE_ANSWERS,
    _P.PROCESSING: {
        _E.PROCESS: _P.PROCESSING,
        _E.SUCCEED: _P.SUCCEEDED,
        _E.FAIL: _P.FAILED,
        _E.CANCEL: _P.CANCELED,
    },
    _P.SUCCEEDED: {_E.SUCCEED: _P.SUCCEEDED},
    _P.FAILED: {_E.FAIL: _P.FAILED, _E.SUCCEED: _P.SUCCEEDED},
    _P.CANCELED: {_E.CANCEL: _P.CANCELED, _E.SUCCEED: _P.SUCCEEDED},
}

_R, _D = RefundState, RefundEvent
_REFUND_ANSWERS = {_D.PEND: _R.PENDING, _D.SUCCEED: _R.SUCCEEDED, _D.FAIL: _R.FAILED}
# Money that left beats every other story: success is accepted from any state but one. A refund that
# came back stays so, for the provider never sends it again: a later success is an older answer.
REFUND: Mapping[RefundState, Mapping[RefundEvent, RefundState]] = {
    _R.REQUESTED: {_D.APPROVE: _R.APPROVED, _D.DECLINE: _R.DECLINED, _D.SUCCEED: _R.SUCCEEDED},
    _R.APPROVED: {_D.SUBMIT: _R.SUBMITTING, **_REFUND_ANSWERS},
    _R.DECLINED: {_D.DECLINE: _R.DECLINED, _D.SUCCEED: _R.SUCCEEDED},
    _R.SUBMITTING: {_D.SUBMIT: _R.SUBMITTING, _D.REFUSE: _R.REFUSED, **_REFUND_ANSWERS},
    _R.PENDING: _REFUND_ANSWERS,
    _R.SUCCEEDED: {_D.SUCCEED: _R.SUCCEEDED, _D.FAIL: _R.FAILED},
    _R.REFUSED: {_D.REFUSE: _R.REFUSED, _D.SUCCEED: _R.SUCCEEDED},
    _R.FAILED: {_D.FAIL: _R.FAILED},
}

_K, _O = CheckState, CheckEvent
# What is written posts; what is voided is reversed. A check that was cashed cannot be voided.
CHECK: Mapping[CheckState, Mapping[CheckEvent, CheckState]] = {
    _K.REQUESTED: {_O.APPROVE: _K.APPROVED, _O.DECLINE: _K.DECLINED},
    _K.APPROVED: {_O.WRITE: _K.WRITTEN, _O.DECLINE: _K.DECLINED},
    _K.DECLINED: {_O.DECLINE: _K.DECLINED},
    _K.WRITTEN: {_O.CLEAR: _K.CLEARED, _O.VOID: _K.VOIDED},
    _K.CLEARED: {_O.CLEAR: _K.CLEARED},
    _K.VOIDED: {_O.VOID: _K.VOIDED},
}

_S, _B = DisputeState, DisputeEvent
# A bank may change its mind for us after all; nothing is ever undecided again.
DISPUTE: Mapping[DisputeState, Mapping[DisputeEvent, DisputeState]] = {
    _S.OPEN: {_B.WAIT: _S.OPEN, _B.WIN: _S.WON, _B.LOSE: _S.LOST},
    _S.LOST: {_B.LOSE: _S.LOST, _B.WIN: _S.WON},
    _S.WON: {_B.WIN: _S.WON},
}

_A, _W = EvidenceState, EvidenceEvent
# A bank reads an answer once. That it has it beats every other story.
EVIDENCE: Mapping[EvidenceState, Mapping[EvidenceEvent, EvidenceState]] = {
    _A.SUBMITTING: {
        _W.SUBMIT: _A.SUBMITTING,
        _W.ACCEPT: _A.SUBMITTED,
        _W.REFUSE: _A.REFUSED,
    },
    _A.SUBMITTED: {_W.ACCEPT: _A.SUBMITTED},
    _A.REFUSED: {_W.REFUSE: _A.REFUSED, _W.ACCEPT: _A.SUBMITTED},
}

_C, _V = ClaimState, ClaimEvent
_UNDECIDED = {
    _V.DECIDE: _C.DECIDED,
    _V.REVERSE: _C.DECIDING_AGAIN,
    _V.RESUBMIT: _C.DECIDING_AGAIN,
    _V.CANCEL: _C.DECIDING_AGAIN,
}
CLAIM: Mapping[ClaimState, Mapping[ClaimEvent, ClaimState]] = {
    _C.OPEN: {**_UNDECIDED, _V.DECIDE_PART: _C.OPEN, _V.LEAVE: _C.VOID},
    _C.DECIDED: {
        _V.REVERSE: _C.DECIDING_AGAIN,
        _V.RESUBMIT: _C.DECIDING_AGAIN,
        _V.CANCEL: _C.DECIDING_AGAIN,
    },
    _C.DECIDING_AGAIN: {
        **_UNDECIDED,
        _V.DECIDE_PART: _C.DECIDING_AGAIN,
        _V.LEAVE: _C.VOID,
    },
    _C.VOID: {_V.REOPEN: _C.OPEN},
}

_U, _N = SubmissionState, SubmissionEvent
SUBMISSION: Mapping[SubmissionState, Mapping[SubmissionEvent, SubmissionState]] = {
    _U.DRAFT: {_N.SEND: _U.WAITING, _N.WITHDRAW: _U.WITHDRAWN},
    _U.WAITING: {
        _N.ACCEPT: _U.ACCEPTED,
        _N.SEND_BACK: _U.SENT_BACK,
        _N.WITHDRAW: _U.WITHDRAWN,
    },
    _U.SENT_BACK: {_N.SEND: _U.WAITING, _N.WITHDRAW: _U.WITHDRAWN},
    _U.ACCEPTED: {},
    _U.WITHDRAWN: {},
}

_L, _T = PlanState, PlanStep
_LIVE_PLAN = {
    _T.SIGN: _L.ACTIVE,
    _T.PAUSE: _L.PAUSED,
    _T.COMPLETE: _L.COMPLETED,
    _T.CANCEL: _L.CANCELED,
}
# Only somebody who is behind can default, and only a new signature brings a plan back from it.
PLAN: Mapping[PlanState, Mapping[PlanStep, PlanState]] = {
    _L.PROPOSED: {
        _T.ASK_APPROVAL: _L.AWAITING_APPROVAL,
        _T.OFFER: _L.OFFERED,
        _T.SIGN: _L.ACTIVE,
        _T.CANCEL: _L.CANCELED,
    },
    _L.AWAITING_APPROVAL: {
        _T.APPROVE: _L.OFFERED,
        _T.DECLINE: _L.CANCELED,
        _T.CANCEL: _L.CANCELED,
    },
    _L.OFFERED: {_T.OFFER: _L.OFFERED, _T.SIGN: _L.ACTIVE, _T.CANCEL: _L.CANCELED},
    _L.ACTIVE: {**_LIVE_PLAN, _T.FALL_BEHIND: _L.IN_GRACE},
    _L.PAUSED: {**_LIVE_PLAN, _T.RESUME: _L.ACTIVE, _T.FALL_BEHIND: _L.IN_GRACE},
    _L.IN_GRACE: {
        **_LIVE_PLAN,
        _T.CATCH_UP: _L.ACTIVE,
        _T.FALL_BEHIND: _L.IN_GRACE,
        _T.DEFAULT: _L.DEFAULTED,
    },
    _L.DEFAULTED: {_T.SIGN: _L.ACTIVE},
    _L.COMPLETED: {_T.REOPEN: _L.ACTIVE},
    _L.CANCELED: {},
}


_M, _Z = AppointmentState, AppointmentStep
_WAITING = {_Z.CANCEL: _M.CANCELED, _Z.MISS: _M.NO_SHOW}
# What was given back stays given back: its time may be somebody else's by now. A mark is undone.
APPOINTMENT: Mapping[AppointmentState, Mapping[AppointmentStep, AppointmentState]] = {
    _M.HELD: {_Z.BOOK: _M.BOOKED, _Z.EXPIRE: _M.EXPIRED},
    _M.BOOKED: {
        **_WAITING,
        _Z.ARRIVE: _M.ARRIVED,
        _Z.ROOM: _M.IN_ROOM,
        _Z.FINISH: _M.DONE,
    },
    _M.ARRIVED: {
        **_WAITING,
        _Z.ROOM: _M.IN_ROOM,
        _Z.FINISH: _M.DONE,
        _Z.UNDO: _M.BOOKED,
    },
    _M.IN_ROOM: {_Z.FINISH: _M.DONE, _Z.UNDO: _M.ARRIVED},
    _M.DONE: {_Z.UNDO: _M.IN_ROOM},
    _M.NO_SHOW: {_Z.ARRIVE: _M.ARRIVED, _Z.UNDO: _M.BOOKED},
    _M.CANCELED: {},
    _M.EXPIRED: {_Z.EXPIRE: _M.EXPIRED, _Z.BOOK: _M.BOOKED},  # late, and nobody was quicker
}


def next_state(
    table: Mapping[State, Mapping[Event, State]], state: State, event: Event
) -> State | Refused:
    """Where the event leads from this state, or the refusal."""
    following = table[state].get(event)
    return Refused(state, event) if following is None else following
