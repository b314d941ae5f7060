"""Take in what the printer and the post say of each piece: mailed, returned, forwarded; each fact counts once (CORE-3, STMT-18)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from billing.mail_status import MailFate, UnreadableStatus
from portal.db import transaction
from portal.office_ports import MailHouse
from portal.services.record_piece import KNOWN, UNKNOWN, record_piece
from portal.services.refusal import Refusal


class MailFileRefused(Refusal):
    """The file cannot be read; nothing of it was taken in."""

    title = "This file was not taken in"


@dataclass(frozen=True, slots=True)
class MailRecorded:
    """How many rows of each kind; `known` were told before, `unknown` name no piece of ours."""

    counts: Counter[str]

    def lines(self) -> Iterator[str]:
        """The result as the command prints it: never a name or an address."""
        kinds = (*(fate.value for fate in MailFate), KNOWN, UNKNOWN)
        yield ", ".join(f"{self.counts[kind]} {kind}" for kind in kinds)


def record_mail(content: bytes, *, house: MailHouse, now: datetime) -> MailRecorded:
    """Each row in its own transaction: a run that dies goes on where it was. Raises MailFileRefused."""
    try:
        rows = house.read_status(content)
    except UnreadableStatus as error:
        raise MailFileRefused(f"Correct it and send it again: {error}.") from error
    counts: Counter[str] = Counter()
    for row in rows:
        with transaction() as session:
            counts[record_piece(session, row, now)] += 1
    return MailRecorded(counts)
