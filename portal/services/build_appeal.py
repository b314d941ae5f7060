"""Build the packet of an appeal: cover, letter, our claim, the payer's answer and the papers, as one PDF kept by hash."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.appeal_letter import unfilled
from billing.denial_states import DENIAL, DenialEvent, DenialState
from billing.denials import may_appeal
from billing.free_text import check_free_text
from portal.db import read_only, transaction
from portal.models.denials import Appeal, AppealDenial, AppealDocument, Denial
from portal.office_ports import PaperDesk, UnusablePaper
from portal.ports import DocumentStore, PdfPrinter
from portal.queries.appeal_facts import LAYOUT, AppealFacts, appeal_facts, long_day
from portal.queries.appeal_letters import letters
from portal.queries.viewer import StaffViewer
from portal.services.move_denial import DenialRefused, tell_denial
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """What a person put together. The form makes the id: sent twice, it is one packet."""

    appeal_id: UUID
    denial_ids: Sequence[int]  # of one claim; the first is the one whose page it was
    template_key: str
    letter: str
    document_ids: Collection[int]


class PacketDoors(Protocol):
    """The doors that a packet needs."""

    @property
    def printer(self) -> PdfPrinter: ...

    @property
    def papers(self) -> PaperDesk: ...

    @property
    def documents(self) -> DocumentStore: ...


@dataclass(frozen=True, slots=True)
class _Enclosure:
    title: str
    pages: int
    sha256: str
    stored_as: str


def build_appeal(
    packet: Packet, *, staff: StaffViewer, doors: PacketDoors, on: date, now: datetime
) -> bool:
    """Print it and keep it; nothing is sent. False when this form had built it before.

    Raises DenialRefused (a field left in the letter, papers too many, a denial that cannot be appealed),
    CardNumberRefused or NotFound.
    """
    letter = check_free_text(packet.letter)
    if not letter:
        raise DenialRefused("The letter is empty.")
    if name := unfilled(letter):
        raise DenialRefused(f"The letter still has the field “{name}”. Write its value yourself.")
    with read_only() as session:
        if session.get(Appeal, packet.appeal_id) is not None:
            return False
        denials = _denials(session, packet.denial_ids)
        facts = appeal_facts(session, denials, on=on)
        template = letters(session).get(packet.template_key)
        if template is None:
            raise NotFound
        enclosed = [
            *_earlier(session, packet.denial_ids),
            *_documents(session, facts.claim_id, packet.document_ids),
        ]
    front = doors.printer.print(LAYOUT, _document(facts, letter, enclosed))
    try:
        bound = doors.papers.bind(front, [doors.documents.get(one.stored_as) for one in enclosed])
    except UnusablePaper as refused:
        raise DenialRefused(str(refused)) from refused
    key = doors.documents.put(bound.content)
    with transaction() as session:
        if session.get(Appeal, packet.appeal_id) is not None:
            return False
        session.add(
            Appeal(
                id=packet.appeal_id,
                claim_id=facts.claim_id,
                level=facts.level,
                template_key=template.key,
                template_version=template.version,
                letter=letter,
                enclosures=[
                    {"title": one.title, "pages": one.pages, "sha256": one.sha256}
                    for one in enclosed
                ],
                stored_as=key,
                sha256=sha256(bound.content).hexdigest(),
                pages=bound.pages,
                amount=facts.amount,
                built_by_id=staff.login_id,
                built_at=now,
            )
        )
        session.flush()
        for denial in _denials(session, packet.denial_ids, lock=True):
            session.add(AppealDenial(appeal_id=packet.appeal_id, denial_id=denial.id))
            tell_denial(session, denial, "packet_built", staff=staff, now=now)
        add_staff_act(
            session,
            staff,
            action="create",
            object_type="appeal",
            object_id=packet.appeal_id,
            account_ids=(facts.account_id,),
            patient_ids=(facts.patient_id,),
            now=now,
        )
    return True


def _denials(session: Session, ids: Sequence[int], *, lock: bool = False) -> list[Denial]:
    """The denials, all of one claim and each with a step to an appeal."""
    query = select(Denial).where(Denial.id.in_(ids)).order_by(Denial.id)
    found = list(session.scalars(query.with_for_update() if lock else query))
    if len(found) != len(set(ids)) or not found:
        raise NotFound
    if len({one.remittance_claim_id for one in found}) != 1:
        raise DenialRefused("One letter is about one answer of the payer. Choose denials of it.")
    for one in found:
        if DenialEvent.APPEAL not in DENIAL[DenialState(one.state)]:
            raise DenialRefused("One of these denials is with the payer, or is closed.")
        if not may_appeal(one.rarcs):
            raise DenialRefused(
                "The payer says (MA130) that it could not process the claim: there is nothing to"
                " appeal. Correct it and send it again."
            )
    return found


def _earlier(session: Session, denial_ids: Sequence[int]) -> list[_Enclosure]:
    """What was sent at the levels before: the next one builds on it."""
    rows = session.scalars(
        select(Appeal)
        .join(AppealDenial, AppealDenial.appeal_id == Appeal.id)
        .where(AppealDenial.denial_id.in_(denial_ids), Appeal.sent_on.is_not(None))
        .distinct()
        .order_by(Appeal.level)
    )
    return [
        _Enclosure(f"Our appeal of {long_day(row.sent_on)}", row.pages, row.sha256, row.stored_as)
        for row in rows
        if row.sent_on
    ]


def _documents(session: Session, claim_id: int, ids: Collection[int]) -> list[_Enclosure]:
    rows = session.scalars(
        select(AppealDocument)
        .where(AppealDocument.claim_id == claim_id, AppealDocument.id.in_(ids))
        .order_by(AppealDocument.id)
    )
    return [_Enclosure(row.title, row.pages, row.sha256, row.stored_as) for row in rows]


def _document(facts: AppealFacts, letter: str, enclosed: Sequence[_Enclosure]) -> dict[str, object]:
    own = [
        {"title": "Letter", "pages": "1"},
        {"title": "Our claim and your answer", "pages": "1"},
    ]
    return {
        **facts.document,
        "paragraphs": [part.splitlines() for part in letter.split("\n\n") if part.strip()],
        "enclosed": own + [{"title": one.title, "pages": str(one.pages)} for one in enclosed],
    }
