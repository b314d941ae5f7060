"""A second person signs a bill's packet: the gate is asked once more, and the figures must be those shown (OPS-13, OPS-22)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from billing.collection_packet import Standing
from billing.duties import Duty, same_person
from portal.db import transaction
from portal.models.collection_cases import CollectionPacket
from portal.queries.signed_packet import packet_standing
from portal.queries.statement_json import content_hash
from portal.queries.viewer import StaffViewer
from portal.services.prepare_packet import PacketRefused, gate_says_yes, note_packet
from portal.services.refusal import NotFound


def sign_packet(
    *, staff: StaffViewer, packet_id: UUID, shown_hash: str, on: date, now: datetime
) -> bool:
    """Sign what was read; false when this person signed it before.

    Raises PacketRefused where it is the one who prepared it, the gate says no now, the bill changed, 30 days are
    over, or another content was shown; NotFound.
    """
    with transaction() as session:
        found = session.execute(
            select(CollectionPacket.guarantor_account_id, CollectionPacket.visit_id).where(
                CollectionPacket.id == packet_id
            )
        ).one_or_none()
        if found is None:
            raise NotFound
        if not staff.may("collections.sign"):
            raise PacketRefused("Your role does not sign packets. Ask a manager.")
        account_id, visit_id = found
        gate_says_yes(session, account_id, visit_id, on=on, staff=staff, asked_by="sign_packet")
        row = session.get_one(CollectionPacket, packet_id, with_for_update=True)
        if row.signed_by_id == staff.login_id:
            return False
        if same_person(Duty.PACKET, row.prepared_by_id, staff.login_id):
            raise PacketRefused("You prepared this packet. Another person signs it.", ("OPS-13",))
        if packet_standing(session, row, on=on) is not Standing.TO_SIGN:
            raise PacketRefused("This packet no longer counts, or is signed. Prepare it anew.")
        if not shown_hash == row.content_hash == content_hash(row.content):
            raise PacketRefused("This is not the packet that you read. Open it again.")
        row.signed_by_id, row.signed_at = staff.login_id, now
        note_packet(session, staff, account_id, packet_id, action="sign", now=now)
    return True
