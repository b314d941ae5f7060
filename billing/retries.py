"""What follows when a saved way to pay was refused: by the bank's own word, try again, stop, or ask the patient (PLAN-10)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum

from billing.due_days import drawn_on

CARD, BANK = "card", "us_bank_account"


class Decline(StrEnum):
    """What kind of no it was."""

    SOFT = "soft"  # a card that may work another day
    SHORT = "short"  # a bank account without the money: R01, R09
    HARD = "hard"  # it will never work
    REVOKED = "revoked"  # the owner told the bank that they do not agree: the authorisation is over
    ASKS = "asks"  # the bank wants the patient there: a link to pay, never another try (payments.md rule 11)


# A card is tried again on these days after the first try; four tries are the most.
CARD_LATER = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
# A bank debit that came back is presented again so long after it did; twice is the most.
BANK_LATER = (timedelta(days=3), timedelta(days=7))
REPRESENT_WITHIN = timedelta(days=180)  # of the first debit

NOT_MADE = "not_made"  # our request never arrived: no bank said no, and nothing was drawn
_ASKS = frozenset({"authentication_required", "online_or_offline_pin_required"})
_SOFT = frozenset(
    {
        "approve_with_id",
        "authentication_not_handled",
        "card_declined",
        "card_velocity_exceeded",
        "do_not_honor",
        "generic_decline",
        "insufficient_funds",
        "issuer_not_available",
        "processing_error",
        "reenter_transaction",
        "try_again_later",
        "withdrawal_count_limit_exceeded",
    }
)
_CARD_REVOKED = frozenset(
    {"revocation_of_all_authorizations", "revocation_of_authorization", "stop_payment_order"}
)
# By the network's return code, and by the provider's word, which may stand for several of them.
_SHORT = frozenset({"R01", "R09", "insufficient_funds"})
_BANK_REVOKED = frozenset({"R07", "R10", "debit_not_authorized"})


def decline_of(kind: str, code: str) -> Decline:
    """The kind of a no. A word that nobody here knows is never tried again."""
    if code == NOT_MADE:
        return Decline.SOFT
    if kind == BANK:
        if code in _SHORT:
            return Decline.SHORT
        return Decline.REVOKED if code in _BANK_REVOKED else Decline.HARD
    if code in _ASKS:
        return Decline.ASKS
    if code in _CARD_REVOKED:
        return Decline.REVOKED
    return Decline.SOFT if code in _SOFT else Decline.HARD


def next_try_on(
    decline: Decline,
    *,
    tries: int,
    first_on: date,
    failed_on: date,
    closed: Collection[date] = (),
) -> date | None:
    """The day of the next try after so many; None when there is none."""
    if decline is Decline.SOFT and tries <= len(CARD_LATER):
        return max(first_on + CARD_LATER[tries - 1], failed_on + timedelta(days=1))
    if decline is Decline.SHORT and tries <= len(BANK_LATER):
        day = drawn_on(failed_on + BANK_LATER[tries - 1], closed)
        return day if day <= first_on + REPRESENT_WITHIN else None
    return None
