"""Which two steps are never one person's (OPS-13): one table, which each service that takes a second step asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Duty(StrEnum):
    """What takes two people."""

    REFUND = "refund"
    CHECK_REFUND = "check_refund"
    PAYER_REFUND = "payer_refund"
    ADJUSTMENT = "adjustment"
    MERGE = "merge"
    PLAN = "plan"
    ALERT = "alert"
    BILL_DISPUTE = "bill_dispute"
    ASSISTANCE = "assistance"
    ASSISTANCE_APPEAL = "assistance_appeal"
    PACKET = "packet"
    LETTER_WORDS = "letter_words"
    BAD_DEBT = "bad_debt"
    TRACE = "trace"
    AGENCY = "agency"
    AGENCY_MONEY = "agency_money"
    ESTIMATE = "estimate"


@dataclass(frozen=True, slots=True)
class Steps:
    """The two steps in words, what each needs, and the service that takes the second one."""

    first: str
    second: str
    first_needs: str
    second_needs: str
    service: str


DUTIES: Mapping[Duty, Steps] = {
    Duty.REFUND: Steps(
        "asked for a refund",
        "approves it",
        "refunds.request",
        "refunds.approve",
        "portal/services/decide_refund.py",
    ),
    Duty.CHECK_REFUND: Steps(
        "asked for a refund by check",
        "approves it",
        "refunds.request",
        "refunds.approve",
        "portal/services/decide_check.py",
    ),
    Duty.PAYER_REFUND: Steps(
        "asked for a check to a payer",
        "approves it",
        "refunds.request",
        "refunds.approve",
        "portal/services/refund_payer.py",
    ),
    Duty.ADJUSTMENT: Steps(
        "asked for an adjustment above their limit",
        "approves it",
        "ledger.adjust",
        "ledger.adjust",
        "portal/services/decide_adjustment.py",
    ),
    Duty.MERGE: Steps(
        "asked to merge two records",
        "merges them",
        "people.merge",
        "people.merge",
        "portal/services/decide_merge.py",
    ),
    Duty.PLAN: Steps(
        "wrote down a plan outside the policy",
        "approves it",
        "plans.make",
        "plans.approve",
        "portal/services/decide_plan.py",
    ),
    Duty.ASSISTANCE: Steps(
        "decided about assistance above the limit",
        "approves it",
        "assistance.decide",
        "assistance.approve",
        "portal/services/approve_assistance.py",
    ),
    Duty.ASSISTANCE_APPEAL: Steps(
        "decided about assistance",
        "decides the appeal",
        "assistance.decide",
        "assistance.decide",
        "portal/services/decide_assistance.py",
    ),
    Duty.PACKET: Steps(
        "prepared a packet of a bill",
        "signs it",
        "collections.work",
        "collections.sign",
        "portal/services/sign_packet.py",
    ),
    Duty.AGENCY: Steps(
        "wrote down the contract with an agency",
        "approves it",
        "agencies.edit",
        "agencies.approve",
        "portal/services/approve_agency.py",
    ),
    Duty.AGENCY_MONEY: Steps(
        "entered a payment of an agency",
        "takes it back",
        "collections.work",
        "collections.sign",
        "portal/services/take_back_agency_remittance.py",
    ),
    Duty.BAD_DEBT: Steps(
        "prepared a batch of write-offs as bad debt",
        "approves it",
        "collections.work",
        "collections.sign",
        "portal/services/approve_bad_debt.py",
    ),
    Duty.TRACE: Steps(
        "noted a new address or number",
        "confirms it",
        "collections.work",
        "collections.work",
        "portal/services/note_trace.py",
    ),
    Duty.LETTER_WORDS: Steps(
        "wrote new words of a letter",
        "approves them",
        "settings.edit",
        "settings.edit",
        "portal/services/approve_words.py",
    ),
    Duty.ESTIMATE: Steps(
        "found right a bill far above its estimate",
        "lets it go out",
        "tasks.work",
        "holds.decide",
        "portal/services/end_estimate_check.py",
    ),
    Duty.ALERT: Steps(
        "did what an alert is about",
        "judges it",
        "accounts.view",
        "audit.review",
        "portal/services/review_alert.py",
    ),
    Duty.BILL_DISPUTE: Steps(
        "posted a charge or an adjustment of a disputed line, or gave the first answer",
        "answers the dispute",
        "ledger.adjust",
        "bill_disputes.work",
        "portal/services/answer_dispute.py",
    ),
}


# OPS-13: from so many active sign-ins on there is always a second person; below, the owner's review log takes their place.
TWO_PEOPLE_FROM = 3
# Where the log may take it. What judges people, what a patient contests and what goes to an agency is never one person's.
LOGGED: frozenset[Duty] = frozenset(
    {
        Duty.REFUND,
        Duty.CHECK_REFUND,
        Duty.PAYER_REFUND,
        Duty.ADJUSTMENT,
        Duty.MERGE,
        Duty.PLAN,
        Duty.ASSISTANCE,
        Duty.ESTIMATE,
        Duty.AGENCY_MONEY,
    }
)


def may_stand_alone(duty: Duty, active_staff: int) -> bool:
    """Whether one person may take both steps, with a row in the owner's review log."""
    return duty in LOGGED and active_staff < TWO_PEOPLE_FROM


def same_person(duty: Duty, first: int | None, second: int) -> bool:
    """Whether one sign-in would take both steps; a first step of the system itself is nobody's."""
    del duty  # it names the pair where the question is asked
    return first == second
