"""Other ways to choose: single services, two cards for one bill, toward a visit that is no bill yet."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from billing.payment_choice import Choice, Scope
from billing.proxy_access import ProxyScope
from portal.blueprints.payments.forms import ChooseForm, SplitForm
from portal.blueprints.payments.line_forms import AheadForm, LinesForm
from portal.blueprints.payments.reviewing import page_of, reviewed
from portal.blueprints.payments.views import blueprint
from portal.queries.payable_lines import payable_lines, visit_words
from portal.queries.payments import payment_status
from portal.web.access import current_account_viewer, patient_or_guest, saw


@blueprint.route("/pay/lines", methods=["GET", "POST"])
@patient_or_guest(scope=ProxyScope.PAY)
def lines() -> ResponseReturnValue:
    """Tick whole bills and single services."""
    page = page_of(request.values.get("account", type=int))
    shown = payable_lines(page.lines)
    form = LinesForm(page.account_id, shown)
    answer = reviewed(page, form.wish, form) if form.validate_on_submit() else None
    return answer or render_template("payments/lines.html", page=page, lines=shown, form=form)


@blueprint.post("/pay/split")
@patient_or_guest(scope=ProxyScope.PAY)
def split() -> ResponseReturnValue:
    """How much the first of two cards pays."""
    page, form = page_of(request.form.get("account", type=int)), SplitForm()
    answer = None
    if form.validate_on_submit():
        answer = reviewed(page, form.wish, form)
    if answer is None and not form.part.errors:
        abort(400)
    return answer or render_template("payments/split.html", page=page, form=form)


@blueprint.get("/pay/rest/<uuid:payment_id>")
@patient_or_guest(scope=ProxyScope.PAY)
def rest(payment_id: UUID) -> ResponseReturnValue:
    """What the first card left, for the second: as it stands now."""
    payment = payment_status(current_account_viewer(), payment_id)
    if payment is None:
        abort(404)
    page = page_of(payment.account_id)
    saw(kind="payments", id=payment_id)
    wish = Choice(Scope(payment.scope), payment.visit_id, charge_ids=payment.charge_ids)
    open_now = {line.charge_id for line in page.lines if not line.held}
    wish = replace(wish, charge_ids=tuple(sorted(open_now.intersection(wish.charge_ids))))
    instead = redirect(url_for("payments.start", account=page.account_id, amount="other"))
    return reviewed(page, wish, ChooseForm(page)) or instead


@blueprint.route("/pay/ahead", methods=["GET", "POST"])
@patient_or_guest(scope=ProxyScope.PAY)
def ahead() -> ResponseReturnValue:
    """Toward a visit that a plan still decides: kept as credit, and never called a paid bill."""
    form = AheadForm()
    visit_id = request.args.get("visit", type=int) or form.visit_id
    page = page_of(None, visit_id)
    answer = reviewed(page, form.wish, form) if form.validate_on_submit() else None
    most = page.ahead.get(visit_id or 0)
    words = visit_words(visit_id) if visit_id and most else None
    form.visit.data = str(visit_id or "")
    told = {"page": page, "form": form, "most": most, "words": words}
    return answer or render_template("payments/ahead.html", **told)
