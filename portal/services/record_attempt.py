"""Count tries at anything guessable, and refuse the next one when there were too many (ID-4, ID-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from portal.db import read_only, transaction
from portal.models.identity import Attempt
from portal.services.enrolment_codes import keyed_hash

LOCK_AT = 10  # failures in a row
LOCK = timedelta(minutes=15)
NEVER_MORE_THAN = 100  # in a row, until the password is reset
MEMORY = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures within so long; a streak ends with a success and may lock."""

    tries: int
    within: timedelta
    streak: bool


ACCOUNT = Limit(5, timedelta(minutes=15), streak=True)
ADDRESS = Limit(20, timedelta(hours=1), streak=False)  # a success elsewhere must not wipe it
SHARED_ADDRESS = Limit(60, timedelta(hours=1), streak=False)
SENDING = Limit(5, timedelta(minutes=15), streak=False)  # codes and links: there is no success
PERSON = Limit(10, timedelta(days=1), streak=False)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a try is counted against: an account, a network address, a person."""

    name: str
    limit: Limit


@dataclass(frozen=True, slots=True)
class Try:
    """One admitted try; it counts as failed until `record_success` hears otherwise."""

    ids: tuple[int, ...]
    failures_in_a_row: int  # this one included, unless it succeeds

    @property
    def locks(self) -> bool:
        return self.failures_in_a_row == LOCK_AT


def record_attempt(
    *, action: str, subjects: Sequence[Subject], keys: Sequence[bytes], now: datetime
) -> Try | None:
    """Admit and count the try, or answer None when any subject has had too many.

    The row is written before the secret is looked at, so that tries sent at once cannot pass together.
    """
    hashed = {keyed_hash(f"{action} {item.name}", keys[0]): item.limit for item in subjects}
    with transaction() as session:
        for subject_hash in sorted(hashed):
            session.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended(:subject, 0))"),
                {"subject": subject_hash},
            )
        streak = 0
        for subject_hash, limit in hashed.items():
            failures = _failures(session, action, subject_hash, limit, now)
            if failures is None:
                return None
            streak = max(streak, failures)
        rows = [
            Attempt(action=action, subject_hash=subject_hash, succeeded=False, at=now)
            for subject_hash in hashed
        ]
        session.add_all(rows)
        session.flush()
        return Try(tuple(row.id for row in rows), streak + 1)


def is_used_up(*, action: str, subject: Subject, keys: Sequence[bytes], now: datetime) -> bool:
    """Whether the subject's next try would be refused; nothing is counted."""
    hashed = keyed_hash(f"{action} {subject.name}", keys[0])
    with read_only() as session:
        return _failures(session, action, hashed, subject.limit, now) is None


def record_success(tried: Try) -> None:
    """The try was right: it no longer counts, and its account's streak ends."""
    with transaction() as session:
        session.execute(update(Attempt).where(Attempt.id.in_(tried.ids)).values(succeeded=True))


def end_streak(*, action: str, name: str, keys: Sequence[bytes], now: datetime) -> None:
    """Start the subject's row of failures anew: what was guessed at exists no longer."""
    with transaction() as session:
        session.add(
            Attempt(
                action=action,
                subject_hash=keyed_hash(f"{action} {name}", keys[0]),
                succeeded=True,
                at=now,
            )
        )


def _failures(
    session: Session, action: str, subject_hash: str, limit: Limit, now: datetime
) -> int | None:
    """Failures in a row so far (0 where streaks do not count), or None when the next is refused."""
    mine = (Attempt.action == action, Attempt.subject_hash == subject_hash)
    if not limit.streak:
        window = select(func.count()).where(
            *mine, ~Attempt.succeeded, Attempt.at > now - limit.within
        )
        return 0 if session.scalars(window).one() < limit.tries else None
    last_success = (
        select(func.coalesce(func.max(Attempt.id), 0)).where(*mine, Attempt.succeeded)
    ).scalar_subquery()
    recent, in_a_row, last_at = session.execute(
        select(
            func.count().filter(Attempt.at > now - limit.within), func.count(), func.max(Attempt.at)
        ).where(*mine, ~Attempt.succeeded, Attempt.id > last_success, Attempt.at > now - MEMORY)
    ).one()
    locked = in_a_row and in_a_row % LOCK_AT == 0 and now - last_at < LOCK
    if recent >= limit.tries or locked or in_a_row >= NEVER_MORE_THAN:
        return None
    return int(in_a_row)
