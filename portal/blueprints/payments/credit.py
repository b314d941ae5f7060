"""What a patient does with their credit."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from billing.proxy_access import ProxyScope
from portal.blueprints.payments.views import blueprint
from portal.queries.credit import credit_page
from portal.services.choose_credit import ask_credit_back, keep_credit
from portal.web.access import current_patient, patient, saw
from portal.web.clock import now
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


@blueprint.post("/credit/keep")
@patient(scope=ProxyScope.PAY)
def keep_my_credit() -> ResponseReturnValue:
    """Changed their mind."""
    account_id = request.form.get("account", 0, type=int)
    keep_credit(viewer=current_patient(), account_id=account_id, now=now())
    flash("We keep your credit for your next bill.", "done")
    return redirect(url_for(".credit"), 303)
