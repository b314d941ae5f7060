"""What to do about a text that did not arrive, by the provider's error (MSG-13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """`retries` are the waits before each further try; what follows when they are used up is `other_channel`."""

    means: str  # for the work item
    retries: tuple[timedelta, ...] = ()
    other_channel: bool = True
    opted_out: bool = False
    bad_number: bool = False  # no text to it any more; ask the patient for another
    stops_texts: bool = False  # until a person has mended the cause
    alert: bool = False  # something is wrong with our account at the provider


_NEVER = Remedy(means="the text did not arrive")
_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)
REMEDIES: dict[str, Remedy] = {
    "21610": Remedy(means="they told the carrier to stop our texts", opted_out=True),
    "21211": Remedy(means="the number does not exist", bad_number=True),
    "21614": Remedy(means="the number is not a mobile", bad_number=True),
    "21635": Remedy(means="the number is a landline", bad_number=True),
    "21408": Remedy(means="texts to this region are not switched on", alert=True),
    "21608": Remedy(means="a trial account may text only verified numbers", alert=True),
    "30001": Remedy(
        means="too many texts wait at the provider",
        retries=(5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR),
    ),
    "30003": Remedy(means="the phone could not be reached", retries=(6 * _HOUR, 18 * _HOUR)),
    "30004": Remedy(means="the carrier blocked the text"),
    "30005": Remedy(means="no phone answers at this number", bad_number=True),
    "30006": Remedy(means="the number is a landline", bad_number=True),
    "30007": Remedy(means="carriers filter our texts", stops_texts=True, alert=True),
    "30008": Remedy(means="the carrier gave no reason", retries=(_HOUR,)),
    "30032": Remedy(means="our number is not verified", stops_texts=True, alert=True),
    "30034": Remedy(means="our number is not registered", stops_texts=True, alert=True),
    "30410": Remedy(means="the carrier did not answer in time", retries=(15 * _MINUTE,)),
}


def remedy_for(code: str) -> Remedy:
    """What MSG-13 asks for; an unknown error goes to another channel and is not tried again."""
    return REMEDIES.get(code, _NEVER)


def wait_before_retry(code: str, *, tries: int) -> timedelta | None:
    """How long to wait before the next try, after `tries` of them; None: no further one."""
    waits = remedy_for(code).retries
    return waits[tries - 1] if 0 < tries <= len(waits) else None
