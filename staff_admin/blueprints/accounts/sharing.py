"""Who may act on an account, and what is kept from them (HIPAA-9)."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from billing.free_text import CardNumberRefused
from portal.queries.staff_bill import bill_page
from portal.queries.staff_proxies import proxies_of
from portal.services.end_proxy import end_proxy
from portal.services.grant_minor_proxy import Checked, grant_minor_proxy
from portal.services.invite_proxy import ProxyRefused
from portal.services.keep_confidential import NotKept, keep_confidential
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.accounts.sharing_forms import EndForm, KeepForm, ParentForm
from staff_admin.blueprints.accounts.views import blueprint
from staff_admin.blueprints.show import found, show


@blueprint.route("/<int:account_id>/proxies", methods=["GET", "POST"])
@staff("proxies.grant")
def proxies(account_id: int) -> ResponseReturnValue:
    """Who has access, and giving it to a parent or guardian."""
    page = found(proxies_of(account_id, on=practice_day(), now=now()))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="proxies", id=account_id)
    form = ParentForm(page.minors)
    if form.validate_on_submit() and _granted(form, account_id):
        return redirect(url_for(".proxies", account_id=account_id))
    return show("accounts/proxies.html", page=page, form=form)


@blueprint.route("/<int:account_id>/proxies/<int:grant_id>/end", methods=["GET", "POST"])
@staff("proxies.grant")
def end_access(account_id: int, grant_id: int) -> ResponseReturnValue:
    """End somebody's access, with the reason."""
    page = found(proxies_of(account_id, on=practice_day(), now=now()))
    helper = found(page.helper(grant_id))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="proxy_grant", id=grant_id)
    form = EndForm()
    if form.validate_on_submit() and _ended(form, account_id, grant_id):
        return redirect(url_for(".proxies", account_id=account_id))
    return show("accounts/end_access.html", page=page, form=form, helper=helper)


@blueprint.route("/<int:account_id>/bills/<int:visit_id>/confidential", methods=["GET", "POST"])
@staff("proxies.grant")
def confidential(account_id: int, visit_id: int) -> ResponseReturnValue:
    """Keep a teenager's visit to themselves."""
    bill, form = found(bill_page(account_id, visit_id, on=practice_day())), KeepForm()
    # Not the account: what the family may read of its trail must not hint at the visit.
    saw(patients=[bill.patient_id], kind="visit", id=visit_id, untold=True)
    if form.validate_on_submit() and (own_id := _kept(form, account_id, visit_id)) is not None:
        return redirect(url_for(".bill", account_id=own_id, visit_id=visit_id))
    return show("accounts/confidential.html", bill=bill, form=form)


def _granted(form: ParentForm, account_id: int) -> bool:
    """Mail the invitation, or put the refusal on the form."""
    try:
        grant_minor_proxy(
            account_id=account_id,
            patient_id=form.patient.data,
            checked=Checked(
                email=form.email.data or "",
                relationship=form.relationship.data,
                scopes=form.scopes,
                seen=form.checked.data or "",
            ),
            staff=current_staff(),
            public_url=gateways().public_url,
            now=now(),
        )
    except (ProxyRefused, CardNumberRefused) as refused:
        form.form_errors.append(str(refused))
        return False
    flash(
        "Invited by e-mail. Access begins when they accept, and ends on the 18th birthday.", "done"
    )
    return True


def _ended(form: EndForm, account_id: int, grant_id: int) -> bool:
    """End it, or put the refusal on the form."""
    try:
        end_proxy(
            viewer=current_staff(),
            grant_id=grant_id,
            account_id=account_id,
            reason=form.reason.data or "",
            public_url=gateways().public_url,
            now=now(),
        )
    except CardNumberRefused as refused:
        form.form_errors.append(str(refused))
        return False
    flash("That access has ended. Both were told by e-mail.", "done")
    return True


def _kept(form: KeepForm, account_id: int, visit_id: int) -> int | None:
    """Move it, or put the refusal on the form."""
    try:
        own_id = keep_confidential(
            account_id=account_id,
            visit_id=visit_id,
            reason=form.reason.data or "",
            staff=current_staff(),
            now=now(),
        )
    except (NotKept, CardNumberRefused) as refused:
        form.form_errors.append(str(refused))
        return None
    flash("Moved to the patient’s own account. Ask them where we may reach them.", "done")
    return own_id
