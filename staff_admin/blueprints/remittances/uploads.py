"""Upload 835 files, look at what they would do, post them, and see what they did."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.staff_uploads import upload_page
from portal.queries.upload_group import upload_group
from portal.services.post_upload import post_upload
from portal.services.preview_upload import preview_upload
from portal.services.upload_many import TooManyFiles, post_group, upload_many
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from staff_admin.blueprints.remittances.forms import PostForm, UploadForm
from staff_admin.blueprints.remittances.views import blueprint
from staff_admin.blueprints.show import found, page_number, show


@blueprint.route("/upload", methods=["GET", "POST"])
@staff("remittances.post")
def upload() -> ResponseReturnValue:
    """Take the files in; nothing is posted yet."""
    form = UploadForm(group=str(uuid4()))
    if not form.validate_on_submit():
        return show("remittances/upload.html", form=form)
    if len(form.file.data) == 1:
        return redirect(url_for(".uploaded", upload_id=_take_one(form)))
    try:
        _take_many(form)
    except TooManyFiles as refused:
        form.form_errors.append(str(refused))
        return show("remittances/upload.html", form=form)
    return redirect(url_for(".group", group_id=form.group_id))


def _take_one(form: UploadForm) -> UUID:
    [file], upload_id = form.files, uuid4()
    preview_upload(
        upload_id=upload_id,
        data=file.content,
        name=file.name,
        staff=current_staff(),
        store=gateways().documents,
        now=now(),
    )
    return upload_id


def _take_many(form: UploadForm) -> None:
    upload_many(
        group_id=form.group_id,
        files=form.files,
        staff=current_staff(),
        store=gateways().documents,
        now=now(),
    )


@blueprint.get("/uploads/<uuid:upload_id>")
@staff("remittances.post")
def uploaded(upload_id: UUID) -> str:
    """What posting it would do, or what it did."""
    page = found(upload_page(current_staff(), upload_id, now=now(), number=page_number()))
    saw(accounts=page.account_ids, patients=page.patient_ids, kind="upload", id=upload_id)
    return show("remittances/uploaded.html", page=page, form=PostForm())


@blueprint.post("/uploads/<uuid:upload_id>/post")
@staff("remittances.post")
def post(upload_id: UUID) -> ResponseReturnValue:
    """Post the bytes that were kept; a double click posts once."""
    posted = post_upload(
        upload_id=upload_id,
        staff=current_staff(),
        store=gateways().documents,
        now=now(),
        choice=PostForm().chosen,
    )
    saw(kind="upload", id=upload_id, action="create")
    if not posted:
        flash("This file is posted already, or is being posted now.", "info")
    return redirect(url_for(".uploaded", upload_id=upload_id))


@blueprint.get("/uploads/together/<uuid:group_id>")
@staff("remittances.post")
def group(group_id: UUID) -> str:
    """Files that were sent together: how far each is, and where the money goes."""
    page = found(upload_group(current_staff(), group_id, now=now(), number=page_number()))
    saw(accounts=page.account_ids, patients=page.patient_ids, kind="upload", id=group_id)
    return show("remittances/group.html", page=page, form=PostForm())


@blueprint.post("/uploads/together/<uuid:group_id>/post")
@staff("remittances.post")
def post_together(group_id: UUID) -> ResponseReturnValue:
    """Post every file of the group that is fit."""
    posted = post_group(
        group_id=group_id,
        choice=PostForm().chosen,
        staff=current_staff(),
        store=gateways().documents,
        now=now(),
    )
    saw(kind="upload", id=group_id, action="create")
    if not posted:
        flash("Nothing was left to post: the files are posted, or are being posted now.", "info")
    return redirect(url_for(".group", group_id=group_id))
