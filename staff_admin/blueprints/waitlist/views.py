"""The office's waitlist: see it, say who is urgent, add, take off, offer a time by hand, say yes for who calls."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.queries.staff_waitlist import (
    StaffWaiting,
    entry_of_offer,
    staff_choices,
    staff_patient,
    staff_waiting,
    staff_waitlist,
    times_by_hand,
)
from portal.services.accept_offer import accept_offer
from portal.services.appointment_actor import Actor
from portal.services.join_waitlist import join_waitlist, leave_waitlist, set_urgency
from portal.services.offer_by_hand import offer_by_hand
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.show import found, page_number, show
from staff_admin.blueprints.waitlist.forms import AddForm, OfferForm, UrgencyForm

blueprint = Blueprint("waitlist", __name__, url_prefix="/waitlist")


@blueprint.get("/")
@staff("waitlist.view")
def index() -> ResponseReturnValue:
    """In the order in which they are asked."""
    page = staff_waitlist(number=page_number())
    for row in page.rows:
        _seen(row)
    return show("waiting/index.html", page=page, form=UrgencyForm())


@blueprint.route("/add/<int:patient_id>", methods=["GET", "POST"])
@staff("waitlist.manage")
def add(patient_id: int) -> ResponseReturnValue:
    """For a patient who asked by phone or at the desk."""
    patient = found(staff_patient(patient_id))
    form = AddForm().offer(staff_choices(), practice_day())
    saw(accounts=[patient.account_id], patients=[patient_id], kind="waitlist")
    if not form.validate_on_submit():
        return show("waiting/add.html", form=form, patient=patient)
    who = form.who(patient_id, patient.language)
    join_waitlist(entry_id=form.entry_id(), who=who, waits=form.waits(), now=now())
    set_urgency(entry_id=form.entry_id(), urgency=form.urgency.data)
    flash("They are on the waitlist.", "done")
    return redirect(url_for(".index"), 303)


@blueprint.post("/<uuid:entry_id>/urgency")
@staff("waitlist.manage")
def urgency(entry_id: UUID) -> ResponseReturnValue:
    """The office alone judges this."""
    form = UrgencyForm()
    _seen(found(staff_waiting(entry_id)))
    if not form.validate_on_submit():
        abort(400)
    set_urgency(entry_id=entry_id, urgency=form.urgency.data)
    flash("The order of the list follows it.", "done")
    return redirect(url_for(".index"), 303)


@blueprint.post("/<uuid:entry_id>/leave")
@staff("waitlist.manage")
def leave(entry_id: UUID) -> ResponseReturnValue:
    """Off the list, as they asked."""
    _seen(found(staff_waiting(entry_id)))
    leave_waitlist(entry_id=entry_id, now=now())
    flash("They are off the waitlist.", "done")
    return redirect(url_for(".index"), 303)


@blueprint.route("/<uuid:entry_id>/offer", methods=["GET", "POST"])
@staff("waitlist.manage")
def offer(entry_id: UUID) -> ResponseReturnValue:
    """Free times that would do; the one chosen is kept for them and told."""
    row = found(staff_waiting(entry_id))
    times = times_by_hand(row.entry, now=now())
    form = OfferForm().offer(times)
    _seen(row)
    if not form.validate_on_submit():
        return show("waiting/offer.html", row=row, times=times, form=form)
    wanted = form.chosen_time(times, current_staff().login_id)
    offer_by_hand(entry_id=entry_id, offer=wanted, now=now(), public_url=gateways().public_url)
    flash("The time is kept for them, and they are told.", "done")
    return redirect(url_for(".index"), 303)


@blueprint.post("/offers/<int:offer_id>/take")
@staff("waitlist.manage")
def take(offer_id: int) -> ResponseReturnValue:
    """They said yes on the phone."""
    _seen(found(staff_waiting(found(entry_of_offer(offer_id)))))
    actor = Actor(current_staff().login_id, "staff", public_url=gateways().public_url)
    accept_offer(offer_id=offer_id, actor=actor, now=now())
    flash("The time is booked for them.", "done")
    return redirect(url_for(".index"), 303)


def _seen(row: StaffWaiting) -> None:
    entry = row.entry
    saw(
        accounts=[entry.account_id] if entry.account_id else [],
        patients=[entry.patient_id] if entry.patient_id else [],
        kind="waitlist",
        id=entry.id if request.method == "POST" else "",
    )
