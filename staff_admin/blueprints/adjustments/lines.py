"""A plan's side of one line, and who owes a bill."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from billing.adjustments import AdjustmentRefused, OverLimit
from billing.free_text import CardNumberRefused
from billing.transfers import TransferRefused
from portal.queries.staff_adjustments import PlanLine, plan_line, transfer_page
from portal.services.adjust_balance import adjust_balance
from portal.services.request_adjustment import request_adjustment
from portal.services.transfer_share import transfer_share
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.adjustments.forms import PlanAdjustForm, TransferForm
from staff_admin.blueprints.adjustments.views import blueprint
from staff_admin.blueprints.show import found, show

ASKED = "Asked for. Another person with a higher limit approves it before anything moves."


@blueprint.route("/lines/<int:charge_id>/plan", methods=["GET", "POST"])
@staff("ledger.adjust")
def plan(charge_id: int) -> ResponseReturnValue:
    """Take an amount off what a plan owes on one line."""
    page, form = found(plan_line(charge_id, on=practice_day())), PlanAdjustForm()
    saw(accounts=[page.account_id], patients=[page.patient_id], kind="adjustment", id=charge_id)
    form.offer(page, current_staff().role)
    if form.validate_on_submit() and _taken_off(form, page):
        bill = url_for("accounts.bill", account_id=page.account_id, visit_id=page.visit_id)
        return redirect(bill)
    return show("adjustments/plan.html", page=page, form=form)


@blueprint.route("/bills/<int:visit_id>/transfer", methods=["GET", "POST"])
@staff("ledger.adjust")
def transfer(visit_id: int) -> ResponseReturnValue:
    """Move what is owed, under a rule."""
    page, form = found(transfer_page(visit_id)), TransferForm()
    saw(accounts=[page.account_id], patients=[page.patient_id], kind="transfer", id=visit_id)
    form.offer(page)
    if form.validate_on_submit() and _moved(form):
        return redirect(url_for("accounts.bill", account_id=page.account_id, visit_id=visit_id))
    return show("adjustments/transfer.html", page=page, form=form)


def _taken_off(form: PlanAdjustForm, page: PlanLine) -> bool:
    """Post it, ask for it, or put the refusal on the form."""
    wish, on = form.wish(page), practice_day()
    try:
        if "ask" in request.form:
            request_adjustment(
                request_id=form.id_of_form, wish=wish, staff=current_staff(), on=on, now=now()
            )
            flash(ASKED, "done")
            return True
        adjust_balance(
            form_id=form.id_of_form,
            account_id=wish.account_id,
            charge_id=wish.charge_id,
            kind=wish.kind,
            amount=wish.amount,
            reason=wish.reason,
            payer_id=wish.payer_id,
            carc=wish.carc,
            staff=current_staff(),
            on=on,
            now=now(),
        )
    except (AdjustmentRefused, CardNumberRefused) as refused:
        form.form_errors.append(str(refused))
        form.over_limit = isinstance(refused, OverLimit)
        return False
    flash(f"{wish.amount} taken off. You can take it back on the ledger page.", "done")
    return True


def _moved(form: TransferForm) -> bool:
    """Move it, or put the refusal on the form."""
    try:
        amount = transfer_share(
            form_id=form.id_of_form,
            wish=form.wish,
            staff=current_staff(),
            on=practice_day(),
            now=now(),
        )
    except (TransferRefused, CardNumberRefused) as refused:
        form.form_errors.append(str(refused))
        return False
    flash(f"{amount} moved. The ledger page shows it.", "done")
    return True
