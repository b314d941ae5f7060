"""Reference data: each table with search, its rows by hand, and files whose changes are looked at first."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from billing.reference_data import TABLES, Table
from portal.queries.paging import Page
from portal.queries.reference_pages import (
    KEY_SEPARATOR,
    ReferenceRow,
    row_page,
    search_rows,
    table_list,
    upload_page,
)
from portal.services.export_reference import export_reference
from portal.services.keep_reference import (
    Hand,
    ReferenceRefused,
    apply_reference_file,
    keep_row,
    take_reference_file,
)
from portal.services.reference_file import preview_upload
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.reference.forms import ApplyForm, FileForm, RowForm, row_form
from staff_admin.blueprints.show import found, page_number, show

blueprint = Blueprint("reference", __name__, url_prefix="/settings/data")
_TABLES = {kind.value: table for kind, table in TABLES.items()}


@blueprint.get("/")
@staff("settings.view")
def index() -> str:
    """Every table, with its last change."""
    saw(kind="reference_data")
    return show("reference/index.html", tables=table_list())


@blueprint.get("/<kind>/")
@staff("settings.view")
def table(kind: str) -> str:
    """One table: search, download, a file."""
    wanted = found(_TABLES.get(kind))
    saw(kind="reference_data", id=kind)
    return _show_table(wanted, search_rows(wanted.kind, "", page_number()), FileForm())


@blueprint.post("/<kind>/")
@staff("settings.view")
def search(kind: str) -> str:
    """The rows in which some words stand; posted, as every search of the office."""
    wanted = found(_TABLES.get(kind))
    saw(kind="reference_data", id=kind)
    words = request.form.get("words", "")[:80]
    return _show_table(wanted, search_rows(wanted.kind, words, 1), FileForm(formdata=None), words)


@blueprint.get("/<kind>.csv")
@staff("settings.view")
def download(kind: str) -> Response:
    """The table as a file."""
    wanted = found(_TABLES.get(kind))
    saw(kind="reference_data", id=kind)
    name = {"Content-Disposition": f"attachment; filename={kind}.csv"}
    return Response(export_reference(wanted.kind), mimetype="text/csv", headers=name)


@blueprint.get("/<kind>/row")
@staff("settings.view")
def row(kind: str) -> str:
    """One row with its history; an empty one where no row is named."""
    wanted = found(_TABLES.get(kind))
    cells = found(row_page(wanted.kind, name)).cells if (name := _name()) else None
    return _show_row(wanted, row_form(wanted, cells))


@blueprint.post("/<kind>/row")
@staff("settings.edit")
def keep(kind: str) -> ResponseReturnValue:
    """Keep one row."""
    wanted = found(_TABLES.get(kind))
    form = row_form(wanted)
    if not form.validate_on_submit():
        return _show_row(wanted, form)
    try:
        changed = keep_row(kind=wanted.kind, typed=form.cells(wanted), hand=_hand())
    except ReferenceRefused as refused:
        form.mark(refused.problems)
        if not refused.problems:
            form.form_errors.append(str(refused))
        return _show_row(wanted, form)
    flash("Kept. What was before stays in the history." if changed else "Nothing changed.", "done")
    return redirect(url_for(".table", kind=kind))


@blueprint.post("/<kind>/file")
@staff("settings.edit")
def upload(kind: str) -> ResponseReturnValue:
    """Take a file in, and show what it would change."""
    wanted, form = found(_TABLES.get(kind)), FileForm()
    saw(kind="reference_data", id=kind)
    if not form.validate_on_submit():
        return _show_table(wanted, search_rows(wanted.kind, "", 1), form)
    take_reference_file(
        upload_id=form.id_of_upload,
        kind=wanted.kind,
        data=form.file.data.read(),
        name=form.file.data.filename or "file",
        staff=current_staff(),
        now=now(),
    )
    return redirect(url_for(".preview", upload_id=form.id_of_upload))


@blueprint.get("/files/<uuid:upload_id>")
@staff("settings.edit")
def preview(upload_id: UUID) -> str:
    """What a file changes, row by row."""
    return _show_preview(upload_id, ApplyForm(formdata=None))


@blueprint.post("/files/<uuid:upload_id>")
@staff("settings.edit")
def apply(upload_id: UUID) -> ResponseReturnValue:
    """Apply what was shown, whole or not at all."""
    form, kind = ApplyForm(), found(upload_page(upload_id)).kind
    saw(kind="reference_data", id=kind.value)
    if not form.validate_on_submit():
        return _show_preview(upload_id, form)
    try:
        count = apply_reference_file(
            upload_id=upload_id, digest=form.digest.data or "", hand=_hand()
        )
    except ReferenceRefused as refused:
        form.form_errors.append(str(refused))
        return _show_preview(upload_id, form)
    flash(f"{count:,} rows kept." if count else "This file was applied before.", "done")
    return redirect(url_for(".table", kind=kind.value))


def _show_table(wanted: Table, page: Page[ReferenceRow], form: FileForm, words: str = "") -> str:
    return show("reference/table.html", table=wanted, page=page, words=words, form=form)


def _name() -> str:
    return request.args.get("key", "")


def _hand() -> Hand:
    return Hand(staff=current_staff(), on=practice_day(), now=now())


def _show_row(wanted: Table, form: RowForm) -> str:
    saw(kind="reference_data", id=wanted.kind.value)
    name = _name() or KEY_SEPARATOR.join(wanted.key_of(form.cells(wanted)))
    page = row_page(wanted.kind, name)
    return show("reference/row.html", table=wanted, form=form, page=page, name=_name())


def _show_preview(upload_id: UUID, form: ApplyForm) -> str:
    upload = found(upload_page(upload_id))
    saw(kind="reference_data", id=upload.kind.value)
    seen = preview_upload(upload.kind, upload.content, staff=current_staff(), on=practice_day())
    form.digest.data = seen.comparison.digest
    return show(
        "reference/preview.html",
        table=TABLES[upload.kind],
        upload=upload,
        seen=seen,
        form=form,
    )
