"""Whether a bill has a signed packet that still counts: asked before it is placed (COLL-3 to COLL-5, OPS-22)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.collection_packet import Frozen, Standing, standing
from billing.ledger import Account
from billing.money import ZERO, Money
from portal.models.collection_cases import CollectionPacket
from portal.models.ledger import LedgerAccount, PostingRow


def signed_packet(session: Session, visit_id: int, *, on: date) -> CollectionPacket | None:
    """The newest packet of a bill if it counts on this day; hold the account's row before asking.

    None where there is none, it is not signed, older than 30 days, or anything posted to the bill since.
    """
    newest = session.scalars(
        select(CollectionPacket)
        .where(CollectionPacket.visit_id == visit_id)
        .order_by(CollectionPacket.prepared_at.desc())
        .limit(1)
    ).first()
    if newest is None or packet_standing(session, newest, on=on) is not Standing.SIGNED:
        return None
    return newest


def packets_on(on: date) -> Callable[[Session, UUID], CollectionPacket | None]:
    """What `place_bill` asks by the packet's id: the packet where it is signed and counts on this day."""

    def find(session: Session, packet_id: UUID) -> CollectionPacket | None:
        named = session.get(CollectionPacket, packet_id)
        newest = named and signed_packet(session, named.visit_id, on=on)
        return newest if newest and newest.id == packet_id else None

    return find


def packet_standing(session: Session, packet: CollectionPacket, *, on: date) -> Standing:
    """Where it stands by what the ledger says now."""
    return standing_by(packet, bill_figures_now(session, packet.visit_id), on=on)


def standing_by(packet: CollectionPacket, now: tuple[Money, int], *, on: date) -> Standing:
    """The same by figures that were read before."""
    balance, position = now
    frozen = Frozen(
        prepared_on=packet.prepared_on,
        balance=packet.balance,
        position=packet.ledger_position,
        is_signed=packet.signed_at is not None,
    )
    return standing(frozen, balance=balance, position=position, on=on)


def bill_figures_now(session: Session, visit_id: int) -> tuple[Money, int]:
    """What the patient owes of a bill by its postings, and the last of these."""
    rows = session.execute(
        select(
            PostingRow.side,
            LedgerAccount.code,
            func.sum(PostingRow.amount),
            func.max(PostingRow.id),
        )
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(PostingRow.visit_id == visit_id)
        .group_by(PostingRow.side, LedgerAccount.code)
    ).all()
    balance = ZERO
    for side, code, amount, _ in rows:
        if code == Account.PATIENT_RECEIVABLE:
            balance = balance + amount if side == "debit" else balance - amount
    return balance, max((row[3] for row in rows), default=0)
