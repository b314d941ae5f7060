"""Whether somebody at the office may call a person about a bill now, and if not, when again (COLL-13 to COLL-15, COLL-5).

Pure: what was tried so far and a moment in, the rules that say no out. Days are the practice's own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from billing.text_hours import next_open

OPENS, CLOSES = time(8), time(21)  # by every clock that may be theirs (COLL-15)
CALLS_MOST = 7  # in seven days in a row (COLL-14)
CONTACTS_MOST = (
    3  # calls, texts and e-mails together, in seven days in a row: the product's own cap
)
WEEK = timedelta(days=7)
TOGETHER = timedelta(days=60)
UNANSWERED_COUNT = 3  # days on which nobody answered that together are an attempt to tell (COLL-5)
CAP, HOURS, PRODUCT = "COLL-14", "COLL-15", "COLL-13"


class Outcome(StrEnum):
    """What came of a call."""

    SPOKE = "spoke"
    LEFT_MESSAGE = "left_message"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"  # they answered, and did not want to talk


TALKED = frozenset({Outcome.SPOKE, Outcome.REFUSED})
UNANSWERED = frozenset({Outcome.NO_ANSWER, Outcome.LEFT_MESSAGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of an account. Without an outcome it was begun and counts as an attempt."""

    at: datetime
    on: date
    outcome: Outcome | None = None
    inbound: bool = False  # they called us: no attempt of ours, but a conversation like every other
    told_of_help: bool = False

    @property
    def talked(self) -> bool:
        return self.outcome in TALKED


@dataclass(frozen=True, slots=True, kw_only=True)
class MayCall:
    """The answer: now, or not before `again_at`. None there: at no moment that we can name."""

    rule_ids: tuple[str, ...] = ()
    again_at: datetime | None = None

    @property
    def now(self) -> bool:
        return not self.rule_ids


def may_call(
    at: datetime,
    *,
    calls: Collection[Call],
    written: Collection[date],
    zones: Collection[str],
    practice_zone: str,
    asked_from: time | None = None,
    asked_until: time | None = None,
) -> MayCall:
    """Whether a call may begin at this moment. `written`: the days of texts and e-mails about bills that left.

    `asked_from` and `asked_until`: the hours that they asked for; outside of those a call is inconvenient (COLL-15).

    All bills of an account are one debt here: more bills never mean more calls.
    """
    today = at.astimezone(ZoneInfo(practice_zone)).date()
    waits = _waits(today, calls, written)
    rules = {rule for rule, day in waits if day > today}
    free = max((day for _, day in waits), default=today)
    start = at if free <= today else _midnight(free, practice_zone)
    opens, closes = max(OPENS, asked_from or OPENS), min(CLOSES, asked_until or CLOSES)
    again = next_open(start, zones, opens=opens, closes=closes) if opens < closes else None
    if again is None or next_open(at, zones, opens=opens, closes=closes) != at.astimezone(UTC):
        rules.add(HOURS)
    return MayCall(rule_ids=tuple(sorted(rules)), again_at=again if rules else at)


def _waits(
    today: date, calls: Collection[Call], written: Collection[date]
) -> list[tuple[str, date]]:
    """By rule: the first day on which it no longer stands in the way."""
    ours = [one.on for one in calls if not one.inbound]
    talks = [
        one.on + WEEK for one in calls if one.talked
    ]  # the day of the talk is the first of seven
    return [
        (CAP, _room(today, ours, CALLS_MOST)),
        (CAP, max(talks, default=today)),
        (PRODUCT, _room(today, [*ours, *written], CONTACTS_MOST)),
    ]


def _room(today: date, days: Iterable[date], most: int) -> date:
    """The first day from today on with room for one more among seven days in a row."""
    recent = sorted((day for day in days if day > today - WEEK), reverse=True)
    return recent[most - 1] + WEEK if len(recent) >= most else today


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def silent_attempts(calls: Collection[Call]) -> tuple[date, ...]:
    """Each third day on which nobody answered, the three within 60 days: together they are an attempt to tell (COLL-5)."""
    found: list[date] = []
    run: list[date] = []
    for day in sorted({one.on for one in calls if one.outcome in UNANSWERED and not one.inbound}):
        run = [*(one for one in run if day - one <= TOGETHER), day]
        if len(run) == UNANSWERED_COUNT:
            found.append(day)
            run = []
    return tuple(found)


def is_telling(call: Call) -> bool:
    """Whether one call by itself told of help: only where the person was on the line."""
    return call.talked and call.told_of_help


def message_words(*, practice: str, caller: str, phone: str) -> str:
    """What a voicemail may say, word by word: whose call it was and how to call back, never why (COLL-21)."""
    return f"This is {caller} from {practice}. Please call me back at {phone}. Thank you."
