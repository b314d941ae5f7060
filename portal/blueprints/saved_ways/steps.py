"""What the pages of saved ways to pay do between a form and a service."""

from __future__ import annotations

from uuid import UUID

from flask import abort, request
from flask_babel import gettext

from billing.money import Money
from portal.blueprints.saved_ways.forms import AddForm, SignForm
from portal.queries.autopay_page import AutopayPage, autopay_page
from portal.queries.saved_methods import MethodRow, MethodsPage, methods_page
from portal.services.add_method import add_method
from portal.services.change_method import remove_method
from portal.services.sign_autopay import Paper, Signature, Wish, autopay_paper, sign_autopay
from portal.web.access import current_patient, saw
from portal.web.agreed import agreed_to_keep
from portal.web.base import gateways
from portal.web.card_notice import notice_read
from portal.web.clock import now
from portal.web.languages import language
from portal.web.practice_day import practice_day


def methods() -> MethodsPage:
    """The page of the account that is asked for."""
    wanted = request.values.get("account", type=int)
    page = methods_page(current_patient(), account_id=wanted, on=practice_day())
    if page is None:
        abort(404)
    saw(accounts=[page.account_id], kind="payment_methods")
    return page


def one_method(method_id: int) -> tuple[MethodsPage, MethodRow]:
    """A way to pay of any of the viewer's accounts."""
    viewer, on = current_patient(), practice_day()
    pages = (methods_page(viewer, account_id=one, on=on) for one in sorted(viewer.account_ids))
    pairs = ((page, page.method(method_id)) for page in pages if page)
    found = next(((page, method) for page, method in pairs if method), None)
    if found is None:
        abort(404)
    return found


def remove(method_id: int) -> None:
    """With all that hangs on it."""
    remove_method(
        viewer=current_patient(),
        method_id=method_id,
        public_url=gateways().public_url,
        now=now(),
    )


def autopay() -> AutopayPage:
    """The same for autopay."""
    wanted = request.values.get("account", type=int)
    page = autopay_page(current_patient(), account_id=wanted, on=practice_day())
    if page is None:
        abort(404)
    saw(accounts=[page.account_id], kind="payment_authorisations")
    return page


def begin_adding(form: AddForm, page: MethodsPage) -> str | None:
    """The provider's page; None when this form was used before."""
    if form.setup_id is None:
        abort(400)
    return add_method(
        viewer=current_patient(),
        account_id=page.account_id,
        setup_id=form.setup_id,
        agreed=agreed_to_keep(),
        read=notice_read() if form.read.data else None,
        gateway=gateways().payments,
        public_url=gateways().public_url,
        now=now(),
    )


def wish() -> Wish:
    """With what, how much and when, from the address; what does not read was tampered with."""
    method, plan = request.values.get("method", type=int), request.values.get("plan", type=UUID)
    if method is not None and plan is not None:
        return Wish(method_id=method, plan_id=plan)
    cents, day = request.values.get("cap", type=int), request.values.get("day", type=int)
    if method is None or cents is None or day is None or cents <= 0:
        abort(404)
    return Wish(method_id=method, cap=Money(cents), day=day)


def paper(account_id: int, wanted: Wish) -> Paper:
    """The words to read and sign."""
    return autopay_paper(
        viewer=current_patient(), account_id=account_id, wish=wanted, words=gettext, now=now()
    )


def sign(form: SignForm, account_id: int, wanted: Wish) -> int:
    """The authorisation's id."""
    signature = Signature(
        typed_name=form.name.data or "",
        text_hash=form.paper.data or "",
        language=language(),
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string[:200],
    )
    return sign_autopay(
        viewer=current_patient(),
        account_id=account_id,
        wish=wanted,
        signature=signature,
        words=gettext,
        public_url=gateways().public_url,
        now=now(),
    )
