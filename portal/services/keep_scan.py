"""Keep what was scanned of a paper EOB: looked at first, encrypted, and shown to the office alone."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select

from portal.card_ports import CardFault, CardImages, UnusableImage
from portal.db import read_only, transaction
from portal.models.eobs import EobEntry, EobScan
from portal.office_ports import PaperDesk, UnusablePaper
from portal.ports import DocumentStore
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal

MOST_BYTES = 10 * 1024 * 1024
MOST_SCANS = 20
PDF, JPEG = "application/pdf", "image/jpeg"
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
WHY = {
    CardFault.TOO_SMALL: "The picture is too small to read. Scan it with more dots.",
    CardFault.TOO_MANY_DOTS: "The picture has too many dots. Scan it with 300 dots an inch.",
}


class ScanRefused(Refusal):
    """The file is no scan that can be kept; the words say why."""

    title = "This file was not kept"


def keep_scan(
    *,
    scan_id: UUID,
    entry_id: UUID,
    content: bytes,
    staff: StaffViewer,
    images: CardImages,
    papers: PaperDesk,
    store: DocumentStore,
    now: datetime,
) -> bool:
    """Attach a PDF, JPEG or PNG; False when this page attached it before.

    A picture is made anew without what a camera writes into it, a PDF with its pages alone: no program and no file
    inside the file comes along, wherever it hides. Raises ScanRefused or NotFound.
    """
    with read_only() as session:
        if session.get(EobEntry, entry_id) is None:
            raise NotFound
    media_type, clean = _checked(content, images, papers)
    stored_as = store.put(clean)
    with transaction() as session:
        session.get_one(EobEntry, entry_id, with_for_update=True)
        if session.get(EobScan, scan_id) is not None:
            return False
        there = select(func.count()).where(EobScan.entry_id == entry_id)
        if (session.scalar(there) or 0) >= MOST_SCANS:
            raise ScanRefused(f"An EOB takes {MOST_SCANS} files. Scan the pages into one PDF.")
        session.add(
            EobScan(
                id=scan_id,
                entry_id=entry_id,
                media_type=media_type,
                size=len(clean),
                sha256=sha256(clean).hexdigest(),
                stored_as=stored_as,
                login_id=staff.login_id,
                at=now,
            )
        )
        add_staff_act(
            session, staff, action="create", object_type="eob_scan", object_id=scan_id, now=now
        )
    return True


def _checked(content: bytes, images: CardImages, papers: PaperDesk) -> tuple[str, bytes]:
    """By what is in it: a name or a declared type is never believed."""
    if not content:
        raise ScanRefused("The file is empty.")
    if len(content) > MOST_BYTES:
        raise ScanRefused("The file is larger than 10 MB.")
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-1024:]:
            raise ScanRefused("The PDF is cut short. Scan it again.")
        try:
            return PDF, papers.clean(content).content
        except UnusablePaper as error:
            raise ScanRefused(str(error)) from error
    if content.startswith(PICTURES):
        try:
            return JPEG, images.clean(content).content
        except UnusableImage as error:
            why = WHY.get(error.fault, "The picture cannot be opened. Scan it again.")
            raise ScanRefused(why) from error
    raise ScanRefused("Choose a PDF, JPEG or PNG.")
