"""Change an account: adjust a line, take an adjustment back, name a guarantor."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from billing.adjustments import AdjustmentRefused, OverLimit
from billing.free_text import CardNumberRefused
from portal.queries.adjustment_rules import todays_rules
from portal.queries.staff_account import account_title
from portal.queries.staff_bill import bill_page
from portal.queries.staff_ledger import one_entry
from portal.queries.text_consents import TextCategory
from portal.services.adjust_balance import adjust_balance
from portal.services.name_guarantor import GuarantorRefused, name_guarantor
from portal.services.note_text_consent import ConsentNotNoted, note_text_consent
from portal.services.request_adjustment import request_adjustment
from portal.services.reverse_adjustment import reverse_adjustment
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.accounts.forms import (
    AdjustForm,
    ConsentForm,
    GuarantorForm,
    TakeBackForm,
)
from staff_admin.blueprints.accounts.views import blueprint
from staff_admin.blueprints.show import found, show

ASKED = "Asked for. Another person with a higher limit approves it before anything comes off."


@blueprint.route(
    "/<int:account_id>/bills/<int:visit_id>/lines/<int:charge_id>/adjust", methods=["GET", "POST"]
)
@staff("ledger.adjust")
def adjust(account_id: int, visit_id: int, charge_id: int) -> ResponseReturnValue:
    """Take an amount off what the patient owes on one line."""
    bill = found(bill_page(account_id, visit_id, on=practice_day()))
    line, form = found(bill.line(charge_id)), AdjustForm()
    form.offer(current_staff().role, todays_rules(practice_day()))
    saw(accounts=[account_id], patients=[bill.patient_id], kind="adjustment", id=charge_id)
    if form.validate_on_submit() and _adjusted(form, account_id, charge_id):
        return redirect(url_for(".bill", account_id=account_id, visit_id=visit_id))
    return show("accounts/adjust.html", form=form, bill=bill, line=line)


@blueprint.route("/<int:account_id>/entries/<uuid:entry_id>/take-back", methods=["GET", "POST"])
@staff("ledger.adjust")
def take_back(account_id: int, entry_id: UUID) -> ResponseReturnValue:
    """Undo an adjustment by a reversing entry."""
    entry, form = found(one_entry(account_id, entry_id)), TakeBackForm()
    saw(accounts=[account_id], kind="adjustment", id=entry_id)
    if form.validate_on_submit():
        reverse_adjustment(
            entry_id=entry_id,
            account_id=account_id,
            reason=form.reason.data or "",
            staff=current_staff(),
            on=practice_day(),
            now=now(),
        )
        flash("Taken back. Both entries stay in the ledger.", "done")
        return redirect(url_for(".ledger", account_id=account_id))
    return show("accounts/take_back.html", form=form, entry=entry, account_id=account_id)


@blueprint.route("/<int:account_id>/guarantor", methods=["GET", "POST"])
@staff("accounts.name_guarantor")
def guarantor(account_id: int) -> ResponseReturnValue:
    """Name the person responsible for a minor's account."""
    header, form = found(account_title(account_id)), GuarantorForm()
    saw(accounts=[account_id], patients=header.patient_ids, kind="guarantor", id=account_id)
    if form.validate_on_submit() and _named(form, account_id):
        return redirect(url_for(".account", account_id=account_id))
    return show("accounts/guarantor.html", form=form, header=header)


@blueprint.route("/<int:account_id>/texts", methods=["GET", "POST"])
@staff("consents.note")
def texts(account_id: int) -> ResponseReturnValue:
    """Note a yes or no to texts that was told to the office."""
    header, form = found(account_title(account_id)), ConsentForm()
    saw(accounts=[account_id], patients=header.patient_ids, kind="text_consent", id=account_id)
    if form.validate_on_submit() and _noted(form, account_id):
        return redirect(url_for(".people", account_id=account_id))
    return show("accounts/texts.html", form=form, header=header)


def _noted(form: ConsentForm, account_id: int) -> bool:
    """Write it down, or put the refusal on the form."""
    try:
        note_text_consent(
            account_id=account_id,
            category=TextCategory(form.category.data),
            granted=form.answer.data == "yes",
            reason=form.reason.data or "",
            staff=current_staff(),
            now=now(),
        )
    except (ConsentNotNoted, CardNumberRefused) as refused:
        form.form_errors.append(str(refused))
        return False
    flash("Noted in the consent record.", "done")
    return True


def _adjusted(form: AdjustForm, account_id: int, charge_id: int) -> bool:
    """Post it, ask for it, or put the refusal on the form."""
    wish, me, on = form.wish(account_id, charge_id), current_staff(), practice_day()
    try:
        if "ask" in request.form:
            request_adjustment(request_id=form.id_of_form, wish=wish, staff=me, on=on, now=now())
            flash(ASKED, "done")
            return True
        done = adjust_balance(
            form_id=form.id_of_form,
            account_id=account_id,
            charge_id=charge_id,
            kind=wish.kind,
            amount=wish.amount,
            reason=wish.reason,
            staff=me,
            on=on,
            now=now(),
        )
    except (AdjustmentRefused, CardNumberRefused) as refused:
        form.form_errors.append(str(refused))
        form.over_limit = isinstance(refused, OverLimit)
        return False
    again = " It was posted before and stands once." if done.repeated else ""
    flash(f"{done.amount} taken off. You can take it back on the ledger page.{again}", "done")
    return True


def _named(form: GuarantorForm, account_id: int) -> bool:
    """Name the person, or put the refusal on the form."""
    try:
        done = name_guarantor(
            account_id=account_id,
            guarantor=form.guarantor,
            staff=current_staff(),
            on=practice_day(),
            now=now(),
        )
    except (GuarantorRefused, CardNumberRefused) as refused:
        form.form_errors.append(str(refused))
        return False
    flash(f"{done.display_name} is named. Bills of this account may go out now.", "done")
    return True
