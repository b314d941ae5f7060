"""Applications that came without a sign-in: find their account, and tie them to it."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired

from portal.queries.guest_application import (
    GuestPage,
    guest_matches,
    guest_page,
    guest_paper,
    guests_waiting,
)
from portal.services.assistance_refusals import CannotDecideAssistance
from portal.services.tie_guest_application import close_guest, tie_guest
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.fields import at_most, required
from portal.web.note_field import NoteLineField
from portal.web.practice_day import practice_day
from staff_admin.blueprints.assistance.views import blueprint, paper
from staff_admin.blueprints.show import found, show


class TieForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The account that is theirs."""

    account = IntegerField("Account", [InputRequired(message="Choose an account.")])


class CloseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why nobody here is this person."""

    reason = NoteLineField("Why, and what they were told", [required("why"), at_most(300, "It")])


@blueprint.get("/without-sign-in")
@staff("assistance.enter")
def guests() -> str:
    """What was sent and is tied to no account."""
    return show("assistance/guests.html", rows=guests_waiting())


@blueprint.get("/without-sign-in/<uuid:guest_id>")
@staff("assistance.enter")
def guest(guest_id: UUID) -> str:
    """One, beside the accounts that may be theirs."""
    return _show(_page(guest_id))


@blueprint.get("/without-sign-in/<uuid:guest_id>/papers/<int:paper_id>.pdf")
@staff("assistance.enter")
def guest_document(guest_id: UUID, paper_id: int) -> Response:
    """A paper of it."""
    key = found(guest_paper(_page(guest_id).id, paper_id))
    return paper(gateways().documents.get(key), f"{paper_id}.pdf", "application/pdf")


@blueprint.post("/without-sign-in/<uuid:guest_id>/tie")
@staff("assistance.enter")
def tie(guest_id: UUID) -> ResponseReturnValue:
    """It is theirs: from now on it is an application like every other."""
    page, form = _page(guest_id), TieForm()
    account_id = form.account.data
    if not form.validate_on_submit() or account_id is None:
        return _show(page)
    try:
        application_id = tie_guest(
            guest_id,
            account_id=account_id,
            staff=current_staff(),
            public_url=gateways().public_url,
            on=practice_day(),
            now=now(),
        )
    except CannotDecideAssistance as refused:
        return _show(page, refused=str(refused))
    saw(accounts=[account_id], kind="guest_application", id=guest_id)
    flash("Tied. The bills of this account wait from now on.", "done")
    return redirect(url_for(".application", application_id=application_id))


@blueprint.post("/without-sign-in/<uuid:guest_id>/close")
@staff("assistance.enter")
def close(guest_id: UUID) -> ResponseReturnValue:
    """Nobody here is this person."""
    page, form = _page(guest_id), CloseForm()
    if not form.validate_on_submit():
        return _show(page, closing=form)
    close_guest(guest_id, reason=form.reason.data or "", staff=current_staff(), now=now())
    flash("Closed.", "done")
    return redirect(url_for(".guests"))


def _page(guest_id: UUID) -> GuestPage:
    page = found(guest_page(guest_id))
    saw(kind="guest_application", id=guest_id)
    return found(page if page.state != "draft" else None)


def _show(page: GuestPage, closing: CloseForm | None = None, refused: str = "") -> str:
    matches = guest_matches(page) if page.state == "sent" else ()
    saw(accounts={one.account_id for one in matches}, kind="guest_application", id=page.id)
    return show(
        "assistance/guest.html",
        page=page,
        matches=matches,
        closing=closing or CloseForm(formdata=None),
        refused=refused,
    )
