"""To whom something was told of an account's patients; recorded, asked for, and sent as a table or a letter."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from portal.queries.disclosures import (
    DisclosuresPage,
    disclosures_csv,
    disclosures_page,
    disclosures_print,
)
from portal.services.record_disclosure import (
    answer_accounting,
    ask_accounting,
    extend_accounting,
    record_disclosure,
)
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from portal.web.theme import current_practice
from staff_admin.blueprints.disclosures.forms import AskForm, DisclosureForm, ExtendForm
from staff_admin.blueprints.show import found, show

blueprint = Blueprint("disclosures", __name__, url_prefix="/accounts/<int:account_id>/disclosures")


@blueprint.get("/")
@staff("disclosures.view")
def of_account(account_id: int) -> str:
    """Six years back, and the requests for the list."""
    return _show(_page(account_id))


@blueprint.post("/")
@staff("disclosures.record")
def record(account_id: int) -> ResponseReturnValue:
    """Write one down."""
    page, form = _page(account_id), DisclosureForm()
    form.patient.choices = _patients(page)
    if not form.validate_on_submit():
        return _show(page, form=form)
    record_disclosure(staff=current_staff(), account_id=account_id, told=form.told, now=now())
    return _done(account_id, "It is written down.")


@blueprint.post("/ask")
@staff("disclosures.record")
def ask(account_id: int) -> ResponseReturnValue:
    """The patient asked for the list."""
    page, form = _page(account_id), AskForm(prefix="ask")
    if not form.validate_on_submit():
        return _show(page, ask_form=form)
    on = form.asked_on.data or date.min
    ask_accounting(staff=current_staff(), account_id=account_id, asked_on=on, now=now())
    return _done(account_id, "The request is kept, and its task is due with it.")


@blueprint.post("/extend")
@staff("disclosures.record")
def extend(account_id: int) -> ResponseReturnValue:
    """Thirty days more, once."""
    page, form = _page(account_id), ExtendForm(prefix="extend")
    if not form.validate_on_submit():
        return _show(page, extend_form=form)
    why = form.why.data or ""
    extend_accounting(staff=current_staff(), account_id=account_id, why=why, now=now())
    return _done(account_id, "It is due thirty days later. Send the letter with the reason.")


@blueprint.post("/answered")
@staff("disclosures.record")
def answered(account_id: int) -> ResponseReturnValue:
    """The list was sent."""
    _page(account_id)
    answer_accounting(staff=current_staff(), account_id=account_id, now=now())
    return _done(account_id, "The request is answered.")


@blueprint.get("/list.<any(csv, pdf):form>")
@staff("disclosures.view")
def export(account_id: int, form: str) -> Response:
    """The list as a table or as a letter."""
    page = _page(account_id)
    saw(kind="disclosures", action="export", rows=len(page.rows))
    headers = {"Content-Disposition": f'attachment; filename="disclosures.{form}"'}
    if form == "csv":
        return Response(disclosures_csv(page), mimetype="text/csv", headers=headers)
    data = disclosures_print(page, current_practice(), on=practice_day())
    pdf = gateways().printer.print("disclosures", data)
    return Response(pdf, mimetype="application/pdf", headers=headers)


def _page(account_id: int) -> DisclosuresPage:
    page = found(disclosures_page(account_id, on=practice_day()))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="disclosures")
    return page


def _patients(page: DisclosuresPage) -> list[tuple[int, str]]:
    return [(patient.id, patient.name) for patient in page.header.patients]


def _show(page: DisclosuresPage, **forms: FlaskForm) -> str:
    form = forms.get("form") or DisclosureForm(formdata=None)
    form.patient.choices = _patients(page)
    empty = {
        "ask_form": AskForm(prefix="ask", formdata=None),
        "extend_form": ExtendForm(prefix="extend", formdata=None),
    }
    return show("disclosures/account.html", page=page, **(empty | forms | {"form": form}))


def _done(account_id: int, words: str) -> ResponseReturnValue:
    flash(words, "done")
    return redirect(url_for(".of_account", account_id=account_id))
