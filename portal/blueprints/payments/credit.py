"""What a patient does with their credit."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing.proxy_access import ProxyScope
from portal.blueprints.payments.line_forms import LinesForm
from portal.blueprints.payments.reviewing import page_of
from portal.blueprints.payments.views import blueprint
from portal.queries.credit import credit_page
from portal.queries.payable_lines import payable_lines
from portal.services.choose_credit import ask_credit_back, keep_credit
from portal.services.use_credit import use_credit
from portal.web.access import current_patient, patient, saw
from portal.web.clock import now
from portal.web.filters import money
from portal.web.practice_day import practice_day


@blueprint.get("/credit")
@patient(scope=ProxyScope.PAY)
def credit() -> str:
    """How much it is, and the choice: keep it, or have it sent back."""
    found = credit_page(current_patient(), on=practice_day())
    saw(accounts=[account.account_id for account in found], kind="credit")
    return render_template("payments/credit.html", accounts=found)


@blueprint.post("/credit/send-back")
@patient(scope=ProxyScope.PAY)
def send_credit_back() -> ResponseReturnValue:
    """Ask for it; staff send it within 30 days."""
    account_id = request.form.get("account", 0, type=int)
    ask_credit_back(viewer=current_patient(), account_id=account_id, on=practice_day(), now=now())
    flash("We will send your credit back to you.", "done")
    return redirect(url_for(".credit"), 303)


@blueprint.route("/credit/use", methods=["GET", "POST"])
@patient(scope=ProxyScope.PAY)
def spend_my_credit() -> ResponseReturnValue:
    """Pay bills with it now: all that is due, or the services that are ticked."""
    page = page_of(request.values.get("account", type=int))
    shown = payable_lines(page.lines)
    form = LinesForm(page.account_id, shown)
    if not form.validate_on_submit():
        told = {"page": page, "lines": shown, "form": form}
        return render_template("payments/use_credit.html", **told)
    used = use_credit(
        viewer=current_patient(),
        account_id=page.account_id,
        charge_ids=form.wish.charge_ids,
        on=practice_day(),
        now=now(),
    )
    flash(gettext("%(amount)s of your credit paid your bills.", amount=money(used)), "done")
    return redirect("/bills", 303)


@blueprint.post("/credit/keep")
@patient(scope=ProxyScope.PAY)
def keep_my_credit() -> ResponseReturnValue:
    """Changed their mind."""
    account_id = request.form.get("account", 0, type=int)
    keep_credit(viewer=current_patient(), account_id=account_id, now=now())
    flash("We keep your credit for your next bill.", "done")
    return redirect(url_for(".credit"), 303)
