"""The live balance, and paying it. What it is for is told to nobody here."""

from __future__ import annotations

from uuid import UUID

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from billing.payment_choice import Choice, Objection, Scope
from portal.blueprints.pay_statement.forms import AmountForm
from portal.blueprints.pay_statement.views import blueprint
from portal.blueprints.payments.begin import begin_payment
from portal.blueprints.payments.forms import PayForm
from portal.queries.payer_page import PayerPage, payer_page, payer_review
from portal.services.settle_payment import payment_standing
from portal.web.access import payer, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.payers import current_payer, slow_down_payers
from portal.web.practice_day import practice_day

OTHER = "other"
ALLOWED = (Scope.ALL, Scope.OWN_AMOUNT)


@blueprint.get("/pay-statement/amount")
@payer
def amount() -> ResponseReturnValue:
    """What is owed now, whatever the statement said; `?amount=other` asks for another amount."""
    page, form = _page(), AmountForm(formdata=None)
    if request.args.get("amount") == OTHER and page.payable:
        return render_template("pay_statement/other.html", page=page, form=form)
    found = payer_review(page, Choice(Scope.ALL))
    return _asked(page, found)


@blueprint.post("/pay-statement/review")
@payer
def review() -> ResponseReturnValue:
    """Another amount, before anything is charged."""
    page, form = _page(), AmountForm()
    if not form.validate_on_submit():
        return render_template("pay_statement/other.html", page=page, form=form)
    found = payer_review(page, form.wish)
    if isinstance(found, Objection):
        form.object_to(found)
        return render_template("pay_statement/other.html", page=page, form=form)
    return _asked(page, found)


@blueprint.post("/pay-statement/begin")
@payer
def begin() -> ResponseReturnValue:
    """Go to the card company's page, for this account alone, whatever the form says."""
    form, viewer = PayForm(), current_payer()
    if not form.validate_on_submit() or form.wish.scope not in ALLOWED:
        abort(400)
    if form.account_id != viewer.account_id:
        abort(404)
    slow_down_payers(viewer)
    return begin_payment(form, viewer, journey="pay_statement")


@blueprint.get("/pay-statement/paid/<uuid:payment_id>")
@payer
def result(payment_id: UUID) -> ResponseReturnValue:
    """What became of the payment, and the number of its receipt."""
    told = payment_standing(
        viewer=current_payer(),
        payment_id=payment_id,
        gateway=gateways().payments,
        public_url=gateways().public_url,
        now=now(),
    )
    saw(accounts=[told.payment.account_id], kind="payments", id=payment_id)
    return render_template("pay_statement/result.html", told=told, form=PayForm.again(told.payment))


def _page() -> PayerPage:
    page = payer_page(current_payer(), on=practice_day())
    saw(accounts=[page.account_id], kind="amount_due")
    return page


def _asked(page: PayerPage, found: Choice | Objection) -> str:
    form = PayForm.asked(page.account_id, found) if isinstance(found, Choice) else None
    return render_template("pay_statement/amount.html", page=page, form=form)
