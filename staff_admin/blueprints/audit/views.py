"""The audit trail, searched by account, person and day; the form is posted, so that no number stands in an address."""

from __future__ import annotations

from flask import Blueprint
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.validators import Optional

from portal.queries.staff_audit import TrailPage, audit_trail
from portal.web.access import saw, staff
from portal.web.fields import DayField, at_most
from portal.web.note_field import NoteLineField
from portal.web.theme import current_practice
from staff_admin.blueprints.show import page_number, show

blueprint = Blueprint("audit", __name__, url_prefix="/audit")


class TrailForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What to look for; each field narrows the other."""

    account = NoteLineField("Account number", [at_most(20, "The account number")])
    person = SelectField("Member of staff", validate_choice=False)
    on = DayField("Day", [Optional()])

    @property
    def login_id(self) -> int | None:
        return int(self.person.data) if (self.person.data or "").isdecimal() else None


@blueprint.get("/")
@staff("audit.view")
def index() -> str:
    """The newest of everything."""
    return _show(TrailForm(formdata=None))


@blueprint.post("/")
@staff("audit.view")
def find() -> str:
    """By account, person and day."""
    form = TrailForm()
    form.validate_on_submit()
    return _show(form)


def _show(form: TrailForm) -> str:
    page = _trail(form)
    form.person.choices = [("", "Everybody"), *((str(one), name) for one, name in page.people)]
    number = form.account.data or "all" if not form.account.errors else "none"
    asked = f"account {number}, person {form.login_id or 'all'}, day {form.on.data or 'all'}"
    saw(accounts=page.account_ids, kind="audit_trail", id=asked, action="search")
    return show("audit/index.html", form=form, page=page)


def _trail(form: TrailForm) -> TrailPage:
    return audit_trail(
        account=(form.account.data or "").strip() if not form.account.errors else "",
        login_id=form.login_id,
        on=form.on.data if not form.on.errors else None,
        zone=current_practice().time_zone,
        number=page_number(),
    )
