"""The calendar's settings: places, rooms, providers and kinds of visits, and the policy of booking."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.booking_policy import policy_in_force
from portal.queries.calendar_settings import policy_rows, setting_rows, setting_values
from portal.services.check_may_set import CannotSetCalendar
from portal.services.keep_calendar_row import keep_calendar_row
from portal.services.set_booking_policy import set_booking_policy
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from staff_admin.blueprints.calendar.setting_forms import (
    LocationForm,
    PolicyForm,
    ProfileForm,
    ResourceForm,
    RowForm,
    VisitTypeForm,
)
from staff_admin.blueprints.calendar.views import blueprint
from staff_admin.blueprints.show import found, show


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One list of the settings."""

    row: str  # of services.keep_calendar_row
    form: type[RowForm]
    title: str
    one: str
    heads: tuple[str, ...]
    lead: str
    may_add: bool = True


KINDS = {
    "locations": Kind(
        row="location",
        form=LocationForm,
        title="Places",
        one="place",
        heads=("Name", "Code", "Address", "Time zone", "In use"),
        lead="Every time of day is by the clock of its place.",
    ),
    "rooms": Kind(
        row="resource",
        form=ResourceForm,
        title="Rooms and equipment",
        one="room or piece of equipment",
        heads=("Name", "Where", "Kind", "Good for", "In use"),
        lead="Each is used by one visit at a time.",
    ),
    "providers": Kind(
        row="provider_profile",
        form=ProfileForm,
        title="Providers",
        one="provider",
        heads=("Name", "Specialty", "Languages", "Booking", "New patients", "In use"),
        lead="Providers come from claims; with a profile they can be booked.",
        may_add=False,
    ),
    "kinds": Kind(
        row="visit_type",
        form=VisitTypeForm,
        title="Kinds of visits",
        one="kind of visit",
        heads=("Name", "Length", "For", "How", "Booking", "In use"),
        lead="What patients choose from, in this order.",
    ),
}


@blueprint.get("/calendar/settings/")
@staff("calendar.view")
def settings() -> str:
    """Where everything is set."""
    return show("calendar/settings/index.html", kinds=KINDS)


@blueprint.get("/calendar/settings/<kind>")
@staff("calendar.view")
def setting_list(kind: str) -> str:
    """One list."""
    saw(kind="calendar_settings", id=kind)
    about = found(KINDS.get(kind))
    rows = setting_rows(about.row)
    return show("calendar/settings/list.html", kind=kind, about=about, rows=rows)


@blueprint.route("/calendar/settings/<kind>/add", methods=["GET", "POST"])
@staff("calendar.settings")
def add_setting(kind: str) -> ResponseReturnValue:
    """A new one; a provider gets a profile by their own page."""
    saw(kind="calendar_settings", id=kind)
    about = found(KINDS.get(kind))
    if not about.may_add:
        return redirect(url_for(".setting_list", kind=kind))
    form = about.form()
    form.offer()
    if form.validate_on_submit() and _kept(about, None, form):
        return redirect(url_for(".setting_list", kind=kind))
    return show("calendar/settings/form.html", form=form, title=f"Add a {about.one}", kind=kind)


@blueprint.route("/calendar/settings/<kind>/<int:row_id>", methods=["GET", "POST"])
@staff("calendar.settings")
def change_setting(kind: str, row_id: int) -> ResponseReturnValue:
    """Change one; what is booked stays as it is."""
    about = found(KINDS.get(kind))
    saw(kind=about.row, id=row_id)
    form = about.form(data=dict(found(setting_values(about.row, row_id))))
    form.offer()
    if form.validate_on_submit() and _kept(about, row_id, form):
        if kind == "providers":
            return redirect(url_for(".week", provider_id=row_id))
        return redirect(url_for(".setting_list", kind=kind))
    return show("calendar/settings/form.html", form=form, title=f"Change a {about.one}", kind=kind)


@blueprint.get("/calendar/settings/policy")
@staff("calendar.view")
def policy() -> str:
    """What is in force, and every policy before, with who set it and when."""
    rows = policy_rows()
    saw(kind="booking_policy", id=rows[0].row.id if rows else "")
    return show("calendar/settings/policy.html", rows=rows, policy=policy_in_force())


@blueprint.route("/calendar/settings/policy/change", methods=["GET", "POST"])
@staff("calendar.settings")
def change_policy() -> ResponseReturnValue:
    """A new one, from now on."""
    saw(kind="booking_policy")
    form = PolicyForm()
    if not form.is_submitted():
        form.fill(policy_in_force())
    elif form.validate():
        set_booking_policy(staff=current_staff(), policy=form.policy(), now=now())
        flash("The new policy counts from now on. What was booked before stays.", "done")
        return redirect(url_for(".policy"))
    return show("calendar/settings/form.html", form=form, title="Change the policy", kind="policy")


def _kept(about: Kind, row_id: int | None, form: RowForm) -> bool:
    try:
        keep_calendar_row(
            staff=current_staff(), kind=about.row, row_id=row_id, values=form.values(), now=now()
        )
    except CannotSetCalendar as refused:
        form.form_errors.append(str(refused))
        return False
    flash("Saved. What is booked stays as it is.", "done")
    return True
