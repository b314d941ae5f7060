"""The office books for a patient, and moves what is booked; beyond the schedule only who may, and with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from billing.free_times import moment
from portal.queries.staff_appointment import AppointmentPage
from portal.queries.staff_booking import (
    Booked,
    ChosenTime,
    TimeWish,
    booked_for,
    chosen_time,
    times_for,
    words_against,
    zone_of_place,
)
from portal.queries.staff_calendar import moment_words
from portal.queries.staff_search import search
from portal.services.appointment_actor import CannotBook, PersonBusy, SlotTaken
from portal.services.book_appointment import Booking, book_appointment
from portal.services.hold_slot import Holder, Overbook, Start, hold_slot
from portal.services.move_appointment import move_appointment
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from staff_admin.blueprints.calendar.asked import (
    actor,
    asked_day,
    asked_id,
    asked_moment,
    asked_visit,
    load_page,
)
from staff_admin.blueprints.calendar.forms import BookForm, FindForm, MoveForm, OtherTimeForm
from staff_admin.blueprints.calendar.views import blueprint
from staff_admin.blueprints.show import found, show


@blueprint.route("/calendar/book", methods=["GET", "POST"])
@staff("calendar.edit")
def find() -> ResponseReturnValue:
    """For whom."""
    form, result = FindForm(), None
    if form.validate_on_submit():
        result = search(current_staff(), form.term.data or "")
        saw(
            accounts=result.account_ids,
            patients=result.patient_ids,
            action="search",
            id=result.logged_term,
        )
    return show("calendar/find.html", form=form, result=result, kept=_kept())


@blueprint.get("/calendar/book/<int:patient_id>")
@staff("calendar.edit")
def times(patient_id: int) -> str:
    """Which kind of visit, with whom, where, and when."""
    return _show_times(_person(patient_id), OtherTimeForm(formdata=None))


@blueprint.post("/calendar/book/<int:patient_id>/other-time")
@staff("calendar.overbook")
def other_time(patient_id: int) -> ResponseReturnValue:
    """A time beyond the schedule."""
    person, form = _person(patient_id), OtherTimeForm()
    address = _typed_time(form)
    if address is None:
        return _show_times(person, form)
    return redirect(url_for(".book", patient_id=patient_id, **address))


@blueprint.route("/calendar/book/<int:patient_id>/confirm", methods=["GET", "POST"])
@staff("calendar.edit")
def book(patient_id: int) -> ResponseReturnValue:
    """What is asked at booking, then book it."""
    person, form, chosen = _person(patient_id), BookForm(), _chosen()
    form.coverage.choices = [("", "Not said"), *((str(i), words) for i, words in person.coverages)]
    if chosen is None:
        return redirect(url_for(".times", patient_id=patient_id, **_kept()))
    if form.validate_on_submit():
        try:
            _book(person, form, chosen)
        except (SlotTaken, PersonBusy) as refused:
            flash(str(refused), "error")
            return redirect(url_for(".times", patient_id=patient_id, **_kept()))
        except CannotBook as refused:
            form.form_errors.append(str(refused))
        else:
            flash("Booked.", "done")
            return redirect(url_for(".appointment", appointment_id=form.id_of_form))
    against = words_against(patient_id, chosen)
    return show(
        "calendar/book.html", person=person, form=form, chosen=chosen, against=against, kept=_kept()
    )


@blueprint.get("/appointments/<uuid:appointment_id>/move")
@staff("calendar.edit")
def move(appointment_id: UUID) -> str:
    """Where else it could stand."""
    return _show_moves(_seen(appointment_id), OtherTimeForm(formdata=None))


@blueprint.post("/appointments/<uuid:appointment_id>/move/other-time")
@staff("calendar.overbook")
def move_other(appointment_id: UUID) -> ResponseReturnValue:
    """To a time beyond the schedule."""
    page, form = _seen(appointment_id), OtherTimeForm()
    address = _typed_time(form)
    if address is None:
        return _show_moves(page, form)
    return redirect(url_for(".move_to", appointment_id=appointment_id, **address))


@blueprint.route("/appointments/<uuid:appointment_id>/move/confirm", methods=["GET", "POST"])
@staff("calendar.edit")
def move_to(appointment_id: UUID) -> ResponseReturnValue:
    """Move it there, if nobody was quicker with the visit or with the time."""
    page = _seen(appointment_id)
    chosen = _chosen(page)
    form = MoveForm(data={"seen": page.seen_at})
    if chosen is None:
        return redirect(url_for(".move", appointment_id=appointment_id))
    if form.validate_on_submit():
        try:
            move_appointment(
                appointment_id=appointment_id,
                start=_start(chosen),
                overbook=_overbook(form.overbook_reason.data),
                actor=actor(),
                now=now(),
                seen_at=form.seen_at,
            )
        except (SlotTaken, PersonBusy) as refused:
            flash(str(refused), "error")
            return redirect(url_for(".move", appointment_id=appointment_id, **_kept()))
        flash("Moved. The patient is told.", "done")
        return redirect(url_for(".appointment", appointment_id=appointment_id))
    return show("calendar/move_to.html", page=page, form=form, chosen=chosen)


def _person(patient_id: int) -> Booked:
    person = found(booked_for(patient_id))
    accounts = [person.account_id] if person.account_id else []
    saw(accounts=accounts, patients=[patient_id], kind="appointment")
    return person


def _kept() -> dict[str, Any]:
    """What is chosen so far, as the address keeps it."""
    names = ("type", "provider", "location")
    values: dict[str, Any] = {name: asked_id(name) for name in names}
    values["follow_up_of"] = asked_visit("follow_up_of")  # somebody checks out
    return {name: value for name, value in values.items() if value} | {
        "on": asked_day().isoformat()
    }


def _wish(visit_type_id: int | None = None) -> TimeWish:
    return TimeWish(
        first=asked_day(),
        visit_type_id=visit_type_id or asked_id("type"),
        provider_id=asked_id("provider"),
        location_id=asked_id("location"),
    )


def _show_times(person: Booked, form: OtherTimeForm) -> str:
    page = times_for(_wish(), now=now())
    return show(
        "calendar/times.html", person=person, times=page, form=form, kept=_kept(), moving=None
    )


def _show_moves(page: AppointmentPage, form: OtherTimeForm) -> str:
    facts = page.facts
    found_times = times_for(_wish(facts.visit_type_id), now=now(), except_id=facts.appointment_id)
    person = Booked(
        patient_id=facts.patient_id,
        account_id=facts.account_id,
        name=facts.person_name,
        born_on=facts.born_on,
    )
    return show(
        "calendar/times.html",
        person=person,
        times=found_times,
        form=form,
        kept=_kept(),
        moving=page,
    )


def _typed_time(form: OtherTimeForm) -> dict[str, Any] | None:
    """The address of a typed time at the chosen place, or an error on the form."""
    kept = _kept()
    if not form.validate_on_submit():
        return None
    zone = zone_of_place(kept.get("location", 0))
    if zone is None or "provider" not in kept:
        form.form_errors.append("Choose who and where first, then enter the time.")
        return None
    on = form.on.data or date.min
    wanted = moment(zone, on, form.at.data or time(0))
    if wanted is None or wanted <= now():
        form.at.errors = ["That time is over, or the clock skips it."]
        return None
    return kept | {"at": moment_words(wanted), "on": on.isoformat()}


def _chosen(page: AppointmentPage | None = None) -> ChosenTime | None:
    return chosen_time(
        visit_type_id=page.facts.visit_type_id if page else asked_id("type"),
        provider_id=asked_id("provider"),
        location_id=asked_id("location"),
        starts_at=asked_moment(),
        now=now(),
        except_id=page.facts.appointment_id if page else None,
    )


def _start(chosen: ChosenTime) -> Start:
    return Start(
        visit_type_id=chosen.visit_type_id,
        provider_id=chosen.provider_id,
        location_id=chosen.location_id,
        starts_at=chosen.starts_at,
    )


def _overbook(reason: str | None) -> Overbook | None:
    """Only for whoever may, and who said why."""
    viewer = current_staff()
    if not reason or not viewer.may("calendar.overbook"):
        return None
    return Overbook(reason, viewer.login_id)


def _book(person: Booked, form: BookForm, chosen: ChosenTime) -> None:
    """A hold that only this request knows, and at once the booking of it."""
    who, before = actor(), asked_visit("follow_up_of")
    hold_slot(
        appointment_id=form.id_of_form,
        start=_start(chosen),
        holder=Holder(patient_id=person.patient_id, login_id=who.login_id),
        now=now(),
        for_staff=True,
        overbook=_overbook(form.overbook_reason.data),
    )
    booking = Booking(
        patient_id=person.patient_id,
        coverage_intent=form.coverage_intent.data,
        coverage_id=form.coverage_id,
        reason=form.reason.data or "",
        note=form.note.data or "",
        language=form.language.data or "en",
        follow_up_of_id=before,
    )
    book_appointment(
        appointment_id=form.id_of_form,
        booking=booking,
        actor=replace(who, via="check_out") if before else who,
        now=now(),
    )


def _seen(appointment_id: UUID) -> AppointmentPage:
    page = load_page(appointment_id)
    saw(accounts=page.accounts, patients=page.patients, kind="appointment", id=appointment_id)
    return page
