"""The plan that somebody has: what is next, what is left, and its papers."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from billing.money import ZERO, Money
from billing.payment_choice import SMALLEST, Choice, Scope
from billing.proxy_access import ProxyScope
from portal.blueprints.payments.forms import PayForm
from portal.blueprints.plans.views import blueprint, read
from portal.queries.language_help import our_language_help
from portal.queries.plan_page import (
    PlanPage,
    SignedPaper,
    own_plan,
    plan_page,
    signed_agreement,
)
from portal.queries.plan_paper import paper
from portal.queries.plan_print import decision_print, plan_print
from portal.queries.plan_scope import Why
from portal.queries.viewer import OWN_ONLY
from portal.web.access import current_patient, patient, saw
from portal.web.base import gateways
from portal.web.practice_day import practice_day


@blueprint.get("/agreements")
@patient(scope=ProxyScope.PAY)
def index() -> ResponseReturnValue:
    """To the one plan there is, or to a new one."""
    found = own_plan(current_patient())
    if found is None:
        return redirect(url_for(".new"))
    return redirect(url_for(".plan", plan_id=found))


@blueprint.get("/plans/<uuid:plan_id>")
@patient(scope=ProxyScope.PAY)
def plan(plan_id: UUID) -> str:
    """How it stands, what may be paid now, and every version that was signed."""
    page = found_plan(plan_id)
    return render_template(
        "plans/plan.html",
        page=page,
        pay=_pay_form(page, min(page.due, page.offer.total)),
        pay_all=_pay_form(page, page.standing.payoff if page.standing else ZERO),
    )


@blueprint.get("/plans/<uuid:plan_id>/agreement")
@patient(scope=OWN_ONLY)
def offered(plan_id: UUID) -> ResponseReturnValue:
    """The agreement that the office offered, to read and to sign."""
    page = found_plan(plan_id)
    why = Why.CHANGED if page.living else Why.FIRST
    found = paper(
        current_patient(),
        plan_id=plan_id,
        account_id=page.account_id,
        why=why,
        terms=None,
        on=practice_day(),
    )
    if found is None:
        return redirect(url_for(".plan", plan_id=plan_id))
    return read(found, why)


@blueprint.get("/plans/<uuid:plan_id>/versions/<int:number>")
@patient(scope=ProxyScope.PAY)
def version(plan_id: UUID, number: int) -> str:
    """A version as it was signed."""
    signed = _signed(plan_id, number)
    return render_template(
        "plans/version.html", signed=signed, agreement=signed.agreement, plan_id=plan_id
    )


@blueprint.get("/plans/<uuid:plan_id>/versions/<int:number>/agreement.pdf")
@patient(scope=ProxyScope.PAY)
def version_pdf(plan_id: UUID, number: int) -> ResponseReturnValue:
    """The same on paper."""
    signed = _signed(plan_id, number)
    saw(action="export")
    return pdf(
        gateways().printer.print("plan", plan_print(signed, our_language_help())),
        f"plan-version-{number}.pdf",
    )


@blueprint.get("/plans/<uuid:plan_id>/answer.pdf")
@patient(scope=ProxyScope.PAY)
def answer_pdf(plan_id: UUID) -> ResponseReturnValue:
    """Our answer to a wish that we could not agree to, with its reasons (PLAN-3)."""
    page = found_plan(plan_id)
    if page.answered is None:
        abort(404)
    saw(action="export")
    printed = gateways().printer.print(
        "plan_answer", decision_print(page, page.answered, our_language_help())
    )
    return pdf(printed, "our-answer.pdf")


def found_plan(plan_id: UUID) -> PlanPage:
    """The viewer's own plan; another patient's is not found."""
    page = plan_page(current_patient(), plan_id, on=practice_day())
    if page is None:
        abort(404)
    saw(accounts=[page.account_id], patients=page.patient_ids, kind="plan", id=plan_id)
    return page


def pdf(data: bytes, name: str) -> Response:
    """A paper to keep."""
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(data, mimetype="application/pdf", headers=headers)


def _signed(plan_id: UUID, number: int) -> SignedPaper:
    found = signed_agreement(current_patient(), plan_id, number)
    if found is None:
        abort(404)
    saw(accounts=[found.account_id], kind="plan", id=plan_id)
    return found


def _pay_form(page: PlanPage, amount: Money) -> PayForm | None:
    """A button that pays so much now, by the card company's page; none for what cannot be paid."""
    if not page.living or amount < SMALLEST or page.under_way or amount > page.offer.total:
        return None
    return PayForm.asked(page.account_id, Choice(Scope.OWN_AMOUNT, amount=amount))
