"""Booking, one idea a screen: for whom, what kind of visit, which time, how it is paid for."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from billing.proxy_access import ProxyScope
from billing.who_may_book import WHY_WORDS
from portal.blueprints.visits.forms import BookForm
from portal.blueprints.visits.search import (
    Where,
    asked,
    book_where,
    hold_id,
    show_taken,
    show_times,
    times_address,
    wanted,
)
from portal.blueprints.visits.steps import actor
from portal.blueprints.visits.views import blueprint
from portal.queries.appointment_row import AppointmentFacts
from portal.queries.booking_fit import unfit
from portal.queries.booking_people import booking_people, fitting_kinds
from portal.queries.own_appointments import OwnPerson
from portal.queries.own_holds import HeldPage, held_page
from portal.services.appointment_actor import CannotBook, HoldEnded, SlotTaken
from portal.services.book_appointment import Booking, book_appointment
from portal.services.hold_slot import Holder, Start, hold_slot
from portal.web.access import current_patient, patient, saw
from portal.web.clock import now
from portal.web.held_time import forget_hold, holder_hash, slow_down_holders
from portal.web.languages import language
from portal.web.practice_day import practice_day, practice_day_of

BOOKED = "Your visit is booked."
OFF = "Please call us to book. We do not book visits on our website."


@blueprint.get("/visits/book")
@patient(scope=ProxyScope.BOOK)
def book() -> ResponseReturnValue:
    """For whom; then what kind of visit; then the times."""
    people, search = booking_people(current_patient(), on=practice_day()), asked()
    saw(patients=_ids(people), kind="free_times")
    person = _chosen(people, request.args.get("who", ""))
    if person is None:
        return render_template("visits/who.html", people=people, search=search)
    if search.kind_id is None:
        return _kinds(person, alone=len(people) == 1)
    return show_times(search, book_where(person.key), person)


@blueprint.post("/visits/book/hold")
@patient(scope=ProxyScope.BOOK)
def hold() -> ResponseReturnValue:
    """Keep the time for five minutes, for this one of everybody who wants it."""
    person = _chosen(
        booking_people(current_patient(), on=practice_day()), request.form.get("who", "")
    )
    if person is None:
        abort(404)
    start, held = wanted(), hold_id()
    saw(patients=_ids((person,)), kind="appointment", id=held, action="create")
    slow_down_holders()
    _check_fit(person, start)
    try:
        hold_slot(appointment_id=held, start=start, holder=_holder(person), now=now())
    except SlotTaken as refused:
        return show_taken(start, book_where(person.key), person, refused)
    return redirect(url_for(".confirm_booking", hold_id=held), 303)


@blueprint.route("/visits/book/<uuid:hold_id>", methods=["GET", "POST"])
@patient(scope=ProxyScope.BOOK)
def confirm_booking(hold_id: UUID) -> ResponseReturnValue:
    """Is this right? How it is paid for, what it is about, and the button that books it."""
    page = _held(hold_id)
    forget_hold()  # found: the start page leads elsewhere again
    if page.hold.state not in {"held", "expired"}:
        return redirect(url_for(".visit", appointment_id=hold_id))
    if page.person is None:
        return render_template("visits/who.html", people=page.people, search=None)
    coverages = [one for one in page.coverages if one.patient_id == page.person.patient_id]
    form = BookForm().offer(coverages)
    if form.validate_on_submit():
        return _book(page, page.person, form)
    return render_template(
        "visits/confirm.html",
        page=page,
        visit=page.hold,
        form=form,
        tongue=language(),
        seconds_left=_seconds_left(page.hold),
        times_url=times_address(book_where(page.person.key), page.hold.visit_type_id),
    )


def _book(page: HeldPage, person: OwnPerson, form: BookForm) -> ResponseReturnValue:
    visit, (intent, coverage_id) = page.hold, form.intent
    start = Start(
        visit_type_id=visit.visit_type_id,
        provider_id=visit.provider_id,
        location_id=visit.location_id,
        starts_at=visit.starts_at,
    )
    _check_fit(person, start)
    viewer = current_patient()
    booking = Booking(
        patient_id=person.patient_id,
        newcomer_id=viewer.login_id if person.patient_id is None else None,
        coverage_intent=intent,
        coverage_id=coverage_id,
        reason=form.reason.data or "",
        note=form.note.data or "",
        language=language(),
    )
    try:
        book_appointment(
            appointment_id=visit.appointment_id, booking=booking, actor=actor(viewer), now=now()
        )
    except HoldEnded as refused:
        return show_taken(start, book_where(person.key), person, refused)
    flash(BOOKED, "done")
    return redirect(url_for(".visit", appointment_id=visit.appointment_id), 303)


def _kinds(person: OwnPerson, *, alone: bool) -> ResponseReturnValue:
    found = fitting_kinds(person, on=practice_day(), language=language())
    if found.closed:
        raise CannotBook(OFF)
    where = Where(
        here=url_for(".book"),
        hold=url_for(".hold"),
        back=(
            url_for(".index" if alone else ".book"),
            "Your visits" if alone else "Who is it for?",
        ),
        who=person.key,
    )
    return render_template("visits/kind.html", found=found, where=where, person=person)


def _held(hold_id: UUID) -> HeldPage:
    page = held_page(
        current_patient(),
        hold_id,
        holder_hash=holder_hash(),
        on=practice_day(),
        for_whom=request.args.get("who", ""),
    )
    if page is None:
        abort(404)
    saw(
        patients=[] if page.hold.patient_id is None else [page.hold.patient_id],
        kind="appointment",
        id=hold_id,
    )
    return page


def _holder(person: OwnPerson) -> Holder:
    login_id = current_patient().login_id
    return Holder(
        patient_id=person.patient_id,
        newcomer_id=login_id if person.patient_id is None else None,
        login_id=login_id,
        holder_hash=holder_hash(),
    )


def _check_fit(person: OwnPerson, start: Start) -> None:
    """What a page did not offer is not booked by a forged form either (SCH-3)."""
    why = unfit(
        person,
        visit_type_id=start.visit_type_id,
        provider_id=start.provider_id,
        on=practice_day_of(start.starts_at),
    )
    if why:
        raise CannotBook(WHY_WORDS[why[0]])


def _chosen(people: tuple[OwnPerson, ...], said: str) -> OwnPerson | None:
    """Who it is for; with one to choose from nobody is asked. Somebody else's number is nobody."""
    if len(people) == 1 and not said:
        return people[0]
    return next((one for one in people if one.key == said), None)


def _ids(people: tuple[OwnPerson, ...]) -> list[int]:
    return [one.patient_id for one in people if one.patient_id is not None]


def _seconds_left(hold: AppointmentFacts) -> int:
    if hold.held_until is None:
        return 0
    return max(0, int((hold.held_until - now()).total_seconds()))
