"""A sign-up code for somebody at the desk (ID-2)."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from billing.free_text import CardNumberRefused
from portal.queries.staff_account import account_title
from portal.services.hand_over_code import CodeNotIssued, HandedOver, hand_over_code
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from staff_admin.blueprints.accounts.forms import HandOverForm
from staff_admin.blueprints.accounts.views import blueprint
from staff_admin.blueprints.show import found, show


@blueprint.route("/<int:account_id>/sign-up-code", methods=["GET", "POST"])
@staff("people.link")
def code(account_id: int) -> ResponseReturnValue:
    """Say how the person was checked; the answer alone shows the code, to print."""
    header, form = found(account_title(account_id)), HandOverForm()
    saw(accounts=[account_id], patients=header.patient_ids, kind="enrolment_code", id=account_id)
    if form.validate_on_submit() and (made := _made(form, account_id)):
        address = f"{gateways().public_url}/enroll"
        return show("accounts/code_made.html", made=made, header=header, address=address)
    return show("accounts/code.html", form=form, header=header)


def _made(form: HandOverForm, account_id: int) -> HandedOver | None:
    """Make it, or put the refusal on the form."""
    try:
        return hand_over_code(
            account_id=account_id,
            proof=form.proof.data,
            note=form.note.data or "",
            staff=current_staff(),
            keys=gateways().hash_keys,
            now=now(),
        )
    except (CodeNotIssued, CardNumberRefused) as refused:
        form.form_errors.append(str(refused))
        return None
