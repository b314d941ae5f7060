"""A statement as it was sent, a bill as it stands, and the entries behind it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from portal.blueprints.statements.forms import CompareForm
from portal.queries.bill import bill_page
from portal.queries.bill_figures import figures
from portal.queries.entry_chain import entry_chain
from portal.queries.eob_photos import OwnEob, own_eob
from portal.queries.own_estimates import estimate_beside
from portal.queries.statement_page import statement_page
from portal.queries.where_bill import where_bill
from portal.services.download_statement import download_statement
from portal.web.access import current_account_viewer, patient_or_guest, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day

blueprint = Blueprint("statements", __name__)


@blueprint.get("/statements/<number>")
@patient_or_guest
def statement(number: str) -> ResponseReturnValue:
    """One statement: frozen words and figures, with what is owed today beside them."""
    page = statement_page(current_account_viewer(), number, on=practice_day())
    if page is None:
        abort(404)
    saw(accounts=[page.account_id], kind="statement", id=number)
    return render_template("statements/statement.html", page=page, figures=figures, at=now())


@blueprint.get("/statements/<number>/statement.pdf")
@patient_or_guest
def pdf(number: str) -> ResponseReturnValue:
    """The statement on paper, without the code of the mailed copy."""
    doors = gateways()
    found = download_statement(
        viewer=current_account_viewer(), number=number, store=doors.documents, printer=doors.printer
    )
    saw(accounts=[found.account_id], kind="statement", id=number, action="export")
    headers = {"Content-Disposition": f'attachment; filename="statement-{number}.pdf"'}
    return Response(found.pdf, mimetype="application/pdf", headers=headers)


@blueprint.get("/bills/<int:visit_id>")
@patient_or_guest
def bill(visit_id: int) -> ResponseReturnValue:
    """One bill as it stands now, with the same figures as a statement of today."""
    page = bill_page(current_account_viewer(), visit_id, on=practice_day())
    if page is None:
        abort(404)
    saw(accounts=[page.account_id], patients=[page.patient_id], kind="visit", id=visit_id)
    beside = estimate_beside(current_account_viewer(), visit_id) if page.self_pay else None
    return render_template("statements/bill.html", page=page, figures=figures, beside=beside)


@blueprint.get("/bills/<int:visit_id>/where")
@patient_or_guest
def where(visit_id: int) -> ResponseReturnValue:
    """Where this bill stands, what comes next on which day, and every way to stop it."""
    page = where_bill(current_account_viewer(), visit_id, on=practice_day())
    if page is None:
        abort(404)
    saw(accounts=[page.account_id], patients=[page.patient_id], kind="visit", id=visit_id)
    return render_template("statements/where.html", page=page)


@blueprint.route("/bills/<int:visit_id>/compare", methods=["GET", "POST"])
@patient_or_guest
def compare(visit_id: int) -> ResponseReturnValue:
    """The patient's own EOB figure beside the one we were told; only this page may say "matches"."""
    page = bill_page(current_account_viewer(), visit_id, on=practice_day())
    if page is None:
        abort(404)
    saw(accounts=[page.account_id], patients=[page.patient_id], kind="visit", id=visit_id)
    form, eob = CompareForm(), _photographed(visit_id)
    form.offer(page, eob.charge_id if eob else request.args.get("line", type=int))
    form.suggest(eob)
    theirs = form.amount.data if form.validate_on_submit() else None
    told = page.told_of(form.charge_id)
    return render_template(
        "statements/compare.html", page=page, form=form, eob=eob, theirs=theirs, told=told
    )


def _photographed(visit_id: int) -> OwnEob | None:
    """The EOB that the question or the form names."""
    photo_id = request.values.get("photo", type=int)
    return own_eob(current_account_viewer(), visit_id, photo_id, now=now())


@blueprint.get("/bills/<int:visit_id>/entries")
@patient_or_guest
def entries(visit_id: int) -> ResponseReturnValue:
    """Every entry behind one bill (CORE-7)."""
    chain = entry_chain(current_account_viewer(), visit_id, on=practice_day())
    if chain is None:
        abort(404)
    saw(accounts=[chain.account_id], kind="visit", id=visit_id)
    return render_template("statements/entries.html", chain=chain)
