"""The office adds a paper to an application: made harmless first, kept encrypted (FA-7, HIPAA-18)."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from billing.assistance_reasons import PROOF_WORDS, Proof
from portal.db import transaction
from portal.models.assistance import PENDING, AssistanceDocument
from portal.office_ports import PaperDesk, UnusablePaper
from portal.ports import DocumentStore
from portal.queries.viewer import StaffViewer
from portal.services.assistance_refusals import CannotDecideAssistance
from portal.services.move_application import held_application, note_event, tell_audit
from portal.services.receive_application import look_again

PDF = "application/pdf"


def add_assistance_document(
    *,
    document_id: UUID,
    application_id: UUID,
    kind: Proof,
    content: bytes,
    papers: PaperDesk,
    store: DocumentStore,
    staff: StaffViewer,
    public_url: str,
    on: date,
    now: datetime,
) -> bool:
    """Keep it, and look again whether the case is clear now; False when this page added it before.

    Raises CannotDecideAssistance with the reason, or NotFound.
    """
    if not staff.may("assistance.work"):
        raise CannotDecideAssistance("Your role does not work on applications.")
    try:
        paper = papers.clean(content)
    except UnusablePaper as refused:
        raise CannotDecideAssistance(f"{refused} Nothing was saved.") from refused
    key = store.put(paper.content)
    with transaction() as session:
        application = held_application(session, application_id)
        if application.state not in PENDING:
            raise CannotDecideAssistance("It is not open any more.")
        if session.get(AssistanceDocument, document_id) is not None:
            return False
        session.add(
            AssistanceDocument(
                id=document_id,
                application_id=application_id,
                kind=kind.value,
                name=PROOF_WORDS[kind],
                media_type=PDF,
                size=len(paper.content),
                sha256=sha256(paper.content).hexdigest(),
                stored_as=key,
                login_id=staff.login_id,
                added_at=now,
            )
        )
        note_event(
            session, application, "paper", on=on, now=now, login_id=staff.login_id, proof=kind.value
        )
        tell_audit(session, application, staff, action="update", reason="paper", now=now)
        look_again(session, application, public_url=public_url, on=on, now=now)
    return True
