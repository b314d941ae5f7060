"""Every cell of every state table, and that success beats every other story."""

import pytest

from billing.transitions import (
    APPOINTMENT,
    CLAIM,
    PAYMENT,
    PLAN,
    REFUND,
    AppointmentState,
    AppointmentStep,
    ClaimEvent,
    ClaimState,
    PaymentEvent,
    PaymentState,
    PlanState,
    PlanStep,
    RefundEvent,
    RefundState,
    Refused,
    next_state,
)

# One row a state; events in the order of the enum: submit, needs_action, process, succeed, fail, cancel
PAYMENT_TABLE = {
    "created": "submitting requires_action processing succeeded failed canceled",
    "submitting": "submitting requires_action processing succeeded failed canceled",
    "requires_action": "- requires_action processing succeeded failed canceled",
    "processing": "- - processing succeeded failed canceled",
    "succeeded": "- - - succeeded - -",
    "failed": "- - - succeeded failed -",
    "canceled": "- - - succeeded - canceled",
}
# approve, decline, submit, pend, succeed, refuse, fail
REFUND_TABLE = {
    "requested": "approved declined - - succeeded - -",
    "approved": "- - submitting pending succeeded - failed",
    "declined": "- declined - - succeeded - -",
    "submitting": "- - submitting pending succeeded refused failed",
    "pending": "- - - pending succeeded - failed",
    "succeeded": "- - - - succeeded - failed",
    "refused": "- - - - succeeded refused -",
    "failed": "- - - - - - failed",
}
# decide, decide_part, reverse, resubmit, cancel, leave, reopen
CLAIM_TABLE = {
    "open": "decided open deciding_again deciding_again deciding_again void -",
    "decided": "- - deciding_again deciding_again deciding_again - -",
    "deciding_again": "decided deciding_again deciding_again deciding_again deciding_again void -",
    "void": "- - - - - - open",
}
# ask_approval, offer, approve, decline, sign, pause, resume, fall_behind, catch_up, default,
# complete, reopen, cancel
PLAN_TABLE = {
    "proposed": "awaiting_approval offered - - active - - - - - - - canceled",
    "awaiting_approval": "- - offered canceled - - - - - - - - canceled",
    "offered": "- offered - - active - - - - - - - canceled",
    "active": "- - - - active paused - in_grace - - completed - canceled",
    "paused": "- - - - active paused active in_grace - - completed - canceled",
    "in_grace": "- - - - active paused - in_grace active defaulted completed - canceled",
    "defaulted": "- - - - active - - - - - - - -",
    "completed": "- - - - - - - - - - - active -",
    "canceled": "- - - - - - - - - - - - -",
}
# book, expire, arrive, room, finish, miss, cancel, undo
APPOINTMENT_TABLE = {
    "held": "booked expired - - - - - -",
    "booked": "- - arrived in_room done no_show canceled -",
    "arrived": "- - - in_room done no_show canceled booked",
    "in_room": "- - - - done - - arrived",
    "done": "- - - - - - - in_room",
    "no_show": "- - arrived - - - - booked",
    "canceled": "- - - - - - - -",
    "expired": "booked expired - - - - - -",
}


def cells(table: dict[str, str], states: type, events: type) -> list[tuple]:
    return [
        (states(state), event, None if following == "-" else states(following))
        for state, row in table.items()
        for event, following in zip(events, row.split(), strict=True)
    ]


@pytest.mark.parametrize(
    ("state", "event", "following"), cells(PAYMENT_TABLE, PaymentState, PaymentEvent)
)
def test_payment_table(
    state: PaymentState, event: PaymentEvent, following: PaymentState | None
) -> None:
    assert next_state(PAYMENT, state, event) == (following or Refused(state, event))


@pytest.mark.parametrize(
    ("state", "event", "following"), cells(CLAIM_TABLE, ClaimState, ClaimEvent)
)
def test_claim_table(state: ClaimState, event: ClaimEvent, following: ClaimState | None) -> None:
    assert next_state(CLAIM, state, event) == (following or Refused(state, event))


@pytest.mark.parametrize(
    ("state", "event", "following"), cells(REFUND_TABLE, RefundState, RefundEvent)
)
def test_refund_table(
    state: RefundState, event: RefundEvent, following: RefundState | None
) -> None:
    assert next_state(REFUND, state, event) == (following or Refused(state, event))


@pytest.mark.parametrize(("state", "step", "following"), cells(PLAN_TABLE, PlanState, PlanStep))
def test_PLAN_14_plan_table(state: PlanState, step: PlanStep, following: PlanState | None) -> None:
    assert next_state(PLAN, state, step) == (following or Refused(state, step))


@pytest.mark.parametrize(
    ("state", "step", "following"), cells(APPOINTMENT_TABLE, AppointmentState, AppointmentStep)
)
def test_SCH_7_appointment_table(
    state: AppointmentState, step: AppointmentStep, following: AppointmentState | None
) -> None:
    assert next_state(APPOINTMENT, state, step) == (following or Refused(state, step))


@pytest.mark.parametrize("state", [s for s in RefundState if s is not RefundState.FAILED])
def test_money_that_left_beats_every_story_but_that_it_came_back(state: RefundState) -> None:
    assert next_state(REFUND, state, RefundEvent.SUCCEED) is RefundState.SUCCEEDED


@pytest.mark.parametrize("state", PaymentState)
def test_success_beats_failure_from_any_state(state: PaymentState) -> None:
    assert next_state(PAYMENT, state, PaymentEvent.SUCCEED) is PaymentState.SUCCEEDED


def test_the_tables_know_every_state() -> None:
    assert set(PAYMENT) == set(PaymentState)
    assert set(CLAIM) == set(ClaimState)
    assert set(REFUND) == set(RefundState)
    assert set(PLAN) == set(PlanState)
    assert set(APPOINTMENT) == set(AppointmentState)
