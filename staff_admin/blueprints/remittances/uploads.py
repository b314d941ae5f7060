"""Upload an 835, look at what it would do, post it, and see what it did."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.staff_uploads import upload_page
from portal.services.post_upload import post_upload
from portal.services.preview_upload import preview_upload
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from staff_admin.blueprints.remittances.forms import UploadForm
from staff_admin.blueprints.remittances.views import blueprint
from staff_admin.blueprints.show import found, page_number, show


@blueprint.route("/upload", methods=["GET", "POST"])
@staff("remittances.post")
def upload() -> ResponseReturnValue:
    """Take the file in; nothing is posted yet."""
    form = UploadForm()
    if form.validate_on_submit():
        upload_id = uuid4()
        preview_upload(
            upload_id=upload_id,
            data=form.content,
            name=form.filename,
            staff=current_staff(),
            store=gateways().documents,
            now=now(),
        )
        return redirect(url_for(".uploaded", upload_id=upload_id))
    return show("remittances/upload.html", form=form)


@blueprint.get("/uploads/<uuid:upload_id>")
@staff("remittances.post")
def uploaded(upload_id: UUID) -> str:
    """What posting it would do, or what it did."""
    page = found(upload_page(current_staff(), upload_id, now=now(), number=page_number()))
    saw(accounts=page.account_ids, patients=page.patient_ids, kind="upload", id=upload_id)
    return show("remittances/uploaded.html", page=page)


@blueprint.post("/uploads/<uuid:upload_id>/post")
@staff("remittances.post")
def post(upload_id: UUID) -> ResponseReturnValue:
    """Post the bytes that were kept; a double click posts once."""
    posted = post_upload(
        upload_id=upload_id, staff=current_staff(), store=gateways().documents, now=now()
    )
    saw(kind="upload", id=upload_id, action="create")
    if not posted:
        flash("This file is posted already, or is being posted now.", "info")
    return redirect(url_for(".uploaded", upload_id=upload_id))
