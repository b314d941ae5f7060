"""A paper EOB's scan, what posting it would do, and posting it."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.eobs import EobPage, eob_page, scan_key
from portal.services.keep_scan import PDF, ScanRefused, keep_scan
from portal.services.post_eob import post_eob, preview_eob
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from staff_admin.blueprints.eobs.forms import ScanForm, VersionForm
from staff_admin.blueprints.eobs.views import blueprint, show_eob
from staff_admin.blueprints.show import found, show


@blueprint.post("/<uuid:entry_id>/scan")
@staff("remittances.post")
def scan(entry_id: UUID) -> ResponseReturnValue:
    """Attach a page, or the whole EOB."""
    page, form = _page(entry_id), ScanForm()
    if not form.validate_on_submit():
        return show_eob(page, scan_form=form)
    if not _kept(entry_id, form):
        return show_eob(page, scan_form=form)
    flash("The scan is attached.", "done")
    return redirect(url_for(".eob", entry_id=entry_id))


@blueprint.get("/<uuid:entry_id>/scans/<uuid:scan_id>")
@staff("remittances.view")
def scanned(entry_id: UUID, scan_id: UUID) -> Response:
    """The file itself: a picture in the page, a PDF to save."""
    _page(entry_id)
    key, media_type = found(scan_key(entry_id, scan_id))
    saw(kind="eob_scan", id=scan_id)
    # A PDF of somebody else's is not opened inside our own address.
    shown = 'attachment; filename="eob.pdf"' if media_type == PDF else 'inline; filename="eob.jpg"'
    headers = {"Content-Disposition": shown}
    return Response(gateways().documents.get(key), mimetype=media_type, headers=headers)


@blueprint.get("/<uuid:entry_id>/preview")
@staff("remittances.post")
def preview(entry_id: UUID) -> str:
    """What posting it would do, claim by claim; nothing is posted yet."""
    page = _page(entry_id)
    form = VersionForm(formdata=None, data={"version": page.version})
    return show(
        "eobs/preview.html", page=page, told=preview_eob(entry_id=entry_id, now=now()), form=form
    )


@blueprint.post("/<uuid:entry_id>/post")
@staff("remittances.post")
def post(entry_id: UUID) -> ResponseReturnValue:
    """Post it as the 835 that it is; a double click posts once."""
    _page(entry_id)
    form, who, store = VersionForm(), current_staff(), gateways().documents
    if not form.validate_on_submit():
        return redirect(url_for(".preview", entry_id=entry_id))
    posted = post_eob(entry_id=entry_id, version=form.seen, staff=who, store=store, now=now())
    flash("Posted. What needs a person is in the queue.", "done")
    return redirect(url_for("remittances.remittance", remittance_id=posted))


def _page(entry_id: UUID) -> EobPage:
    page = found(eob_page(entry_id))
    saw(accounts=page.account_ids, patients=page.patient_ids, kind="eob", id=entry_id)
    return page


def _kept(entry_id: UUID, form: ScanForm) -> bool:
    """Keep it, or put the refusal at the field."""
    try:
        keep_scan(
            scan_id=UUID(form.scan.data),
            entry_id=entry_id,
            content=form.content,
            staff=current_staff(),
            images=gateways().card_images,
            papers=gateways().papers,
            store=gateways().documents,
            now=now(),
        )
    except ScanRefused as refused:
        form.file.errors = [str(refused)]
        return False
    return True
