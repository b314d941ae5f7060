"""Batches of insurance payments, and the head of each: counted first, then typed."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from billing.free_text import CardNumberRefused
from billing.money import ZERO
from portal.queries.eobs import BatchPage, EobPage, batch_list, batch_page, eob_page, payers
from portal.services.save_eob import (
    begin_batch,
    begin_eob,
    change_batch,
    discard_eob,
    save_head,
    save_plbs,
)
from portal.services.write_eob import EobRefused
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.eobs.forms import (
    BatchForm,
    FindForm,
    HeadForm,
    PlbForm,
    RecountForm,
    ScanForm,
    VersionForm,
)
from staff_admin.blueprints.show import found, page_number, show

blueprint = Blueprint("eobs", __name__, url_prefix="/eobs")


@blueprint.get("/")
@staff("remittances.post")
def index() -> str:
    """The batches, the newest first, with how each stands."""
    return show("eobs/index.html", page=batch_list(number=page_number()))


@blueprint.route("/batches/new", methods=["GET", "POST"])
@staff("remittances.post")
def begin() -> ResponseReturnValue:
    """Count first: how many payments, and what they make."""
    form, day = BatchForm(data={"received_on": practice_day()}), practice_day()
    if form.validate_on_submit():
        begin_batch(
            batch_id=form.batch_id,
            received_on=found(form.received_on.data),
            checks=form.counted,
            total=form.total.data or ZERO,
            staff=current_staff(),
            on=day,
            now=now(),
        )
        return redirect(url_for(".batch", batch_id=form.batch_id))
    return show("eobs/begin.html", form=form)


@blueprint.get("/batches/<uuid:batch_id>")
@staff("remittances.post")
def batch(batch_id: UUID) -> str:
    """What is entered of it, and whether it agrees."""
    page = _batch(batch_id)
    return show("eobs/batch.html", page=page, form=RecountForm(formdata=None).fill(page.batch))


@blueprint.post("/batches/<uuid:batch_id>/count")
@staff("remittances.post")
def recount(batch_id: UUID) -> ResponseReturnValue:
    """Counted again."""
    page, form = _batch(batch_id), RecountForm()
    if not form.validate_on_submit():
        return show("eobs/batch.html", page=page, form=form)
    change_batch(
        batch_id=batch_id,
        version=form.seen,
        checks=form.counted,
        total=form.total.data or ZERO,
        staff=current_staff(),
        now=now(),
    )
    return redirect(url_for(".batch", batch_id=batch_id))


@blueprint.route("/batches/<uuid:batch_id>/new", methods=["GET", "POST"])
@staff("remittances.post")
def enter(batch_id: UUID) -> ResponseReturnValue:
    """The check comes first; its claims are typed below it."""
    page, form = _batch(batch_id), HeadForm()
    form.payer.choices = list(payers())
    if form.validate_on_submit() and _began(form, batch_id):
        return redirect(url_for(".eob", entry_id=form.entry_id))
    return show("eobs/head.html", batch=page.batch, form=form, page=None)


@blueprint.get("/<uuid:entry_id>")
@staff("remittances.post")
def eob(entry_id: UUID) -> str:
    """One EOB: its check, its claims, what is missing, and what to do next."""
    return show_eob(_page(entry_id))


@blueprint.route("/<uuid:entry_id>/head", methods=["GET", "POST"])
@staff("remittances.post")
def head(entry_id: UUID) -> ResponseReturnValue:
    """Payer, number, day or total were typed wrong."""
    page = _page(entry_id)
    form = HeadForm(data=HeadForm.of(page))
    form.payer.choices = list(payers())
    if form.validate_on_submit():
        who, day = current_staff(), practice_day()
        saved = _tried(
            form,
            lambda: save_head(
                entry_id=entry_id, version=form.seen, head=form.head, staff=who, on=day, now=now()
            ),
        )
        if saved:
            return redirect(url_for(".eob", entry_id=entry_id))
    return show("eobs/head.html", batch=page.batch, form=form, page=page)


@blueprint.route("/<uuid:entry_id>/provider-adjustments", methods=["GET", "POST"])
@staff("remittances.post")
def plbs(entry_id: UUID) -> ResponseReturnValue:
    """What the payer kept or gave beside the claims (PLB)."""
    page = _page(entry_id)
    form = PlbForm(data=PlbForm.of(page))
    if form.validate_on_submit() and form.whole():
        who = current_staff()
        saved = _tried(
            form,
            lambda: save_plbs(
                entry_id=entry_id, version=form.seen, plbs=form.plbs, staff=who, now=now()
            ),
        )
        if saved:
            return redirect(url_for(".eob", entry_id=entry_id))
    return show("eobs/plbs.html", page=page, form=form)


@blueprint.post("/<uuid:entry_id>/discard")
@staff("remittances.post")
def discard(entry_id: UUID) -> ResponseReturnValue:
    """It was typed by mistake."""
    page, form = _page(entry_id), VersionForm()
    if form.validate_on_submit():
        discard_eob(entry_id=entry_id, version=form.seen, staff=current_staff(), now=now())
        flash("Discarded. Nothing of it was posted.", "done")
    return redirect(url_for(".batch", batch_id=page.batch.id))


def _page(entry_id: UUID) -> EobPage:
    """The EOB, whose data the trail then names."""
    page = found(eob_page(entry_id))
    saw(accounts=page.account_ids, patients=page.patient_ids, kind="eob", id=entry_id)
    return page


def show_eob(page: EobPage, **more: object) -> str:
    """Its page with every form that stands on it."""
    version = {"version": page.version}
    forms = {
        "find_form": FindForm(formdata=None),
        "scan_form": ScanForm(formdata=None),
        "version_form": VersionForm(formdata=None, data=version),
    }
    return show("eobs/eob.html", page=page, **(forms | more))


def _batch(batch_id: UUID) -> BatchPage:
    page = found(batch_page(batch_id))
    saw(kind="eob_batch", id=batch_id)
    return page


def _began(form: HeadForm, batch_id: UUID) -> bool:
    who, day = current_staff(), practice_day()
    return _tried(
        form,
        lambda: begin_eob(
            entry_id=form.entry_id, batch_id=batch_id, head=form.head, staff=who, on=day, now=now()
        ),
    )


def _tried(form: FlaskForm, save: Callable[[], object]) -> bool:
    """Save, or put the refusal on the form: what was typed stands there still."""
    try:
        save()
    except (EobRefused, CardNumberRefused) as refused:
        form.form_errors.append(str(refused))
        return False
    return True
