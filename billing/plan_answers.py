"""Why a practice may say no to a plan: specific reasons, none of them about who somebody is (PLAN-3)."""

from __future__ import annotations

from enum import StrEnum


class NoReason(StrEnum):
    """The principal reason of a no, or of another offer."""

    TOO_SMALL = "too_small"
    TOO_LONG = "too_long"
    STARTS_TOO_LATE = "starts_too_late"
    EARLIER_PLAN = "earlier_plan"
    BILL_CHANGED = "bill_changed"
    ASSISTANCE_FIRST = "assistance_first"


# As the letter says them.
NO_WORDS: dict[NoReason, str] = {
    NoReason.TOO_SMALL: "Each payment would be smaller than we can agree to for this balance.",
    NoReason.TOO_LONG: "The plan would take longer than we can agree to for this balance.",
    NoReason.STARTS_TOO_LATE: "The first payment would be later than we can agree to.",
    NoReason.EARLIER_PLAN: "An earlier payment plan with us was not paid as agreed.",
    NoReason.BILL_CHANGED: "The balance has changed since you asked.",
    NoReason.ASSISTANCE_FIRST: "Your request for financial assistance has to be decided first.",
}
