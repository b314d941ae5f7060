"""Paying, and the receipts of it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from billing.payment_choice import Scope
from billing.proxy_access import ProxyScope
from portal.blueprints.payments.begin import begin_payment
from portal.blueprints.payments.forms import BILL, ChooseForm, PayForm
from portal.blueprints.payments.reviewing import page_of, reviewed
from portal.queries.payments import payment_history
from portal.queries.receipts import Receipt, receipt_print, rest_due
from portal.queries.receipts import receipt as find_receipt
from portal.queries.viewer import AccountViewer
from portal.queries.year_paid import FIRST_YEAR, YearPaid, paid_years, year_paid
from portal.queries.year_print import year_print
from portal.services.resend_receipt import resend_receipt
from portal.services.settle_payment import Standing, payment_standing
from portal.web.access import (
    current_account_viewer,
    current_patient,
    patient,
    patient_or_guest,
    saw,
)
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.guests import slow_down_card_testers
from portal.web.practice_day import practice_day

blueprint = Blueprint("payments", __name__)

THANKS = "Thank you. We received your payment, and your receipt comes by e-mail too."
THANKS_GUEST = "Thank you. We received your payment. Keep or print this receipt."


@blueprint.get("/pay")
@patient_or_guest(scope=ProxyScope.PAY)
def start() -> ResponseReturnValue:
    """What is to be paid and what that covers; `?amount=other` asks for another amount first."""
    page = page_of(request.args.get("account", type=int), request.args.get("bill", type=int))
    form = ChooseForm(page)
    form.prefer(f"{BILL}{request.args.get('bill')}")
    if not page.due or request.args.get("amount"):
        form.prefer(Scope.OWN_AMOUNT.value)
        return render_template("payments/choose.html", page=page, form=form)
    answer = reviewed(page, form.wish, form)
    return answer or render_template("payments/choose.html", page=page, form=form)


@blueprint.post("/pay/review")
@patient_or_guest(scope=ProxyScope.PAY)
def review() -> ResponseReturnValue:
    """What another choice covers, before anything is charged."""
    page = page_of(request.form.get("account", type=int))
    form = ChooseForm(page)
    answer = reviewed(page, form.wish, form) if form.validate_on_submit() else None
    return answer or render_template("payments/choose.html", page=page, form=form)


@blueprint.post("/pay/begin")
@patient_or_guest(scope=ProxyScope.PAY)
def begin() -> ResponseReturnValue:
    """Go to the card company's page; a second press leads to the same one, and a refused one is audited."""
    form = PayForm()
    if not form.validate_on_submit():
        abort(400)
    return begin_payment(form, _payer(form.account_id), journey="payments")


@blueprint.get("/pay/<uuid:payment_id>")
@blueprint.get("/pay/<uuid:payment_id>/return", endpoint="returned")
@blueprint.get("/pay/<uuid:payment_id>/cancelled", endpoint="cancelled")
@patient_or_guest(scope=ProxyScope.PAY, payers=True)
def result(payment_id: UUID) -> ResponseReturnValue:
    """What became of a payment: asked of the card company, never taken from the address."""
    if "payer" in g:
        return redirect(url_for("pay_statement.result", payment_id=payment_id))
    told = payment_standing(
        viewer=current_account_viewer(),
        payment_id=payment_id,
        gateway=gateways().payments,
        public_url=gateways().public_url,
        now=now(),
    )
    saw(accounts=[told.payment.account_id], kind="payments", id=payment_id)
    if told.standing is Standing.SUCCEEDED:
        if request.endpoint == "payments.returned":
            flash(THANKS_GUEST if "guest" in g else THANKS, "done")
        return redirect(url_for("payments.receipt", number=told.payment.receipt_number), 303)
    return render_template("payments/result.html", told=told, form=PayForm.again(told.payment))


@blueprint.get("/payments")
@patient
def history() -> ResponseReturnValue:
    """Every payment made here, and the years with a summary."""
    payments, years = payment_history(current_patient()), paid_years(current_patient())
    return render_template("payments/history.html", payments=payments, years=years)


@blueprint.get("/payments/<int:year>")
@patient
def year(year: int) -> ResponseReturnValue:
    """What counts as paid in one year, for taxes and health accounts."""
    return render_template("payments/year.html", paid=_year(year))


@blueprint.get("/payments/<int:year>/summary.pdf")
@patient
def year_pdf(year: int) -> ResponseReturnValue:
    """The same on paper."""
    found = _year(year)
    saw(action="export")
    return _pdf(gateways().printer.print("year", year_print(found)), f"paid-in-{found.year}.pdf")


@blueprint.get("/receipts/<number>")
@patient_or_guest
def receipt(number: str) -> ResponseReturnValue:
    """What one payment paid."""
    found = _receipt(number)
    rest = rest_due(current_account_viewer(), found, on=practice_day())
    return render_template("payments/receipt.html", receipt=found, rest=rest)


@blueprint.post("/receipts/<number>/send")
@patient
def send_receipt(number: str) -> ResponseReturnValue:
    """By e-mail once more: its number and the way here, and nothing of care."""
    account_id = resend_receipt(
        viewer=current_patient(), number=number, public_url=gateways().public_url, now=now()
    )
    saw(accounts=[account_id], kind="receipts", id=number, action="send")
    flash("We sent it to your e-mail address.", "done")
    return redirect(url_for("payments.receipt", number=number), 303)


@blueprint.get("/receipts/<number>/receipt.pdf")
@patient_or_guest
def receipt_pdf(number: str) -> ResponseReturnValue:
    """The receipt on paper."""
    found = _receipt(number)
    saw(action="export")
    pdf = gateways().printer.print("receipt", receipt_print(found))
    return _pdf(pdf, f"receipt-{found.number}.pdf")


def _payer(account_id: int) -> AccountViewer:
    viewer = current_account_viewer()
    slow_down_card_testers(viewer, account_id)
    return viewer


def _receipt(number: str) -> Receipt:
    found = find_receipt(current_account_viewer(), number)
    if found is None:
        abort(404)
    saw(accounts=[found.account_id], patients=found.patient_ids, kind="receipts", id=number)
    return found


def _year(wanted: int) -> YearPaid:
    if not FIRST_YEAR <= wanted <= practice_day().year:
        abort(404)
    found = year_paid(current_patient(), wanted)
    saw(accounts=found.account_ids, patients=found.patient_ids, kind="paid_in", id=f"year {wanted}")
    return found


def _pdf(pdf: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(pdf, mimetype="application/pdf", headers=headers)
