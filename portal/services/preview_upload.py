"""Take an 835 that staff uploaded, keep it, and say what posting it would do, without doing it."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePath
from typing import Any
from uuid import UUID

from portal.db import transaction
from portal.models.files import Upload
from portal.ports import DocumentStore
from portal.queries.viewer import StaffViewer
from portal.services.post_remittance import post_remittance
from portal.services.remittance_report import RemittanceReport


def preview_upload(
    *,
    upload_id: UUID,
    data: bytes,
    name: str,
    staff: StaffViewer,
    store: DocumentStore,
    now: datetime,
) -> None:
    """Dry-run the file and keep it with its preview, for this member of staff alone."""
    name = PurePath(name).name
    report = post_remittance(data=data, name=name, now=now, store=None, dry_run=True)
    stored_as = store.put(data)
    with transaction() as session:
        session.add(
            Upload(
                id=upload_id,
                login_id=staff.login_id,
                kind="835",
                name=name,
                size=len(data),
                stored_as=stored_as,
                uploaded_at=now,
                preview=kept(report),
            )
        )


def kept(report: RemittanceReport) -> dict[str, Any]:
    """The report as the page shows it again: the command's JSON, with what a set says besides."""
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
    return document
