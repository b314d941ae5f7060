"""Freeze what a bill's packet must hold, before anybody may place it (COLL-3 to COLL-5, OPS-22).

The gate is asked in the same transaction, with the account held: what it was shown is what is kept.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.collection_packet import lacking
from billing.holds import Action, Denied
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.claims import Visit
from portal.models.collection_cases import CollectionPacket
from portal.queries.gate_facts import gate_facts
from portal.queries.packet_content import packet_content
from portal.queries.screening import last_screenings
from portal.queries.signed_packet import bill_figures_now
from portal.queries.statement_json import content_hash
from portal.queries.viewer import StaffViewer
from portal.services.ask_to_collect import ask_to_collect
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal
from portal.services.screen_assistance import add_screening


class PacketRefused(Refusal):
    """The gate says no, evidence lacks, or the role may not; `rule_ids` say why."""

    title = "There is no packet"

    def __init__(self, words: str, rule_ids: tuple[str, ...] = ()) -> None:
        super().__init__(f"{words} {', '.join(rule_ids)}".strip())
        self.rule_ids = rule_ids


def prepare_packet(
    *, staff: StaffViewer, packet_id: UUID, visit_id: int, on: date, now: datetime
) -> UUID:
    """The packet's id; the same page sent twice prepares one. Raises PacketRefused or NotFound."""
    if not staff.may("collections.work"):
        raise PacketRefused("Your role does not prepare packets.")
    _screen_first(visit_id, staff=staff, on=on, now=now)
    with transaction() as session:
        account_id = session.scalar(select(Visit.guarantor_account_id).where(Visit.id == visit_id))
        if account_id is None:
            raise NotFound
        gate_says_yes(session, account_id, visit_id, on=on, staff=staff, asked_by="prepare_packet")
        if session.get(CollectionPacket, packet_id) is not None:
            return packet_id
        facts = gate_facts(session, on=on, account_ids=[account_id], visit_ids=[visit_id])[
            account_id
        ]
        content = packet_content(session, facts, account_id=account_id, visit_id=visit_id, on=on)
        if lacks := lacking(content.rows, insured=content.insured):
            raise PacketRefused("Evidence lacks for these rules:", lacks)
        balance, position = bill_figures_now(session, visit_id)
        data = {
            **content.data,
            "visit_id": visit_id,
            "balance_cents": balance.cents,
            "ledger_position": position,
            "prepared_on": on.isoformat(),
        }
        session.add(
            CollectionPacket(
                id=packet_id,
                guarantor_account_id=account_id,
                visit_id=visit_id,
                prepared_on=on,
                prepared_at=now,
                prepared_by_id=staff.login_id,
                balance=balance,
                ledger_position=position,
                content=data,
                content_hash=content_hash(data),
            )
        )
        note_packet(session, staff, account_id, packet_id, action="prepare", now=now)
    return packet_id


def _screen_first(visit_id: int, *, staff: StaffViewer, on: date, now: datetime) -> None:
    """Our own books are asked once more on the day of a packet (FA-8); it stays on record whatever follows.

    What they presume is work that is open, and the gate then says no.
    """
    with transaction() as session:
        account_id = session.scalar(
            select(GuarantorAccount.id)
            .join(Visit, Visit.guarantor_account_id == GuarantorAccount.id)
            .where(Visit.id == visit_id)
            .with_for_update(of=GuarantorAccount)
        )
        if account_id is None:
            return
        last = last_screenings(session, [account_id]).get(account_id)
        if last is None or last.screened_on < on:
            add_screening(
                session, account_id, why="placement", on=on, now=now, login_id=staff.login_id
            )


def gate_says_yes(
    session: Session, account_id: int, visit_id: int, *, on: date, staff: StaffViewer, asked_by: str
) -> None:
    """Locks the account and asks for a placement; a no is kept. Raises PacketRefused with its rules."""
    answer = ask_to_collect(
        session,
        Action.PLACEMENT,
        account_id=account_id,
        on=on,
        asked_by=asked_by,
        visit_ids=[visit_id],
        login_id=staff.login_id,
    )
    if isinstance(answer, Denied):
        raise PacketRefused("The gate says no by these rules:", answer.rule_ids)


def note_packet(
    session: Session,
    staff: StaffViewer,
    account_id: int,
    packet_id: UUID,
    *,
    action: str,
    now: datetime,
) -> None:
    """One row of the audit trail."""
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="collection_packet",
        object_id=packet_id,
        account_ids=(account_id,),
        now=now,
    )
