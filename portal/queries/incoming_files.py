"""Files that came in by themselves: what became of each, what was refused and why, and what waits for a person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.free_text import redact_free_text
from billing.money import Money
from portal.db import read_only
from portal.models.files import File
from portal.models.posting import IncomingFile
from portal.models.remittances import RemittanceClaim, RemittanceRow
from portal.queries.automation import Share, shares_by_payer, together
from portal.queries.payer_rules import day_start
from portal.queries.waiting_sets import MOST

SHOWN = 10  # files; the whole list of what waits is one press away
BACK = timedelta(days=7)
STATES = {
    "growing": ("waiting", "Still arriving"),
    "cut_off": ("held", "End is missing"),
    "kept": ("waiting", "Being posted"),
    "posted": ("paid", "Taken in"),
    "duplicate": ("info", "Seen before"),
    "refused": ("error", "Refused"),
    "gone": ("info", "Taken away"),
}
SOURCES = {"folder": "Watched folder", "sftp": "Payer’s server"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One file; `tag` is the kind and words of its state."""

    name: str
    source: str
    tag: tuple[str, str]
    reason: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingSet:
    """A remittance that waits for a person; `clean` of its claims open no work."""

    id: int
    payer_name: str
    trace: str
    paid: Money
    claims: int
    clean: int
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingPage:
    """What the page of remittances says above its list."""

    files: tuple[Incoming, ...]
    waiting: tuple[WaitingSet, ...]
    waiting_count: int
    today: Share


def what_became(session: Session, file_id: int, *, seen_at: datetime) -> tuple[str, str]:
    """State and words of a posted file, by its rows: however often posting was tried.

    `seen_at` is when it was first seen where it lay: bytes that we had before that came in twice.
    """
    before = session.get_one(File, file_id).received_at < seen_at
    sets = Counter(
        session.scalars(select(RemittanceRow.status).where(RemittanceRow.file_id == file_id))
    )
    if before or not sets:
        return "duplicate", "Everything in it came in before. Nothing was posted twice."
    rows = session.execute(
        select(RemittanceClaim.disposition, func.count())
        .join(RemittanceRow, RemittanceRow.id == RemittanceClaim.remittance_id)
        .where(RemittanceRow.file_id == file_id, RemittanceRow.status == "posted")
        .group_by(RemittanceClaim.disposition)
    )
    claims = {row[0]: row[1] for row in rows}
    posted = claims.pop("posted", 0)
    words = []
    if sets["posted"]:
        words.append(f"Payments posted: {sets['posted']}.")
        words.append(f"Claims posted: {posted}, for a person: {sum(claims.values())}.")
    if sets["waiting"]:
        words.append(f"Payments that wait for a person to post them: {sets['waiting']}.")
    if sets["held"]:
        words.append(f"Payments that do not add up and are held: {sets['held']}.")
    return "posted", " ".join(words)


def incoming_page(*, on: date) -> IncomingPage:
    """The files of the last week and all that is open, the sets that wait, and today's share."""
    with read_only() as session:
        start = day_start(session, on)
        files = session.execute(
            select(IncomingFile)
            .where(IncomingFile.seen_at > start - BACK)
            .order_by(IncomingFile.closed_at.is_not(None), IncomingFile.id.desc())
            .limit(SHOWN)
        ).scalars()
        found = tuple(
            Incoming(
                name=redact_free_text(one.name),  # PCI-5: a name is somebody's words
                source=SOURCES.get(one.source, one.source),
                tag=STATES[one.state],
                reason=one.reason,
                seen_at=one.seen_at,
            )
            for one in files
        )
        waiting = _waiting(session)
        count = session.scalar(select(func.count()).where(RemittanceRow.status == "waiting"))
        today = together(shares_by_payer(session, since=start))
    return IncomingPage(files=found, waiting=waiting, waiting_count=count or 0, today=today)


def _waiting(session: Session) -> tuple[WaitingSet, ...]:
    """Those that came in first, first."""
    clean = func.count(RemittanceClaim.id).filter(func.cardinality(RemittanceClaim.reasons) == 0)
    rows = session.execute(
        select(
            RemittanceRow.id,
            RemittanceRow.payer_name,
            RemittanceRow.trace,
            RemittanceRow.paid,
            RemittanceRow.received_at,
            func.count(RemittanceClaim.id).label("claims"),
            clean.label("clean"),
        )
        .outerjoin(RemittanceClaim, RemittanceClaim.remittance_id == RemittanceRow.id)
        .where(RemittanceRow.status == "waiting")
        .group_by(RemittanceRow.id)
        .order_by(RemittanceRow.received_at, RemittanceRow.id)
        .limit(MOST)
    )
    return tuple(WaitingSet(**row._mapping) for row in rows)  # noqa: SLF001 (SQLAlchemy's public name)
