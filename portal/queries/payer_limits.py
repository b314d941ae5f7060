"""The limits of one payer: what counts today, with the rule behind it, and every row that was entered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from billing.appeal_clock import (
    BUILT_IN,
    LIMIT_WORDS,
    PAYER_TYPE_WORDS,
    Basis,
    Clock,
    Limit,
    PayerType,
    clock_for,
    payer_type,
)
from billing.money import Money
from portal.db import read_only
from portal.models.accounts import Payer
from portal.models.claims import Claim
from portal.models.denials import Denial, PayerDeadline
from portal.models.identity import Login
from portal.queries.payer_clocks import own_clocks

ENOUGH = Money(10_000_00)  # every level is open for so much


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredLimit:
    """One row of the history."""

    what: str
    days: int
    basis: Basis
    since: date
    source: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerLimits:
    """The page of one payer."""

    payer_id: int
    name: str
    kinds: tuple[str, ...]  # by the claims sent to it
    today: tuple[tuple[str, Clock], ...]
    history: tuple[EnteredLimit, ...]
    open_denials: int


def payer_limits(payer_id: int, *, on: date) -> PayerLimits | None:
    """None when there is no such payer."""
    with read_only() as session:
        payer = session.get(Payer, payer_id)
        if payer is None:
            return None
        codes = session.scalars(
            select(Claim.filing_code).where(Claim.payer_id == payer_id).distinct()
        )
        kinds = sorted({payer_type(code) for code in codes}) or [PayerType.COMMERCIAL]
        own = own_clocks(session, [payer_id]).get(payer_id, ())
        rows = session.execute(
            select(
                PayerDeadline, func.coalesce(func.nullif(Login.name, ""), Login.email).label("by")
            )
            .join(Login, Login.id == PayerDeadline.entered_by_id)
            .where(PayerDeadline.payer_id == payer_id)
            .order_by(PayerDeadline.id.desc())
        ).all()
        waiting = session.scalar(
            select(func.count()).where(Denial.payer_id == payer_id, Denial.closed_at.is_(None))
        )
    wanted = {clock.what for clock in (*own, *BUILT_IN[kinds[0]])}
    found = [
        (LIMIT_WORDS[what], clock_for(what, kinds[0], own, on=on, at_stake=ENOUGH))
        for what in Limit
        if what in wanted
    ]
    return PayerLimits(
        payer_id=payer_id,
        name=payer.name,
        kinds=tuple(PAYER_TYPE_WORDS[kind] for kind in kinds),
        today=tuple((words, clock) for words, clock in found if clock is not None),
        history=tuple(
            EnteredLimit(
                what=LIMIT_WORDS[Limit(row.PayerDeadline.what)],
                days=row.PayerDeadline.days,
                basis=Basis(row.PayerDeadline.basis),
                since=row.PayerDeadline.since,
                source=row.PayerDeadline.source,
                by=row.by,
                at=row.PayerDeadline.entered_at,
            )
            for row in rows
        ),
        open_denials=waiting or 0,
    )
