"""Mail servers' reports of what came back, from files, a pipe or a maildir: each counts once (STMT-18, MSG-20)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from portal.db import transaction
from portal.ports import Bounce, EmailSender, ForgedMessage
from portal.services.lock_message import lock_message
from portal.services.note_status import note_status
from portal.services.note_undelivered import note_undelivered
from portal.services.statement_notice import EMAIL

CAME_BACK, KNOWN, DELAYED, IGNORED = "came back", "known", "delayed", "ignored"


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many reports there were of each kind."""

    counts: Counter[str]

    def lines(self) -> Iterator[str]:
        """The result as the command prints it: never an address."""
        yield ", ".join(
            f"{self.counts[kind]} {kind}" for kind in (CAME_BACK, KNOWN, DELAYED, IGNORED)
        )


def record_bounces(reports: Iterable[bytes], *, email: EmailSender, now: datetime) -> Recorded:
    """Take every report in; one that is forged, broken or none of ours changes nothing."""
    counts: Counter[str] = Counter()
    for raw in reports:
        try:
            bounce = email.read_bounce(raw)
        except ForgedMessage:
            counts[IGNORED] += 1
        else:
            counts[record_bounce(bounce, now=now)] += 1
    return Recorded(counts)


def record_bounce(bounce: Bounce, *, now: datetime) -> str:
    """Mark one message as undelivered with all that follows; what was done, in a word."""
    with transaction() as session:
        message = lock_message(session, bounce.message_id)
        if message is None or message.channel != EMAIL:
            return IGNORED
        if message.state in {"undelivered", "refused"}:
            return KNOWN
        if not bounce.failed:
            message.error = bounce.status  # the server still tries
            note_status(session, message.id, DELAYED, now=now, error=bounce.status)
            return DELAYED
        message.state, message.error, message.ended_at = "undelivered", bounce.status, now
        session.flush()
        note_status(session, message.id, message.state, now=now, error=bounce.status)
        note_undelivered(session, message, bad_address=bounce.bad_address, now=now)
        return CAME_BACK
