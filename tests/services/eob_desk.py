"""Somebody at the office who types paper EOBs, for tests."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from billing.eob import TypedAdjustment, TypedClaim, TypedEob, TypedPlb
from billing.money import Money
from portal.db import read_only
from portal.models.claims import Claim, Visit
from portal.models.eobs import EobEntry
from portal.queries.eob_document import eob_of
from portal.queries.viewer import StaffViewer
from portal.services.post_eob import post_eob
from portal.services.save_eob import (
    EobHead,
    add_claim,
    begin_batch,
    begin_eob,
    save_claim,
    save_plbs,
)
from tests.conftest import NOW
from tests.services.payer_voice import staff

TODAY = NOW.date()
CHECK_DAY = date(2026, 2, 20)


class Store:
    """A DocumentStore that keeps everything in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, content: bytes) -> str:
        key = str(len(self.kept))
        self.kept[key] = content
        return key

    def get(self, key: str) -> bytes:
        return self.kept[key]

    def delete(self, key: str) -> None:
        del self.kept[key]

    def rotate_all(self) -> int:
        return 0


@dataclass
class EobDesk:
    """One typist; each step is saved as the pages save it."""

    who: StaffViewer = field(default_factory=staff)
    store: Store = field(default_factory=Store)
    minutes: int = 0

    @property
    def now(self):
        self.minutes += 1
        return NOW + timedelta(minutes=self.minutes)

    def batch(self, checks: int, cents: int) -> UUID:
        batch_id = uuid4()
        begin_batch(
            batch_id=batch_id,
            received_on=TODAY,
            checks=checks,
            total=Money(cents),
            staff=self.who,
            on=TODAY,
            now=self.now,
        )
        return batch_id

    def begin(self, batch_id: UUID, payer_id: int, cents: int, **fields) -> UUID:
        entry_id = uuid4()
        head = EobHead(
            payer_id=payer_id,
            method="check" if cents else "none",
            number="1042",
            issued_on=CHECK_DAY,
            total=Money(cents),
        )
        begin_eob(
            entry_id=entry_id,
            batch_id=batch_id,
            head=replace(head, **fields),
            staff=self.who,
            on=TODAY,
            now=self.now,
        )
        return entry_id

    def row(self, entry_id: UUID) -> EobEntry:
        with read_only() as session:
            return session.get_one(EobEntry, entry_id)

    def eob(self, entry_id: UUID) -> TypedEob:
        return eob_of(self.row(entry_id).document)

    def version(self, entry_id: UUID) -> int:
        return self.row(entry_id).version

    def add(self, entry_id: UUID, claim_id: int, *, reversal: bool = False) -> int:
        return add_claim(
            entry_id=entry_id,
            version=self.version(entry_id),
            claim_id=claim_id,
            reversal=reversal,
            staff=self.who,
            now=self.now,
        )

    def type(self, entry_id: UUID, claim_id: int, *lines: tuple[int, str], **fields) -> None:
        """Add the claim and type each line: what was paid, and its adjustments ("CO-45 1000, PR-1 50")."""
        place = self.add(entry_id, claim_id)
        typed = self.eob(entry_id).claims[place - 1]
        self.save(entry_id, place, replace(typed, lines=filled(typed, lines), **fields))

    def save(self, entry_id: UUID, place: int, typed: TypedClaim) -> None:
        save_claim(
            entry_id=entry_id,
            version=self.version(entry_id),
            place=place,
            typed=typed,
            account_id=0,
            staff=self.who,
            now=self.now,
        )

    def plbs(self, entry_id: UUID, *plbs: TypedPlb) -> None:
        save_plbs(
            entry_id=entry_id,
            version=self.version(entry_id),
            plbs=plbs,
            staff=self.who,
            now=self.now,
        )

    def post(self, entry_id: UUID) -> int:
        return post_eob(
            entry_id=entry_id,
            version=self.version(entry_id),
            staff=self.who,
            store=self.store,
            now=self.now,
        )


def filled(typed: TypedClaim, lines):
    return tuple(
        replace(line, paid=Money(paid), adjustments=tuple(taken(said)))
        for line, (paid, said) in zip(typed.lines, lines, strict=True)
    )


def taken(said: str):
    for part in filter(None, (one.strip() for one in said.split(","))):
        code, cents = part.split()
        group, carc = code.split("-", 1)
        yield TypedAdjustment(group, carc, Money(int(cents)))


def claim_of(visit: Visit, payer_id: int | None = None) -> Claim:
    query = select(Claim).where(Claim.visit_id == visit.id).order_by(Claim.id)
    if payer_id is not None:
        query = query.where(Claim.payer_id == payer_id)
    with read_only() as session:
        return session.scalars(query).first()
