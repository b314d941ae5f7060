"""Enter an application for a patient, or give what our own books presume."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.account_assistance import AccountAssistance, account_assistance
from portal.services.enter_application import enter_application
from portal.services.grant_presumed import grant_presumed
from portal.services.screen_assistance import screen_assistance
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.assistance.forms import EnterForm, IdForm
from staff_admin.blueprints.assistance.views import blueprint
from staff_admin.blueprints.show import found, show

PRESUMES_NOTHING = "Our books presume nothing. They can apply."


@blueprint.get("/of/<int:account_id>")
@staff("assistance_status.view")
def of_account(account_id: int) -> str:
    """Where an account stands: applications, awards, and when it was last screened."""
    return show("assistance/of_account.html", page=_page(account_id), form=IdForm())


@blueprint.route("/of/<int:account_id>/enter", methods=["GET", "POST"])
@staff("assistance.enter")
def enter(account_id: int) -> ResponseReturnValue:
    """What came on paper or by phone."""
    page = _page(account_id)
    start = {"received_on": practice_day(), "residence": page.state, "applicant": page.name}
    form = EnterForm(data=start | {"household": 1, "language": page.language})
    if not form.validate_on_submit():
        return show("assistance/enter.html", page=page, form=form)
    enter_application(
        application_id=form.id_of_form,
        account_id=account_id,
        paper=form.paper,
        staff=current_staff(),
        public_url=gateways().public_url,
        on=practice_day(),
        now=now(),
    )
    flash("Entered. Its bills wait until it is answered.", "done")
    return redirect(url_for(".of_account", account_id=account_id))


@blueprint.post("/of/<int:account_id>/screen")
@staff("assistance.work")
def screen(account_id: int) -> ResponseReturnValue:
    """Ask our own books now."""
    _page(account_id)
    screened = screen_assistance(
        account_id=account_id,
        why="office",
        on=practice_day(),
        now=now(),
        login_id=current_staff().login_id,
    )
    words = "; ".join(screened.evidence) or PRESUMES_NOTHING
    flash(words, "done")
    return redirect(url_for(".of_account", account_id=account_id))


@blueprint.post("/of/<int:account_id>/grant")
@staff("assistance.decide")
def grant(account_id: int) -> ResponseReturnValue:
    """Everything, as our books presume it."""
    _page(account_id)
    form = IdForm()
    if not form.validate_on_submit():
        return show("assistance/of_account.html", page=_page(account_id), form=form)
    state = grant_presumed(
        decision_id=form.id_of_form,
        account_id=account_id,
        staff=current_staff(),
        note="",
        public_url=gateways().public_url,
        on=practice_day(),
        now=now(),
    )
    flash("Another person agrees first." if state == "waiting" else "Given.", "done")
    return redirect(url_for(".of_account", account_id=account_id))


def _page(account_id: int) -> AccountAssistance:
    page = found(account_assistance(account_id))
    saw(accounts=[account_id], kind="assistance_applications")
    return page
