"""Which numbers we text codes to: those of the United States, never one that costs more."""

from __future__ import annotations

import phonenumbers

# +1 alone is also Canada and some twenty islands, whose numbers are a known way to run up a bill.
REGIONS = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})


def us_number(typed: str) -> str | None:
    """The number as E.164; None when it is no US number, or a premium one."""
    try:
        number = phonenumbers.parse(typed, "US")
    except phonenumbers.NumberParseException:
        return None
    dear = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.PREMIUM_RATE
    if dear or phonenumbers.region_code_for_number(number) not in REGIONS:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
