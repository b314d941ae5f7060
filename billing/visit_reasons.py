"""Why somebody comes and why a visit is canceled: closed lists, so that nobody has to write what ails them (SCH-4)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

# Code to English words; shown through the translations, kept as the code, never in a message.
REASONS: Mapping[str, str] = {
    "checkup": "A checkup",
    "new_problem": "A new health problem",
    "known_problem": "A problem you have had before",
    "follow_up": "A follow-up to an earlier visit",
    "results": "To talk about test results",
    "medicine": "Medicine or a refill",
    "vaccine": "A vaccine",
    "form": "A form or a letter",
    "injury": "An injury",
    "other": "Something else",
}


class CancelReason(StrEnum):
    """Why a visit is given up."""

    BETTER = "better"
    ILL = "ill"
    WORK = "work"
    CARE = "care"
    RIDE = "ride"
    COST = "cost"
    ELSEWHERE = "elsewhere"
    FORGOT = "forgot"
    PROVIDER_AWAY = "provider_away"
    PRACTICE_CLOSED = "practice_closed"
    MISTAKE = "mistake"
    OTHER = "other"


CANCEL_WORDS: Mapping[CancelReason, str] = {
    CancelReason.BETTER: "I feel better",
    CancelReason.ILL: "I am too ill to come",
    CancelReason.WORK: "Work or school",
    CancelReason.CARE: "I take care of somebody",
    CancelReason.RIDE: "I have no way to get there",
    CancelReason.COST: "It costs too much",
    CancelReason.ELSEWHERE: "I go somewhere else",
    CancelReason.FORGOT: "I forgot about it",
    CancelReason.PROVIDER_AWAY: "The provider is away",
    CancelReason.PRACTICE_CLOSED: "The practice is closed",
    CancelReason.MISTAKE: "Booked by mistake",
    CancelReason.OTHER: "Another reason",
}
# What each side may say.
PATIENT_REASONS = (
    CancelReason.BETTER,
    CancelReason.ILL,
    CancelReason.WORK,
    CancelReason.CARE,
    CancelReason.RIDE,
    CancelReason.COST,
    CancelReason.ELSEWHERE,
    CancelReason.OTHER,
)
PRACTICE_REASONS = (
    CancelReason.PROVIDER_AWAY,
    CancelReason.PRACTICE_CLOSED,
    CancelReason.MISTAKE,
    CancelReason.OTHER,
)


def reason_words(code: str) -> str:
    """The English words of a reason to come; of an unknown or empty code nothing."""
    return REASONS.get(code, "")
