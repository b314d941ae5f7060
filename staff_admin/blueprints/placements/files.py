"""The files to agencies: each with its manifest, downloaded by permission, and marked when it was handed over."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.queries.placement_files import FilePage, placement_file, placement_files
from portal.queries.placement_pages import agency_names
from portal.services.hand_over_file import hand_over_file
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from staff_admin.blueprints.placements.views import blueprint
from staff_admin.blueprints.show import found, page_number, show


@blueprint.get("/files")
@staff("collections.view")
def files() -> str:
    """The newest first."""
    agency = request.args.get("agency", 0, type=int)
    page = placement_files(agency=agency, number=page_number())
    saw(kind="placement_file")
    return show("placements/files.html", page=page, agency=agency, agencies=agency_names())


@blueprint.get("/files/<uuid:file_id>")
@staff("collections.view")
def file(file_id: UUID) -> str:
    """Its manifest, and the bills that are in it by their numbers alone."""
    page = _page(file_id)
    return show("placements/file.html", page=page, line=page.line)


@blueprint.get("/files/<uuid:file_id>/content.csv")
@staff("placements.files")
def content(file_id: UUID) -> Response:
    """The file as it was written, byte for byte: what its hash is of."""
    page = _page(file_id, action="export", rows=True)
    headers = {"Content-Disposition": f'attachment; filename="{page.line.name}"'}
    return Response(gateways().documents.get(page.stored), mimetype="text/csv", headers=headers)


@blueprint.post("/files/<uuid:file_id>/handed-over")
@staff("placements.files")
def handed_over(file_id: UUID) -> ResponseReturnValue:
    """It is with the agency."""
    _page(file_id)
    first = hand_over_file(staff=current_staff(), file_id=file_id, now=now())
    flash("Written down." if first else "It was handed over before; that stands.", "done")
    return redirect(url_for(".file", file_id=file_id))


def _page(file_id: UUID, *, action: str = "", rows: bool = False) -> FilePage:
    page = found(placement_file(file_id))
    saw(
        accounts=page.account_ids,
        kind="placement_file",
        id=file_id,
        action=action,
        rows=page.line.rows if rows else None,
    )
    return page
