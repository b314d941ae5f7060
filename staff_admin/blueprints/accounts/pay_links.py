"""Send somebody a link to pay, see what is out, and revoke it (PCI-5: nobody takes a card number)."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.staff_account import AccountHeader, account_title
from portal.queries.staff_pay_links import pay_links_of
from portal.services.issue_pay_link import Kind
from portal.services.resend_receipt import resend_receipt
from portal.services.revoke_pay_link import revoke_pay_link
from portal.services.send_pay_link import LinkNotSent, send_pay_link
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.accounts.pay_link_forms import RevokeForm, SendForm
from staff_admin.blueprints.accounts.views import blueprint
from staff_admin.blueprints.show import found, show


@blueprint.route("/<int:account_id>/pay-links", methods=["GET", "POST"])
@staff("payments.take")
def pay_links(account_id: int) -> ResponseReturnValue:
    """The list, and the form that sends one."""
    header, form = _header(account_id), SendForm()
    if form.validate_on_submit() and _sent(form, account_id):
        flash("The link is on its way. It works once, for 3 days.", "done")
        return redirect(url_for(".pay_links", account_id=account_id))
    links = pay_links_of(account_id, now=now())
    return show("accounts/pay_links.html", header=header, links=links, form=form)


@blueprint.post("/<int:account_id>/pay-links/<int:link_id>/revoke")
@staff("payments.take")
def revoke_link(account_id: int, link_id: int) -> ResponseReturnValue:
    """It opens nothing any more."""
    _header(account_id)
    if RevokeForm().validate_on_submit():
        revoke_pay_link(account_id=account_id, link_id=link_id, staff=current_staff(), now=now())
        flash("Revoked. It opens nothing any more.", "done")
    return redirect(url_for(".pay_links", account_id=account_id))


@blueprint.post("/<int:account_id>/receipts/<number>/send")
@staff("payments.take")
def send_receipt(account_id: int, number: str) -> ResponseReturnValue:
    """E-mail a receipt again to who paid."""
    saw(accounts=[account_id], kind="receipts", id=number, action="send")
    if RevokeForm().validate_on_submit():
        resend_receipt(
            viewer=current_staff(), number=number, public_url=gateways().public_url, now=now()
        )
        flash("Sent to who paid.", "done")
    return redirect(url_for(".papers", account_id=account_id))


def _header(account_id: int) -> AccountHeader:
    header = found(account_title(account_id))
    saw(accounts=[account_id], patients=header.patient_ids, kind="pay_link", id=account_id)
    return header


def _sent(form: SendForm, account_id: int) -> bool:
    """Send it, or put the refusal on the form."""
    try:
        send_pay_link(
            account_id=account_id,
            kind=Kind(form.kind.data),
            staff=current_staff(),
            keys=gateways().hash_keys,
            public_url=gateways().public_url,
            on=practice_day(),
            now=now(),
        )
    except LinkNotSent as refused:
        form.form_errors = [str(refused)]
        return False
    return True
