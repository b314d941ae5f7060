"""The three-way match of a day: what payers and patients paid, what was posted, what the bank shows (OPS-11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from billing.money import ZERO, Money, total_of
from portal.db import read_only
from portal.models.day import DayClose, DayExplanation
from portal.models.identity import Login
from portal.models.payments import EventLook
from portal.models.practice import Practice
from portal.queries.clearing_match import BALANCE, TieOut, tie_out, waiting_lines
from portal.queries.day_drawer import DayBatch, Drawer, day_batches, day_drawer
from portal.queries.day_facts import (
    Awaited,
    DayDeposit,
    DayPayout,
    DayReceipts,
    DayRemittance,
    Standing,
    awaited,
    day_deposits,
    day_payouts,
    day_receipts,
    day_remittances,
    standing,
)
from portal.queries.day_ways import Way, day_ways

EXPECTED_WITHIN = 3  # business days between an EFT and its ERA
WEEKEND = (5, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two figures that should be one. Explained when somebody said why, for this very amount."""

    key: str
    what: str
    amount: Money
    cause: str
    explained_by: str = ""
    note: str = ""

    @property
    def deposit_id(self) -> int | None:
        """The line of the bank that it is about."""
        kind, _, number = self.key.partition(":")
        return int(number) if kind == "deposit" else None

    @property
    def explained(self) -> bool:
        return bool(self.explained_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Who closed the day, and who reopened it, if anybody did."""

    at: datetime
    by: str
    reopened_at: datetime | None
    reopened_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySummary:
    """One day of the books."""

    day: date
    remittances: tuple[DayRemittance, ...]
    receipts: tuple[DayReceipts, ...]
    payouts: tuple[DayPayout, ...]
    deposits: tuple[DayDeposit, ...]
    batches: tuple[DayBatch, ...]
    drawer: Drawer
    awaited: tuple[Awaited, ...]
    standing: Standing
    tie: TieOut | None  # of the day on which the card company's balance was last looked at
    differences: tuple[Difference, ...]
    history: tuple[Closed, ...]

    @property
    def closed(self) -> Closed | None:
        return next((one for one in self.history if one.reopened_at is None), None)

    @property
    def unexplained(self) -> tuple[Difference, ...]:
        return tuple(one for one in self.differences if not one.explained)

    @property
    def ways(self) -> tuple[Way, ...]:
        """Bank, papers and ledger by kind of money."""
        return day_ways(self.deposits, self.drawer)

    @property
    def blocks(self) -> tuple[str, ...]:
        """What must be done before the day closes, beside explaining (OPS-12)."""
        batches = self.standing.open_batches
        words = (
            f"{batches} batches of EOBs are open." if batches > 1 else "A batch of EOBs is open."
        )
        return tuple(filter(None, [self.drawer.missing, words if batches else ""]))

    @property
    def remitted(self) -> Money:
        return total_of(one.paid for one in self.remittances)

    @property
    def posted(self) -> Money:
        return total_of(one.posted for one in self.remittances)

    @property
    def received(self) -> Money:
        return total_of(one.amount for one in self.receipts)

    @property
    def paid_out(self) -> Money:
        return total_of(one.amount for one in self.payouts)

    @property
    def deposited(self) -> Money:
        return total_of(one.amount for one in self.deposits)

    @property
    def late(self) -> tuple[Awaited, ...]:
        """Promised more than three business days ago and not seen at the bank."""
        return tuple(
            one for one in self.awaited if business_days(one.issued_on, self.day) > EXPECTED_WITHIN
        )


def day_summary(day: date) -> DaySummary:
    """Everything of the day on one consistent view."""
    with read_only() as session:
        return summary_of(session, day)


def summary_of(session: Session, day: date) -> DaySummary:
    """The same in the caller's transaction: what is closed is what was seen."""
    remittances, receipts = day_remittances(session, day), day_receipts(session, day)
    payouts, deposits = day_payouts(session, day), day_deposits(session, day)
    batches = day_batches(session, day)
    drawer = day_drawer(session, day, batches)
    found = [
        *_of_remittances(remittances),
        *_of_receipts(receipts),
        *_of_payouts(payouts),
        *_of_deposits(deposits),
        *_of_drawer(drawer),
    ]
    return DaySummary(
        day=day,
        remittances=remittances,
        receipts=receipts,
        payouts=payouts,
        deposits=deposits,
        batches=batches,
        drawer=drawer,
        awaited=awaited(session, day),
        standing=standing(session, day),
        tie=_tie(session, day),
        differences=_explained(session, day, found),
        history=_history(session, day),
    )


def _tie(session: Session, day: date) -> TieOut | None:
    """I7 stands for now: only the day of the last look can say whether both books agree."""
    looked = session.scalar(select(EventLook.seen_until).where(EventLook.provider == BALANCE))
    if looked is None or practice_day_of(session, looked) != day:
        return None
    return tie_out(session, waiting_lines(session))


def practice_day_of(session: Session, at: datetime) -> date:
    """The day of a moment at the practice."""
    zone = session.scalar(select(Practice.time_zone)) or "UTC"
    return at.astimezone(ZoneInfo(zone)).date()


def business_days(start: date, end: date) -> int:
    """Weekdays after `start` up to `end`."""
    days = (end - start).days
    return sum((start + timedelta(days=n)).weekday() not in WEEKEND for n in range(1, days + 1))


def _of_remittances(remittances: tuple[DayRemittance, ...]) -> Iterator[Difference]:
    for one in remittances:
        if one.status == "posted" and one.posted != one.paid:
            yield Difference(
                key=f"remittance:{one.id}",
                what=f"{one.payer_name}, trace {one.trace}",
                amount=one.paid - one.posted,
                cause=f"the remittance says {one.paid}, {one.posted} was posted on this day",
            )
        elif one.status == "waiting" and one.paid:
            yield Difference(
                key=f"remittance:{one.id}",
                what=f"{one.payer_name}, trace {one.trace}",
                amount=one.paid,
                cause="it waits for a person to post it, nothing is posted",
            )
        elif one.status == "held" and one.paid:
            yield Difference(
                key=f"remittance:{one.id}",
                what=f"{one.payer_name}, trace {one.trace}",
                amount=one.paid,
                cause=f"held whole, nothing is posted: {'; '.join(one.reasons)}",
            )


def _of_receipts(receipts: tuple[DayReceipts, ...]) -> Iterator[Difference]:
    for one in receipts:
        if one.amount != one.posted:
            yield Difference(
                key=f"receipts:{one.method}",
                what=f"Patients' payments, {one.method}",
                amount=one.amount - one.posted,
                cause=f"the receipts add up to {one.amount}, {one.posted} was posted",
            )


def _of_payouts(payouts: tuple[DayPayout, ...]) -> Iterator[Difference]:
    for one in payouts:
        if one.automatic and one.net != one.amount:
            yield Difference(
                key=f"payout:{one.provider_id}",
                what=f"Payout {one.provider_id}",
                amount=one.amount - one.net,
                cause=f"its lines add up to {one.net}, it paid {one.amount}",
            )
        if not one.automatic:
            yield Difference(
                key=f"payout:{one.provider_id}",
                what=f"Payout {one.provider_id}",
                amount=one.amount,
                cause="sent by hand: the card company does not say what it is made of",
            )
        for line in one.lines:
            if line.off:
                yield Difference(
                    key=f"payout_line:{line.provider_id}",
                    what=f"{line.category.replace('_', ' ').capitalize()} {line.source_id or line.provider_id}",
                    amount=line.gap,
                    cause=line.cause,
                )


def _of_deposits(deposits: tuple[DayDeposit, ...]) -> Iterator[Difference]:
    for one in deposits:
        if one.expected is None or one.amount != one.expected:
            yield Difference(
                key=f"deposit:{one.id}",
                what=f"Deposit {one.trace}".strip(),
                amount=one.amount - (one.expected or ZERO),
                cause="no remittance or payout is this"
                if one.expected is None
                else f"the bank shows {one.amount}, {one.payer_name or 'the payout'} says {one.expected}",
            )


def _of_drawer(drawer: Drawer) -> Iterator[Difference]:
    if drawer.agreed and drawer.over:
        yield Difference(
            key="drawer",
            what="Cash drawer over" if drawer.over > ZERO else "Cash drawer short",
            amount=drawer.over,
            cause=f"{drawer.taken} was counted beyond the float, the receipts say {drawer.expected}",
        )


def _explained(session: Session, day: date, found: list[Difference]) -> tuple[Difference, ...]:
    """Each with its explanation, if one was given for this amount."""
    rows = session.execute(
        select(
            DayExplanation.key, DayExplanation.amount, DayExplanation.note, Login.name, Login.email
        )
        .join(Login, Login.id == DayExplanation.login_id)
        .where(DayExplanation.day == day)
        .order_by(DayExplanation.id)
    )
    said = {(key, amount): (note, name or email) for key, amount, note, name, email in rows}
    return tuple(
        Difference(
            key=one.key,
            what=one.what,
            amount=one.amount,
            cause=one.cause,
            note=said.get((one.key, one.amount), ("", ""))[0],
            explained_by=said.get((one.key, one.amount), ("", ""))[1],
        )
        for one in found
    )


def _history(session: Session, day: date) -> tuple[Closed, ...]:
    opener = aliased(Login)
    rows = session.execute(
        select(
            DayClose.closed_at,
            Login.name,
            Login.email,
            DayClose.reopened_at,
            opener.name.label("opener_name"),
            opener.email.label("opener_email"),
            DayClose.reopen_reason,
        )
        .join(Login, Login.id == DayClose.closed_by_id)
        .outerjoin(opener, opener.id == DayClose.reopened_by_id)
        .where(DayClose.day == day)
        .order_by(DayClose.id.desc())
    )
    return tuple(
        Closed(
            at=row.closed_at,
            by=row.name or row.email,
            reopened_at=row.reopened_at,
            reopened_by=row.opener_name or row.opener_email or "",
            reason=row.reopen_reason,
        )
        for row in rows
    )
