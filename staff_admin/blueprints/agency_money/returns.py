"""An agency's files of returns: upload one, look, let it count; and the addresses that it found (COLL-18)."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from portal.queries.agency_address import AddressPage, address_page
from portal.queries.agency_files import AgencyFilePage, agency_file_page, returns_page
from portal.services.read_agency_file import read_agency_file
from portal.services.take_agency_address import take_agency_address
from portal.services.take_agency_file import FileRefused, take_agency_file
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.agency_money.blueprint import blueprint
from staff_admin.blueprints.agency_money.forms import ReturnsUploadForm
from staff_admin.blueprints.show import found, page_number, show

REPEATED = "It was read before and counts once."


@blueprint.get("/returns")
@staff("collections.view")
def returns(agency_id: int) -> str:
    """Its files, and what was told lately."""
    page = found(returns_page(agency_id, page=page_number()))
    saw(accounts={one.account_id for one in page.told.rows}, kind="agency_returns", id=agency_id)
    return show("agency_money/returns.html", page=page)


@blueprint.route("/returns/upload", methods=["GET", "POST"])
@staff("collections.work")
def upload(agency_id: int) -> ResponseReturnValue:
    """Take a file in; nothing counts yet."""
    page, form = found(returns_page(agency_id)), ReturnsUploadForm()
    saw(kind="agency_returns", id=agency_id)
    if form.validate_on_submit() and _taken(form, agency_id):
        return redirect(url_for(".file", agency_id=agency_id, file_id=form.id_of_file))
    return show("agency_money/upload.html", page=page, form=form)


@blueprint.get("/returns/<uuid:file_id>")
@staff("collections.view")
def file(agency_id: int, file_id: UUID) -> str:
    """What reading it would do, or did."""
    return show("agency_money/file.html", page=_file(agency_id, file_id))


@blueprint.post("/returns/<uuid:file_id>/read")
@staff("collections.work")
def read(agency_id: int, file_id: UUID) -> ResponseReturnValue:
    """Let it count; a double click counts once."""
    _file(agency_id, file_id)
    there = redirect(url_for(".file", agency_id=agency_id, file_id=file_id))
    if not FlaskForm().validate_on_submit():
        return there
    done = read_agency_file(
        file_id=file_id,
        agency_id=agency_id,
        staff=current_staff(),
        public_url=gateways().public_url,
        on=practice_day(),
        now=now(),
    )
    told = f"{done.taken} rows taken, {done.known} known already, {len(done.refused)} refused."
    flash(REPEATED if done.repeated else told, "done")
    return there


@blueprint.get("/addresses/<int:return_id>")
@staff("collections.view")
def address(agency_id: int, return_id: int) -> str:
    """What the agency found beside what we have."""
    return show("agency_money/address.html", page=_address(agency_id, return_id))


@blueprint.post("/addresses/<int:return_id>/<any(take,leave):answer>")
@staff("collections.work")
def answer_address(agency_id: int, return_id: int, answer: str) -> ResponseReturnValue:
    """Take the address over, or leave ours as it is."""
    page = _address(agency_id, return_id)
    if not FlaskForm().validate_on_submit():
        return show("agency_money/address.html", page=page)
    take_agency_address(
        return_id=return_id, take=answer == "take", staff=current_staff(), now=now()
    )
    flash("The address is ours now." if answer == "take" else "Our address stays.", "done")
    return redirect(url_for(".returns", agency_id=agency_id))


def _taken(form: ReturnsUploadForm, agency_id: int) -> bool:
    """Keep it, or put the refusal on the form."""
    try:
        take_agency_file(
            file_id=form.id_of_file,
            agency_id=agency_id,
            data=form.file.data.read(),
            name=form.file.data.filename or "",
            staff=current_staff(),
            store=gateways().documents,
            now=now(),
        )
    except FileRefused as refused:
        form.form_errors.append(str(refused))
        return False
    saw(kind="agency_file", id=form.id_of_file, action="create")
    return True


def _file(agency_id: int, file_id: UUID) -> AgencyFilePage:
    page = found(agency_file_page(agency_id, file_id, on=practice_day()))
    rows = (*page.refused, *page.good)
    saw(
        accounts={one.account_id for one in rows if one.account_id},
        kind="agency_file",
        id=file_id,
    )
    return page


def _address(agency_id: int, return_id: int) -> AddressPage:
    page = found(address_page(agency_id, return_id))
    saw(accounts=[page.account_id], kind="agency_return", id=return_id)
    return page
