"""Waiting for an earlier time: join, see, change, leave; take what is offered, or pass (SCH-8)."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from billing.proxy_access import ProxyScope
from portal.blueprints.waitlist.forms import DAYS, NOTICES, WaitForm
from portal.queries.own_waitlist import (
    WaitedFor,
    own_entry,
    own_offer,
    own_waitlist,
    wait_choices,
)
from portal.services.accept_offer import accept_offer
from portal.services.appointment_actor import Actor, SlotTaken
from portal.services.decline_offer import decline_offer
from portal.services.join_waitlist import CannotWait, join_waitlist, leave_waitlist
from portal.web.access import current_patient, patient, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.languages import language
from portal.web.practice_day import practice_day

WAITS = "You are on the list. We tell you when an earlier time opens."
LEFT = "You are off the list."
PASSED = "Thank you. You stay on the list for other times."
TAKEN = "The earlier time is yours."
JOIN = "Wait for an earlier time"
CHANGE = "Change what you wait for"
ADD = "Put me on the list"
KEEP = "Keep the change"

blueprint = Blueprint("waitlist", __name__, url_prefix="/visits/waitlist")


@blueprint.get("")
@patient(scope=ProxyScope.BOOK)
def index() -> ResponseReturnValue:
    """What is offered now, with until when; then what is waited for."""
    page = own_waitlist(current_patient(), now=now())
    saw(accounts=page.account_ids, patients=page.patient_ids, kind="waitlist")
    return render_template("waitlist/index.html", page=page, notices=NOTICES, days=DAYS)


@blueprint.route("/join", methods=["GET", "POST"])
@patient(scope=ProxyScope.BOOK)
def join() -> ResponseReturnValue:
    """One page of questions; from a search or a booked visit some are answered already."""
    form = _form()
    if not form.is_submitted():
        asked = request.args
        form.start(
            uuid4(),
            practice_day(),
            kind=asked.get("type", type=int),
            gives_up=asked.get("visit", ""),
        )
    elif form.validate() and _kept(form):
        return redirect(url_for(".index"), 303)
    return render_template("waitlist/form.html", form=form, title=JOIN, submit=ADD)


@blueprint.route("/<uuid:entry_id>/change", methods=["GET", "POST"])
@patient(scope=ProxyScope.BOOK)
def change(entry_id: UUID) -> ResponseReturnValue:
    """The same questions, with what was said before."""
    found, form = _mine(own_entry(current_patient(), entry_id)), _form()
    if not form.is_submitted():
        form.show(found)
    elif form.entry.data == str(entry_id) and form.validate() and _kept(form):
        return redirect(url_for(".index"), 303)
    return render_template("waitlist/form.html", form=form, title=CHANGE, submit=KEEP)


@blueprint.post("/<uuid:entry_id>/leave")
@patient(scope=ProxyScope.BOOK)
def leave(entry_id: UUID) -> ResponseReturnValue:
    """Off the list; an offer that is open goes to the next."""
    _mine(own_entry(current_patient(), entry_id))
    leave_waitlist(entry_id=entry_id, now=now())
    flash(LEFT, "done")
    return redirect(url_for(".index"), 303)


@blueprint.post("/offers/<int:offer_id>/take")
@patient(scope=ProxyScope.BOOK)
def take(offer_id: int) -> ResponseReturnValue:
    """Yes: booked, or the later visit moved there; or another was faster."""
    viewer = current_patient()
    _mine(own_offer(viewer, offer_id))
    actor = Actor(viewer.login_id, "portal", viewer.grant_id, gateways().public_url)
    try:
        visit_id = accept_offer(offer_id=offer_id, actor=actor, now=now())
    except SlotTaken as taken:
        flash(str(taken), "attention")
        return redirect(url_for(".index"), 303)
    flash(TAKEN, "done")
    return redirect(f"/visits/{visit_id}", 303)


@blueprint.post("/offers/<int:offer_id>/pass")
@patient(scope=ProxyScope.BOOK)
def leave_to_others(offer_id: int) -> ResponseReturnValue:
    """No, thank you: the next one is asked."""
    _mine(own_offer(current_patient(), offer_id))
    decline_offer(offer_id=offer_id, via="portal", now=now())
    flash(PASSED, "done")
    return redirect(url_for(".index"), 303)


def _form() -> WaitForm:
    return WaitForm().offer(wait_choices(current_patient()), language())


def _kept(form: WaitForm) -> bool:
    """Why it was not kept stands on the form."""
    viewer = current_patient()
    who = form.who(wait_choices(viewer).people, viewer.login_id, language())
    saw(
        accounts=viewer.account_ids,
        patients=[who.patient_id] if who.patient_id else [],
        kind="waitlist",
        id=form.entry.data,
    )
    try:
        join_waitlist(entry_id=UUID(form.entry.data), who=who, waits=form.waits(), now=now())
    except CannotWait as refused:
        form.form_errors = [str(refused)]
        return False
    flash(WAITS, "done")
    return True


def _mine(found: WaitedFor | None) -> WaitedFor:
    if found is None:
        abort(404)
    saw(
        accounts=[found.account_id] if found.account_id else [],
        patients=[found.patient_id] if found.patient_id else [],
        kind="waitlist",
        id=found.id,
    )
    return found
