"""Ways to pay that are kept: look, add, put first, remove. Nobody does it for somebody else (PLAN-9)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.blueprints.saved_ways import steps
from portal.blueprints.saved_ways.forms import AddForm, PressForm, named
from portal.queries.viewer import OWN_ONLY
from portal.services.card_notice import SENTENCES, NeedsCardNotice
from portal.services.change_method import make_default
from portal.services.finish_adding import finish_adding
from portal.web.access import current_patient, patient, saw
from portal.web.agreed import consent_words
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.step_up import confirm_first

blueprint = Blueprint("saved_ways", __name__, url_prefix="/pay")
TOLD = {
    "kept": ("It is saved. You can pay with it from now on.", "done"),
    "open": ("Nothing was added yet.", "info"),
    "closed": ("Nothing was added.", "info"),
}


@blueprint.get("/methods")
@patient(scope=OWN_ONLY)
def methods() -> ResponseReturnValue:
    """Each card and bank account, and what hangs on it."""
    return render_template("saved_ways/methods.html", page=steps.methods(), named=named)


@blueprint.route("/methods/add", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def add() -> ResponseReturnValue:
    """What is agreed to, then the card company's page."""
    page, form = steps.methods(), AddForm()
    told: dict[str, object] = {"page": page, "words": consent_words(), "sentences": ()}
    if form.validate_on_submit():
        try:
            url = steps.begin_adding(form, page)
        except NeedsCardNotice:
            told["sentences"] = SENTENCES
            return render_template("saved_ways/add.html", form=form, **told)
        return redirect(url or url_for(".methods", account=page.account_id), 303)
    form = form if form.is_submitted() else AddForm.of(page.account_id)
    return render_template("saved_ways/add.html", form=form, **told)


@blueprint.get("/methods/<uuid:setup_id>/return")
@blueprint.get("/methods/<uuid:setup_id>/cancelled", endpoint="cancelled")
@patient(scope=OWN_ONLY)
def returned(setup_id: UUID) -> ResponseReturnValue:
    """What became of it: asked of the card company, never taken from the address."""
    done = finish_adding(
        viewer=current_patient(),
        setup_id=setup_id,
        gateway=gateways().payments,
        public_url=gateways().public_url,
        now=now(),
    )
    saw(accounts=[done.account_id], kind="payment_methods", id=setup_id)
    flash(*TOLD[done.state])
    return redirect(url_for(".methods", account=done.account_id), 303)


@blueprint.post("/methods/<int:method_id>/first")
@patient(scope=OWN_ONLY)
def put_first(method_id: int) -> ResponseReturnValue:
    """This one is offered first from now on."""
    page, _ = steps.one_method(method_id)
    saw(accounts=[page.account_id], kind="payment_methods", id=method_id)
    make_default(viewer=current_patient(), method_id=method_id, now=now())
    return redirect(url_for(".methods", account=page.account_id), 303)


@blueprint.route("/methods/<int:method_id>/remove", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def remove(method_id: int) -> ResponseReturnValue:
    """What that ends, before it is done."""
    page, method = steps.one_method(method_id)
    saw(accounts=[page.account_id], kind="payment_methods", id=method_id)
    if (confirm := confirm_first()) is not None:
        return confirm
    form = PressForm()
    if form.validate_on_submit():
        steps.remove(method_id)
        flash("It is removed.", "done")
        return redirect(url_for(".methods", account=page.account_id), 303)
    told = {"page": page, "method": method, "form": form, "named": named}
    return render_template("saved_ways/remove.html", **told)
