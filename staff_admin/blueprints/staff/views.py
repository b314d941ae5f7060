"""Invite, change, shut out, and look over: each change by somebody else than whom it is about."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.staff_members import member, members_page
from portal.services.change_staff import change_staff, switch_staff
from portal.services.invite_staff import invite_again, invite_staff
from portal.services.review_access import review_access
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from staff_admin.blueprints.show import found, show
from staff_admin.blueprints.staff.forms import ROLE_WORDS, InviteForm, member_form

blueprint = Blueprint("staff", __name__, url_prefix="/team")


@blueprint.get("/")
@staff("staff.view")
def index() -> ResponseReturnValue:
    """Everybody who may sign in, or could."""
    saw(kind="staff")
    return show("staff/index.html", page=members_page(now=now()), role_words=ROLE_WORDS)


@blueprint.post("/reviewed")
@staff("staff.view")
def reviewed() -> ResponseReturnValue:
    """The quarter's look over the list is done."""
    saw(kind="access_review", action="approve")
    review_access(by=current_staff(), now=now())
    flash("Your review is on record.", "done")
    return redirect(url_for(".index"))


@blueprint.route("/invite", methods=["GET", "POST"])
@staff("staff.edit")
def invite() -> ResponseReturnValue:
    """Somebody new."""
    form = InviteForm()
    saw(kind="staff", action="create" if form.is_submitted() else "")
    if form.validate_on_submit():
        invite_staff(form.person(), by=current_staff(), staff_url=_staff_url(), now=now())
        flash(f"We mailed {form.email.data} a link. It works once, for seven days.", "done")
        return redirect(url_for(".index"))
    return show("staff/invite.html", form=form)


@blueprint.route("/<int:login_id>", methods=["GET", "POST"])
@staff("staff.edit")
def one(login_id: int) -> ResponseReturnValue:
    """One colleague: name, role, location, training."""
    saw(kind="login", id=login_id)
    person = found(member(login_id, now=now()))
    form = member_form(person)
    if form.validate_on_submit():
        changed = change_staff(login_id, form.facts(), by=current_staff(), now=now())
        flash("Saved." if changed else "Nothing was new.", "done")
        return redirect(url_for(".one", login_id=login_id))
    return show("staff/one.html", form=form, person=person)


@blueprint.post("/<int:login_id>/switch-off")
@staff("staff.edit")
def switch_off(login_id: int) -> ResponseReturnValue:
    """Shut out, everywhere and at once."""
    saw(kind="login", id=login_id)
    switch_staff(login_id, on=False, by=current_staff(), now=now())
    flash("Switched off. Every browser they were signed in on is signed out.", "done")
    return redirect(url_for(".one", login_id=login_id))


@blueprint.post("/<int:login_id>/switch-on")
@staff("staff.edit")
def switch_on(login_id: int) -> ResponseReturnValue:
    """Let in again."""
    saw(kind="login", id=login_id)
    switch_staff(login_id, on=True, by=current_staff(), now=now())
    flash("Switched on.", "done")
    return redirect(url_for(".one", login_id=login_id))


@blueprint.post("/<int:login_id>/invite")
@staff("staff.edit")
def invite_anew(login_id: int) -> ResponseReturnValue:
    """A new link: password and second step are set up from the start."""
    saw(kind="login", id=login_id)
    invite_again(login_id, by=current_staff(), staff_url=_staff_url(), now=now())
    flash("We mailed a new link. It works once, for seven days.", "done")
    return redirect(url_for(".one", login_id=login_id))


def _staff_url() -> str:
    return f"{gateways().public_url}/staff"
