"""The bank's files: upload one, name its columns once, look, let it count."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.staff_bank import FilePage, file_page
from portal.services.import_bank_file import import_bank_file
from portal.services.take_bank_file import (
    FileRefused,
    Office,
    name_bank_columns,
    take_bank_file,
)
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.bank.forms import BankUploadForm, ColumnsForm, ImportForm
from staff_admin.blueprints.bank.views import blueprint
from staff_admin.blueprints.show import found, show

REPEATED = "It was imported before and counts once."


@blueprint.route("/upload", methods=["GET", "POST"])
@staff("day.deposit")
def upload() -> ResponseReturnValue:
    """Take a file in; nothing counts yet."""
    form = BankUploadForm()
    if form.validate_on_submit() and _taken(form):
        return redirect(url_for(".file", file_id=form.id_of_file))
    return show("bank/upload.html", form=form)


@blueprint.get("/files/<uuid:file_id>")
@staff("day.deposit")
def file(file_id: UUID) -> str:
    """What importing it would do, or the question which column is which."""
    return _show(file_id, None)


@blueprint.post("/files/<uuid:file_id>/columns")
@staff("day.deposit")
def columns(file_id: UUID) -> ResponseReturnValue:
    """Name the columns; the next file with these headings needs no asking."""
    page, form = _file(file_id), ColumnsForm(prefix="columns")
    form.offer(page.header)
    if not form.validate_on_submit() or not _named(form, file_id):
        return _show(file_id, form)
    return redirect(url_for(".file", file_id=file_id))


@blueprint.post("/files/<uuid:file_id>/import")
@staff("day.deposit")
def bring_in(file_id: UUID) -> ResponseReturnValue:
    """Let it count; a double click counts once."""
    _file(file_id)
    if not ImportForm().validate_on_submit():
        return redirect(url_for(".file", file_id=file_id))
    done = import_bank_file(file_id=file_id, staff=current_staff(), on=practice_day(), now=now())
    told = f"{done.fresh} new lines, {done.known} known already, {done.matched} matched."
    flash(REPEATED if done.repeated else told, "done")
    return redirect(url_for(".index"))


def _taken(form: BankUploadForm) -> bool:
    """Keep it, or put the refusal on the form."""
    try:
        take_bank_file(
            file_id=form.id_of_file,
            data=form.file.data.read(),
            name=form.file.data.filename or "",
            staff=current_staff(),
            office=_office(),
            now=now(),
        )
    except FileRefused as refused:
        form.form_errors.append(str(refused))
        return False
    saw(kind="bank_file", id=form.id_of_file, action="create")
    return True


def _named(form: ColumnsForm, file_id: UUID) -> bool:
    try:
        name_bank_columns(
            file_id=file_id,
            columns=form.columns,
            staff=current_staff(),
            office=_office(),
            now=now(),
        )
    except FileRefused as refused:
        form.form_errors.append(str(refused))
        return False
    return True


def _office() -> Office:
    return Office(reader=gateways().bank_files, store=gateways().documents)


def _file(file_id: UUID) -> FilePage:
    page = found(file_page(file_id, on=practice_day()))
    saw(kind="bank_file", id=file_id)
    return page


def _show(file_id: UUID, form: ColumnsForm | None) -> str:
    page = _file(file_id)
    if form is None:
        form = ColumnsForm(prefix="columns", formdata=None)
        form.offer(page.header)
    return show("bank/file.html", page=page, form=form)
