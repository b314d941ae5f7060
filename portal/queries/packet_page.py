"""One bill before an agency: what stands in its way now, its packets, and one packet whole, on the page and on paper."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session, aliased, defer, undefer

from billing.collection_packet import LASTS, Standing
from billing.gate_words import Lack
from billing.money import Money
from billing.placement import WITH_AGENCY, lacks
from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.claims import Visit
from portal.models.collection_cases import CollectionPacket
from portal.models.identity import Login
from portal.models.placements import AgencyRow, Placement
from portal.queries.agency_facts import agency_facts
from portal.queries.gate_facts import gate_facts
from portal.queries.packet_lists import bill_steps
from portal.queries.practice import PracticePage
from portal.queries.report_shapes import Cell
from portal.queries.signed_packet import bill_figures_now, packet_standing, standing_by

_LONG = re.compile(r"(\S{12})(?=\S)")  # a word that a column of paper does not hold
SHOWN = 20  # packets of one bill, the newest
COUNTING = {Standing.TO_SIGN, Standing.SIGNED}
STANDING_WORDS = {
    Standing.TO_SIGN: "Waits for a second person",
    Standing.SIGNED: "Signed",
    Standing.CHANGED: "The bill changed since",
    Standing.EXPIRED: "Older than 30 days",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketHead:
    """One packet of a bill in a line."""

    id: UUID
    prepared_at: datetime
    prepared_by: str
    signed_by: str
    signed_at: datetime | None
    balance: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class BillPage:
    """A bill on its way; `missing` is what says no on this day."""

    visit_id: int
    account_id: int
    patient_id: int
    name: str
    service_on: date
    owed: Money
    missing: tuple[Lack, ...]
    packets: tuple[PacketHead, ...]
    placement_id: UUID | None
    counting: PacketHead | None = None  # the newest, while it counts: to be signed, or to place by


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketPage:
    """A packet as it was frozen, and where it stands now."""

    head: PacketHead
    visit_id: int
    account_id: int
    patient_id: int
    name: str
    service_on: date
    prepared_by_id: int
    content: Mapping[str, Any]
    content_hash: str
    standing: Standing
    last_day: date
    placement_id: UUID | None
    agencies: tuple[tuple[int, str], ...]  # that lack nothing on this day

    @property
    def words(self) -> str:
        return STANDING_WORDS[self.standing]


def packet_bill(visit_id: int, *, on: date) -> BillPage | None:
    """The bill by its visit; None where there is none."""
    with read_only() as session:
        found = _bill(session, visit_id)
        if found is None:
            return None
        visit, name = found
        account_id = visit.guarantor_account_id
        facts = gate_facts(session, on=on, account_ids=[account_id], visit_ids=[visit_id])
        now = bill_figures_now(session, visit_id)
        packets = _packets(session, CollectionPacket.visit_id == visit_id)
        heads = tuple(_head(*row) for row in packets)
        counts = packets and standing_by(packets[0].CollectionPacket, now, on=on) in COUNTING
        return BillPage(
            visit_id=visit_id,
            account_id=account_id,
            patient_id=visit.patient_id,
            name=name,
            service_on=visit.service_on,
            owed=now[0],
            missing=bill_steps(facts[account_id], on=on),
            packets=heads,
            placement_id=_placement(session, visit_id),
            counting=heads[0] if counts else None,
        )


def packet_page(packet_id: UUID, *, on: date) -> PacketPage | None:
    """One packet; None where there is none."""
    with read_only() as session:
        packets = _packets(session, CollectionPacket.id == packet_id, whole=True)
        row = packets[0].CollectionPacket if packets else None
        found = _bill(session, row.visit_id) if row is not None else None
        if row is None or found is None:
            return None
        visit, name = found
        return PacketPage(
            head=_head(*packets[0]),
            visit_id=row.visit_id,
            account_id=row.guarantor_account_id,
            patient_id=visit.patient_id,
            name=name,
            service_on=visit.service_on,
            prepared_by_id=row.prepared_by_id,
            content=row.content,
            content_hash=row.content_hash,
            standing=packet_standing(session, row, on=on),
            last_day=row.prepared_on + LASTS,
            placement_id=_placement(session, row.visit_id),
            agencies=_agencies(session, on=on),
        )


def packet_print(page: PacketPage, practice: PracticePage) -> Mapping[str, Any]:
    """The packet as plain data for the printed layout `report`."""
    head = page.head
    signed = f"Signed by {head.signed_by}." if head.signed_by else "Not signed."
    return {
        "title": "Packet before an agency",
        "practice": practice.name,
        "lead": f"{page.name}, visit of {Cell(page.service_on).text}. Owed: {head.balance}.",
        "as_of": Cell(page.last_day - LASTS).text,
        "standing": f"Prepared by {head.prepared_by}. {signed}",
        "made": f"from content {page.content_hash[:16]}",
        "tie": "",
        "tables": [_printable(one) for one in page.content["tables"]],
        "definitions": [["SHA-256 of the content", page.content_hash]],
    }


def _printable(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """The table with places at which a hash may go on in the next line of its narrow column."""
    rows = [[_LONG.sub("\\1\u200b", cell) for cell in row] for row in table["rows"]]
    return {**table, "rows": rows}


def _bill(session: Session, visit_id: int) -> tuple[Visit, str] | None:
    found = session.execute(
        select(Visit, Patient.first_name, Patient.last_name)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(Visit.id == visit_id)
    ).one_or_none()
    return None if found is None else (found[0], f"{found[1]} {found[2]}".strip())


def _placement(session: Session, visit_id: int) -> UUID | None:
    return session.scalar(
        select(Placement.id).where(
            Placement.visit_id == visit_id, Placement.state.in_([one.value for one in WITH_AGENCY])
        )
    )


def _packets(
    session: Session, which: ColumnElement[bool], *, whole: bool = False
) -> Sequence[Row[CollectionPacket, Login, Login]]:
    """The newest first, each with who prepared it and who signed it; `whole`: with its content."""
    packet, maker, signer = CollectionPacket, aliased(Login), aliased(Login)
    return session.execute(
        select(packet, maker, signer)
        .join(maker, maker.id == packet.prepared_by_id)
        .outerjoin(signer, signer.id == packet.signed_by_id)
        .where(which)
        .order_by(packet.prepared_at.desc())
        .limit(SHOWN)
        .options(defer(packet.content, raiseload=True) if not whole else undefer(packet.content))
    ).all()


def _head(packet: CollectionPacket, maker: Login, signer: Login | None) -> PacketHead:
    return PacketHead(
        id=packet.id,
        prepared_at=packet.prepared_at,
        prepared_by=maker.name,
        signed_by=signer.name if signer else "",
        signed_at=packet.signed_at,
        balance=packet.balance,
    )


def _agencies(session: Session, *, on: date) -> tuple[tuple[int, str], ...]:
    rows = session.scalars(
        select(AgencyRow).where(AgencyRow.approved_by_id.is_not(None)).order_by(AgencyRow.name)
    )
    return tuple((row.id, row.name) for row in rows if not lacks(agency_facts(row), on=on))
