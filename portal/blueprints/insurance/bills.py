"""My insurance is wrong or new: from a bill, which then waits until the office has checked it."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from billing.proxy_access import ProxyScope
from portal.blueprints.insurance.views import blueprint
from portal.queries.bill import bill_page
from portal.services.start_submission import About, start_submission
from portal.web.access import current_patient, patient, saw
from portal.web.clock import now
from portal.web.practice_day import practice_day


@blueprint.get("/bills/<int:visit_id>/insurance")
@patient(scope=ProxyScope.INSURANCE)
def of_bill(visit_id: int) -> ResponseReturnValue:
    """What happens to the bill, and one button that holds it at once."""
    page = bill_page(current_patient(), visit_id, on=practice_day())
    if page is None:
        abort(404)
    saw(accounts=[page.account_id], patients=[page.patient_id], kind="visit", id=visit_id)
    return render_template("insurance/of_bill.html", page=page)


@blueprint.post("/bills/<int:visit_id>/insurance/begin")
@patient(scope=ProxyScope.INSURANCE)
def begin_of_bill(visit_id: int) -> ResponseReturnValue:
    """Hold the bill and begin with the card."""
    about = About(visit_id=visit_id)
    submission_id = start_submission(viewer=current_patient(), about=about, now=now())
    saw(kind="insurance_submission", id=submission_id, action="create")
    flash("This bill is on hold now. Nothing is due for it. Next, show us your card.", "done")
    return redirect(url_for(".photo", submission_id=submission_id, side="front"))
