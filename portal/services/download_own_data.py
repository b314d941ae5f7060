"""A patient's own copy of what we hold, in a form for people and one for programs (HIPAA-8)."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

from portal.ports import DocumentStore, PdfPrinter
from portal.queries.contact_page import contact_page
from portal.queries.language_help import our_language_help
from portal.queries.overview import overview
from portal.queries.patient_thread import patient_thread
from portal.queries.plan_page import own_papers
from portal.queries.plan_print import plan_print
from portal.queries.profile import profile_page
from portal.queries.viewer import PatientViewer
from portal.services.download_statement import download_statements

READ_ME = """This is a copy of what we keep about you in this website.

my-data.json holds your details, bills, payments, messages, and choices. A program can read it.
Each PDF file is a statement as we sent it, or a plan as you signed it.

Keep these files where nobody else can read them.
"""


def download_own_data(
    *, viewer: PatientViewer, store: DocumentStore, printer: PdfPrinter, on: date, now: datetime
) -> bytes:
    """A zip file: one JSON file, and every statement as PDF. Only what the viewer's own pages show is in it."""
    bills = overview(viewer, on=on, whole=True)
    contacts = [
        contact_page(viewer, account_id, now=now) for account_id in sorted(viewer.account_ids)
    ]
    papers = own_papers(viewer)
    data = {
        "made_at": now,
        "details": profile_page(viewer),
        "bills_payments_statements": bills,
        "plans_as_signed": papers,
        "messages": patient_thread(viewer, whole=True),
        "contact": contacts,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("read-me.txt", READ_ME)
        files.writestr("my-data.json", json.dumps(_plain(data), indent=2, ensure_ascii=False))
        for kept in download_statements(viewer=viewer, store=store, printer=printer):
            files.writestr(f"statement-{kept.number}.pdf", kept.pdf)
        notice = our_language_help() if papers else {}
        for paper in papers:
            name = f"plan-{paper.agreement['plan_number']}-{paper.row.number}.pdf"
            files.writestr(name, printer.print("plan", plan_print(paper, notice)))
    return packed.getvalue()


def _plain(value: Any) -> Any:
    """What JSON can say: amounts as `$50.00`, days as `2026-03-14`."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | str):
        return value
    if is_dataclass(value) and not hasattr(value, "cents"):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return str(value)
