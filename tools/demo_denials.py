"""Two denials of the demo with something to see: one whose last day is near, one that was appealed."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from uuid import uuid4

from PIL import Image, ImageDraw
from sqlalchemy import select

from billing.appeal_clock import Basis, Limit
from portal import wiring
from portal.db import read_only
from portal.models.denials import Appeal, AppealDocument, Denial
from portal.models.identity import Login
from portal.queries.appeal_draft import appeal_draft
from portal.queries.permissions import ROLES
from portal.queries.viewer import StaffViewer
from portal.services.add_appeal_document import add_appeal_document
from portal.services.build_appeal import Packet, build_appeal
from portal.services.keep_payer_deadline import NewLimit, keep_payer_deadline
from portal.services.practice_date import practice_date
from portal.services.send_appeal import send_appeal
from portal.services.tend_denials import tend_denials
from portal.services.work_denial import take_denial

NEAR = 6  # days to the last day of the first one
AGO = timedelta(days=3)


def fill_denials(office: wiring.Gateways, *, now: datetime) -> None:
    """The two newest of different payers; the morning then warns of the first."""
    with read_only() as session:
        on = practice_date(session, now)
    near, far = _newest()
    manager, biller = _staff("manager"), _staff("biller")
    if manager is None or biller is None or near is None:
        return
    _shorten(near, manager, on, now)
    if far is not None:
        _appeal(far, biller, office, on, now)
    tend_denials(on=on, now=now)


def _newest() -> tuple[Denial | None, Denial | None]:
    query = (
        select(Denial)
        .where(Denial.closed_at.is_(None), Denial.group_code == "CO", Denial.state == "open")
        .order_by(Denial.noticed_on.desc(), Denial.id.desc())
    )
    with read_only() as session:
        found = session.scalars(query).all()
    first = found[0] if found else None
    return first, next((one for one in found if first and one.payer_id != first.payer_id), None)


def _staff(role: str) -> StaffViewer | None:
    with read_only() as session:
        login = session.scalars(select(Login).where(Login.role == role)).first()
    return StaffViewer(login.id, role, ROLES[role]) if login else None


def _shorten(denial: Denial, manager: StaffViewer, on: date, now: datetime) -> None:
    """The payer's contract gives few days: so few that its newest denial must go out this week."""
    limit = NewLimit(
        what=Limit.APPEAL_1,
        days=max((on - denial.noticed_on).days + NEAR, NEAR),
        basis=Basis.NOTICE,
        since=date(on.year - 1, 1, 1),
        source="Provider manual, section on disputes",
    )
    keep_payer_deadline(payer_id=denial.payer_id, limit=limit, staff=manager, now=now)


def _appeal(
    denial: Denial, biller: StaffViewer, office: wiring.Gateways, on: date, now: datetime
) -> None:
    """Taken in hand, answered with a letter and a page of notes, and faxed three days ago."""
    then, appeal_id = now - AGO, uuid4()
    take_denial(denial_id=denial.id, version=denial.version, staff=biller, now=then)
    add_appeal_document(
        denial_id=denial.id,
        title="Notes of the visit",
        content=_page("Notes of the visit (invented for the demo)"),
        papers=office.papers,
        store=office.documents,
        staff=biller,
        now=then,
    )
    draft = appeal_draft(denial.id, key="", on=on)
    if draft is None or draft.fault:
        return
    build_appeal(
        Packet(
            appeal_id=appeal_id,
            denial_ids=[denial.id],
            template_key=draft.letter.key,
            letter=draft.text,
            document_ids=_papers(denial),
        ),
        staff=biller,
        doors=office,
        on=on - AGO,
        now=then,
    )
    with read_only() as session:
        version = session.get_one(Appeal, appeal_id).version
    send_appeal(
        appeal_id=appeal_id,
        version=version,
        sent_on=on - AGO,
        method="fax",
        reference="Confirmation 4711",
        staff=biller,
        on=on,
        now=then,
    )


def _papers(denial: Denial) -> list[int]:
    with read_only() as session:
        found = select(AppealDocument.id).where(AppealDocument.claim_id == denial.claim_id)
        return list(session.scalars(found))


def _page(words: str) -> bytes:
    """A scan of one page."""
    picture = Image.new("RGB", (1275, 1650), "white")
    ImageDraw.Draw(picture).text((120, 120), words, fill="black", font_size=36)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
