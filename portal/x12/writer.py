"""From values to segments: the envelope that both writers share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from portal.x12.remittance import Adjustment


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who sends to whom, when, and under which control number (1 to 999999999)."""

    sender: str
    receiver: str
    sent_at: datetime
    control_number: int = 1
    usage: str = "P"  # T for tests


def segment(*elements: str) -> str:
    """One segment without its terminator, empty elements at the end dropped."""
    return "*".join(elements).rstrip("*")


def clean(text: str) -> str:
    """A value that cannot break out of its element."""
    return text.translate(_FORBIDDEN).strip()


_TRIPLETS = 6  # in one CAS
_FORBIDDEN = {ord(c): " " for c in "*~:^\r\n\t"}


def amount(cents: int) -> str:
    """X12 writes 81080 cents as 810.8 and 13200 as 132."""
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    whole, rest = divmod(cents, 100)
    if not rest:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{rest:02d}".rstrip("0")


def day(on: date | None) -> str:
    """CCYYMMDD, nothing for no date."""
    return f"{on:%Y%m%d}" if on else ""


def adjustments(found: Iterable[Adjustment]) -> list[str]:
    """One CAS for each run of one group, six triplets at most in each."""
    written = []
    for group, run in groupby(found, key=lambda adjustment: adjustment.group):
        triplets = list(run)
        for at in range(0, len(triplets), _TRIPLETS):
            values: list[str] = []
            for adjustment in triplets[at : at + _TRIPLETS]:
                values += [adjustment.reason, amount(adjustment.amount_cents), adjustment.quantity]
            written.append(segment("CAS", group, *values))
    return written


def interchange(
    envelope: Envelope, *, group: str, version: str, sets: Iterable[list[str]]
) -> bytes:
    """ISA to IEA around transaction sets that each begin with their ST and lack their SE."""
    sent, number = envelope.sent_at, f"{envelope.control_number:09d}"
    sender, receiver = clean(envelope.sender), clean(envelope.receiver)
    header = f"ISA*00*{'':10}*00*{'':10}*ZZ*{sender[:15]:15}*ZZ*{receiver[:15]:15}*{sent:%y%m%d}*{sent:%H%M}"
    bodies = list(sets)
    written = [
        f"{header}*^*00501*{number}*0*{envelope.usage}*:",
        segment(
            "GS",
            group,
            sender,
            receiver,
            f"{sent:%Y%m%d}",
            f"{sent:%H%M}",
            str(int(number)),
            "X",
            version,
        ),
    ]
    for body in bodies:
        control = body[0].split("*")[2]
        written += [*body, f"SE*{len(body) + 1}*{control}"]
    written += [f"GE*{len(bodies)}*{int(number)}", f"IEA*1*{number}"]
    return ("~\n".join(written) + "~\n").encode()
