"""The audit trail, narrowed by a form that is posted, so that no number stands in an address."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from portal.queries.staff_audit import audit_trail, exported_trail
from portal.services.export_trail import trail_csv
from portal.web.access import saw, staff
from portal.web.theme import current_practice
from staff_admin.blueprints.audit.forms import TrailForm
from staff_admin.blueprints.show import show

blueprint = Blueprint("audit", __name__, url_prefix="/audit")


@blueprint.get("/")
@staff("audit.view")
def index() -> str:
    """The newest of everything."""
    return _show(TrailForm(formdata=None))


@blueprint.post("/")
@staff("audit.view")
def find() -> str:
    """By account, person, kind, outcome, request and days."""
    form = TrailForm()
    form.validate_on_submit()
    return _show(form)


@blueprint.post("/export")
@staff("audit.view")
def export() -> ResponseReturnValue:
    """What was found as a table for a spreadsheet."""
    form = TrailForm()
    form.validate_on_submit()
    events = exported_trail(form.asked, zone=current_practice().time_zone)
    saw(kind="audit_trail", id=form.asked.spelled(), action="export", rows=len(events))
    headers = {"Content-Disposition": 'attachment; filename="audit-trail.csv"'}
    return Response(trail_csv(events), mimetype="text/csv", headers=headers)


def _show(form: TrailForm) -> str:
    asked = form.asked
    zone = current_practice().time_zone
    page = audit_trail(asked, zone=zone, before=form.before.data or "")
    form.person.choices = [("", "Everybody"), *((str(one), name) for one, name in page.people)]
    form.before.data = page.older
    saw(accounts=page.account_ids, kind="audit_trail", id=asked.spelled(), action="search")
    return show("audit/index.html", form=form, page=page)
