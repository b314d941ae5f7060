"""Take an 835 that staff uploaded, keep it, and say what posting it would do; a large one a job reads."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePath
from typing import Any
from uuid import UUID

from billing.free_text import redact_free_text
from billing.posting_policy import Choice
from portal.db import transaction
from portal.models.files import Upload
from portal.ports import DocumentStore
from portal.queries.viewer import StaffViewer
from portal.queue import enqueue
from portal.services.post_remittance import post_remittance
from portal.services.remittance_report import RemittanceReport
from portal.x12.tell_kind import tell_kind

AT_ONCE = 1_000_000  # bytes, about 3,000 claims: a page waits a second or two for them


def preview_upload(
    *,
    upload_id: UUID,
    data: bytes,
    name: str,
    staff: StaffViewer,
    store: DocumentStore,
    now: datetime,
    group_id: UUID | None = None,
    later: bool = False,
) -> None:
    """Dry-run the file and keep it with its preview, for this member of staff alone.

    A file above AT_ONCE bytes, or one that may wait, has no preview yet: the job of `read_upload` makes it.
    What is no 835 is refused with what to do; its bytes are not kept.
    """
    name = redact_free_text(PurePath(name).name)  # PCI-5: a name is somebody's words
    preview: dict[str, Any] = {}
    wrong = tell_kind(data, file=name)
    if wrong is not None:
        preview = {"status": "rejected", "error": str(wrong), "transactions": []}
    elif len(data) <= AT_ONCE and not later:
        preview = preview_of(data, name=name, now=now)
    stored_as = "" if wrong is not None else store.put(data)
    with transaction() as session:
        session.add(
            Upload(
                id=upload_id,
                login_id=staff.login_id,
                group_id=group_id,
                kind="835",
                name=name,
                size=len(data),
                stored_as=stored_as,
                uploaded_at=now,
                preview=preview,
            )
        )
        if not preview:
            enqueue(session, "read_upload", upload_id=str(upload_id))


def preview_of(data: bytes, *, name: str, now: datetime) -> dict[str, Any]:
    """What a person who presses the button would post of it."""
    return kept(
        post_remittance(data=data, name=name, now=now, store=None, dry_run=True, choice=Choice.ALL)
    )


def kept(report: RemittanceReport) -> dict[str, Any]:
    """What the page shows of the report: the command's JSON without its lines, with more of each set."""
    document: dict[str, Any] = report.to_json()["files"][0]
    for told, found in zip(document["transactions"], report.sets, strict=True):
        issued_on = found.said.issued_on
        told["position"] = found.said.position
        told["issued_on"] = issued_on.isoformat() if issued_on else None
        told["reasons"] = list(found.reasons)
        told["warnings"] = list(found.said.warnings)
        told["remittance_id"] = found.remittance_id if report.file_id is not None else None
        told["signed_paid_cents"] = found.paid.cents
        for claim, said in zip(told["claims"], found.claims, strict=True):
            claim["position"] = said.said.position
            claim["work"] = list(said.work)
            del claim["lines"], claim["adjustments"]  # a page reads this whole: keep it small
    return document
