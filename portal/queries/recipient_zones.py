"""Which clocks may be a reader's: that of their ZIP code and those of their number's area (MSG-8)."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
import zipcodes
from phonenumbers import timezone

# A toll-free or unknown number belongs to every zone of the continent: it says nothing.
TELLING = 4
_ZIP = re.compile(r"\d{5}")


def recipient_zones(*, phone: str, postal_code: str, practice_zone: str) -> frozenset[str]:
    """Every time zone that must be inside the window; the practice's own where the ZIP code is unknown."""
    return _of_zip(postal_code, practice_zone) | _of_number(phone)


def _of_zip(postal_code: str, practice_zone: str) -> frozenset[str]:
    zip_code = _ZIP.match(postal_code)
    return (_zones_of(zip_code.group()) if zip_code else None) or frozenset({practice_zone})


@lru_cache(maxsize=4096)  # the library looks through its whole list for each one
def _zones_of(zip_code: str) -> frozenset[str]:
    found = zipcodes.matching(zip_code)  # type: ignore[no-untyped-call]  # zipcodes ships no types
    return frozenset(place["timezone"] for place in found if place["timezone"])


def _of_number(phone: str) -> frozenset[str]:
    try:
        zones = timezone.time_zones_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return frozenset()
    known = frozenset(zone for zone in zones if zone != timezone.UNKNOWN_TIMEZONE)
    return known if len(known) <= TELLING else frozenset()
