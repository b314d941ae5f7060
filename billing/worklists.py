"""The lists that an office works by: each gathers kinds of work that the same people do in the same way (OPS-3, OPS-14, OPS-17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from billing.business_days import business_days_after


class Worklist(StrEnum):
    """The lists by name."""

    EXCEPTIONS = "exceptions"
    UNPAID = "unpaid"
    DENIALS = "denials"
    SECONDARY = "secondary"
    UNAPPLIED = "unapplied"
    CREDITS = "credits"
    FAILED = "failed"
    RETURNED = "returned"
    APPROVE = "approve"
    CASES = "cases"
    AGENCIES = "agencies"
    PATIENTS = "patients"


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list is called, and the kinds of work on it."""

    label: str
    about: str
    kinds: frozenset[str]


def _kinds(names: str) -> frozenset[str]:
    return frozenset(names.split())


LISTS: Mapping[Worklist, Listed] = {
    Worklist.EXCEPTIONS: Listed(
        "Exceptions",
        "What a payer sent and could not post by itself.",
        _kinds(
            "held_claim unmatched held_set waiting_set waiting_bill file_refused review figures"
            " reversal claim_import batch_open"
        ),
    ),
    Worklist.UNPAID: Listed(
        "Unpaid claims",
        "Claims that a payer has not answered, by age and payer.",
        _kinds("unpaid_claim filing_deadline"),
    ),
    Worklist.DENIALS: Listed(
        "Denials",
        "Money denied or paid below the contract, and its last days.",
        _kinds("denial denial_deadline underpaid"),
    ),
    Worklist.SECONDARY: Listed(
        "Next plan",
        "The first plan has answered; another plan is to be billed.",
        _kinds("bill_next coverage_changed"),
    ),
    Worklist.UNAPPLIED: Listed(
        "Unapplied money",
        "Money that is here and belongs to no bill yet; none should be older than 7 days.",
        _kinds(
            "plb eft_without_era era_without_eft payout_line payment_orphan prepaid_unbilled"
            " payment_mismatch"
        ),
    ),
    Worklist.CREDITS: Listed(
        "Credits",
        "Money that goes back to a patient or a payer.",
        _kinds("credit_asked credit_found payer_refund"),
    ),
    Worklist.FAILED: Listed(
        "Failed payments",
        "Drawn payments that failed, plans that ended, and payments that a bank took back.",
        _kinds("draft_failed plan_ended card_dispute card_testing"),
    ),
    Worklist.RETURNED: Listed(
        "Not reached",
        "Mail that came back, numbers that are wrong, and notices to give otherwise.",
        _kinds("unreached mail_returned bad_number wrong_number texts_alert plan_paper"),
    ),
    Worklist.CASES: Listed(
        "Cases",
        "Steps before an agency that wait for a person: help is told first.",
        _kinds(
            "screen_for_help guest_application tell_of_help final_notice gate_open assistance_presumed promise_broken"
        ),
    ),
    Worklist.APPROVE: Listed(
        "To approve",
        "What somebody asked for and another person decides.",
        _kinds(
            "refund adjustment_request card_refund bad_debt small_balance owner_review"
            " estimate_over"
        ),
    ),
    Worklist.AGENCIES: Listed(
        "Agencies",
        "What collection agencies sent back, and bills that could not go there.",
        _kinds("agency_rows agency_address agency_closed agency_back placement_refused"),
    ),
}


def list_of(kind: str) -> Worklist:
    """Where a kind of work stands; what no list names is about people."""
    return next((name for name, one in LISTS.items() if kind in one.kinds), Worklist.PATIENTS)


OTHERS = Listed("People and visits", "What patients asked, told or need.", frozenset())


def listed(name: Worklist) -> Listed:
    """Words and kinds of a list; of the last one the kinds are all that no other names."""
    return LISTS.get(name, OTHERS)


# Conversations that wait for an answer; they stand under Messages, not in the queue, and are counted beside its lists.
MESSAGES = "messages"
MESSAGES_LABEL = "Messages to answer"
# The first touch of OPS-6, which we keep for whoever writes to us too: business days.
ANSWER_WITHIN = 2


def answer_by(asked_on: date) -> date:
    """The day by which somebody who wrote is to have an answer."""
    return business_days_after(asked_on, ANSWER_WITHIN)


def late_before(on: date) -> date:
    """Who wrote before this day should have had an answer before `on`."""
    day = on
    while answer_by(day - timedelta(days=1)) >= on:
        day -= timedelta(days=1)
    return day


NAMED: frozenset[str] = frozenset().union(*(one.kinds for one in LISTS.values()))

# Days since a claim was first sent, each band to its last day; the last has no end.
CLAIM_AGES: tuple[tuple[str, int, int | None], ...] = (
    ("0-30", 0, 30),
    ("31-60", 31, 60),
    ("61-90", 61, 90),
    ("91-120", 91, 120),
    ("121", 121, None),
)


def claim_age(sent_on: date, on: date) -> str:
    """The band in which a claim of that day stands on another."""
    days = max((on - sent_on).days, 0)
    return next(name for name, _, last in CLAIM_AGES if last is None or days <= last)
