"""Alerts of the trail, judged one by one, and the months that are signed off (HIPAA-4)."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from billing.audit_rules import Finding
from portal.queries.audit_alerts import alert_page, alerts_page
from portal.services.review_alert import review_alert, sign_off_month
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.audit.forms import JudgeForm, SignOffForm
from staff_admin.blueprints.audit.views import blueprint
from staff_admin.blueprints.show import found, page_number, show


@blueprint.get("/alerts/")
@staff("audit.review")
def alerts() -> str:
    """What waits to be judged, the oldest first, or what was judged."""
    judged = request.args.get("show") == "judged"
    page = alerts_page(judged=judged, on=practice_day(), number=page_number())
    saw(accounts=page.account_ids, kind="audit_alerts")
    return show("audit/alerts.html", page=page, judged=judged, form=SignOffForm(formdata=None))


@blueprint.route("/alerts/<int:alert_id>", methods=["GET", "POST"])
@staff("audit.review")
def alert(alert_id: int) -> ResponseReturnValue:
    """One alert; judged once."""
    row, form = found(alert_page(alert_id)), JudgeForm()
    accounts = [row.account_id] if row.account_id else []
    saw(accounts=accounts, kind="audit_alert", id=alert_id)
    if form.validate_on_submit():
        finding, note = Finding(form.finding.data), form.note.data or ""
        review_alert(
            staff=current_staff(), alert_id=alert_id, finding=finding, note=note, now=now()
        )
        flash("Your finding is kept.", "done")
        return redirect(url_for(".alerts"))
    return show("audit/alert.html", row=row, form=form)


@blueprint.post("/alerts/sign-off")
@staff("audit.review")
def sign_off() -> ResponseReturnValue:
    """Sign a month whose alerts are all judged."""
    form = SignOffForm()
    if form.validate_on_submit():
        month = _month(form.month.data or "")
        saw(kind="audit_month", id=month.isoformat()[:7])
        note = form.note.data or ""
        sign_off_month(staff=current_staff(), month=month, note=note, now=now())
        flash("The month is signed off.", "done")
    return redirect(url_for(".alerts"))


def _month(typed: str) -> date:
    """The month of the button; nonsense is one that is not over."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return practice_day()
