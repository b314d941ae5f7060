"""A photographed EOB: sent, waited for while it is read, or handed to the office (STMT-5)."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from billing.money import Money
from billing.proxy_access import ProxyScope
from portal.blueprints.bill_disputes.forms import DifferForm, EvidenceForm
from portal.blueprints.bill_disputes.views import blueprint
from portal.card_ports import UnusableImage
from portal.queries.bill import BillPage, bill_page
from portal.queries.card_words import refusal_words
from portal.queries.eob_photos import own_eob
from portal.services.eob_photo import keep_eob_photo, send_to_office
from portal.web.access import current_patient, patient, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day

NOTHING = "Take a photo first, or choose a file."


@blueprint.post("/bills/<int:visit_id>/eob")
@patient(scope=ProxyScope.FULL)
def photograph(visit_id: int) -> ResponseReturnValue:
    """Keep the picture and have it read; what is wrong with it is said where it was taken."""
    page, form = _page(visit_id), EvidenceForm()
    line = request.form.get("line", type=int)
    charge_id = line if line in page.told_of_lines else None
    photo_id = _kept(form, visit_id, charge_id) if form.validate_on_submit() else None
    if photo_id is None:
        return redirect(url_for("statements.compare", visit_id=visit_id, line=charge_id))
    saw(kind="eob_photo", id=photo_id, action="create")
    return redirect(url_for(".eob", visit_id=visit_id, photo_id=photo_id))


def _kept(form: EvidenceForm, visit_id: int, charge_id: int | None) -> int | None:
    content, doors = form.content, gateways()
    if content is None:
        flash(NOTHING, "attention")
        return None
    try:
        return keep_eob_photo(
            viewer=current_patient(),
            visit_id=visit_id,
            charge_id=charge_id,
            content=content,
            images=doors.card_images,
            store=doors.documents,
            now=now(),
        )
    except UnusableImage as refused:
        flash(refusal_words(refused.fault), "attention")
        return None


@blueprint.get("/bills/<int:visit_id>/eob/<int:photo_id>")
@patient(scope=ProxyScope.FULL)
def eob(visit_id: int, photo_id: int) -> ResponseReturnValue:
    """Waits until it is read, then goes on by itself; without JavaScript by asking again."""
    page, read = _page(visit_id), own_eob(current_patient(), visit_id, photo_id, now=now())
    if read is None:
        abort(404)
    if read.state != "waiting":
        return redirect(url_for("statements.compare", visit_id=visit_id, photo=photo_id))
    return render_template("bill_disputes/reading.html", page=page, photo_id=photo_id)


@blueprint.post("/bills/<int:visit_id>/eob/send")
@patient(scope=ProxyScope.FULL)
def send_eob(visit_id: int) -> ResponseReturnValue:
    """A person looks: the EOB says more than we ask for, or nobody but a person can read it."""
    page, form = _page(visit_id), DifferForm()
    told, theirs = page.told_of(form.charge_id), form.eob_told
    more = told is not None and theirs is not None and theirs > told
    if not more and form.photo_id is None:
        return redirect(url_for("statements.compare", visit_id=visit_id))
    _send(form, visit_id, theirs if more else None, told)
    flash("We got it. A person looks at it and writes to you.", "done")
    return redirect(url_for("statements.bill", visit_id=visit_id))


def _send(form: DifferForm, visit_id: int, theirs: Money | None, told: Money | None) -> None:
    send_to_office(
        viewer=current_patient(),
        visit_id=visit_id,
        photo_id=form.photo_id,
        theirs=theirs,
        ours=told,
        now=now(),
    )


def _page(visit_id: int) -> BillPage:
    page = bill_page(current_patient(), visit_id, on=practice_day())
    if page is None:
        abort(404)
    saw(accounts=[page.account_id], patients=[page.patient_id], kind="visit", id=visit_id)
    return page
