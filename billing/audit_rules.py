"""Which looks into the trail a person must judge: the alerts of HIPAA-4, and how a restricted account may be opened."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

HOUR = timedelta(hours=1)
_SATURDAY = 5


class Alert(StrEnum):
    """What the daily look finds."""

    OWN_RECORD = "own_record"
    FAMILY = "family"
    CO_WORKER = "co_worker"
    RESTRICTED = "restricted"
    BREAK_GLASS = "break_glass"
    MANY_CHARTS = "many_charts"
    AFTER_HOURS = "after_hours"
    LARGE_EXPORT = "large_export"
    FAILED_SIGN_INS = "failed_sign_ins"


ALERT_WORDS: Mapping[Alert, str] = {
    Alert.OWN_RECORD: "Opened their own record",
    Alert.FAMILY: "Opened the record of somebody of their family or home",
    Alert.CO_WORKER: "Opened the record of a colleague",
    Alert.RESTRICTED: "Opened a restricted account",
    Alert.BREAK_GLASS: "Opened a restricted account by giving a reason",
    Alert.MANY_CHARTS: "Opened very many accounts within an hour",
    Alert.AFTER_HOURS: "Opened accounts after hours",
    Alert.LARGE_EXPORT: "Downloaded many rows",
    Alert.FAILED_SIGN_INS: "Failed to sign in many times",
}


class Finding(StrEnum):
    """How a person judged an alert."""

    PROPER = "proper"
    REMINDED = "reminded"
    INCIDENT = "incident"


FINDING_WORDS: Mapping[Finding, str] = {
    Finding.PROPER: "Part of their work",
    Finding.REMINDED: "Not needed for their work; they were told",
    Finding.INCIDENT: "An incident: handled as a possible breach",
}


class Restriction(StrEnum):
    """Why an account is restricted."""

    VIP = "vip"
    STAFF = "staff"
    BY_REQUEST = "by_request"


RESTRICTION_WORDS: Mapping[Restriction, str] = {
    Restriction.VIP: "Known to the public",
    Restriction.STAFF: "Works here, or is family of somebody who does",
    Restriction.BY_REQUEST: "Asked for it",
}


class GlassReason(StrEnum):
    """Why somebody must open a restricted account now."""

    PATIENT_ASKS = "patient_asks"
    MONEY = "money"
    CLAIM = "claim"
    VISIT = "visit"
    OTHER = "other"


GLASS_WORDS: Mapping[GlassReason, str] = {
    GlassReason.PATIENT_ASKS: "The patient is here, on the phone, or wrote to us",
    GlassReason.MONEY: "A payment or refund must be handled now",
    GlassReason.CLAIM: "A claim or a denial has a deadline",
    GlassReason.VISIT: "A visit is being prepared",
    GlassReason.OTHER: "Something else: say what",
}


@dataclass(frozen=True, slots=True)
class Burst:
    """The fullest hour: how many accounts, and which row of the trail began it."""

    accounts: int
    first_event_id: int


def fullest_hour(looks: Iterable[tuple[datetime, int, int]]) -> Burst:
    """The most different accounts within any sixty minutes, of looks as (when, account, event) in order."""
    window: deque[tuple[datetime, int, int]] = deque()
    open_now: Counter[int] = Counter()
    best = Burst(0, 0)
    for look in looks:
        window.append(look)
        open_now[look[1]] += 1
        while look[0] - window[0][0] >= HOUR:
            _, gone, _ = window.popleft()
            open_now[gone] -= 1
            if not open_now[gone]:
                del open_now[gone]
        if len(open_now) > best.accounts:
            best = Burst(len(open_now), window[0][2])
    return best


def is_after_hours(local: datetime, *, opens: time, closes: time, weekend: bool) -> bool:
    """Whether the office is closed at this moment of its own clock."""
    if weekend and local.weekday() >= _SATURDAY:
        return True
    return not opens <= local.time().replace(tzinfo=None) < closes
