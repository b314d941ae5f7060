"""From a choice to the page that shows what it pays, before anything is charged."""

from __future__ import annotations

from typing import Protocol

from flask import abort, render_template

from billing.payment_choice import Choice, Objection
from portal.blueprints.payments.forms import PayForm, SplitForm
from portal.queries.payments import PayPage, pay_page
from portal.queries.payments import review as review_payment
from portal.services.add_method import CONSENT
from portal.web.access import current_account_viewer, saw
from portal.web.practice_day import practice_day

SMALLEST_SPLIT = 100  # cents: two cards of 50 cents each


class Asking(Protocol):
    """A form whose choice may be refused."""

    def object_to(self, objection: Objection) -> None: ...


def page_of(account_id: int | None, bill: int | None = None) -> PayPage:
    """The viewer's account, written down as seen; another's is not found."""
    page = pay_page(current_account_viewer(), on=practice_day(), account_id=account_id, bill=bill)
    if page is None:
        abort(404)
    saw(accounts=[page.account_id], patients={bill.patient_id for bill in page.bills})
    return page


def reviewed(page: PayPage, wish: Choice, form: Asking) -> str | None:
    """The review page, or None once the objection stands in the form."""
    found = review_payment(page, wish)
    if isinstance(found, Objection):
        form.object_to(found)
        return None
    pay = PayForm.of(found, wish)
    whole = found.lines and not wish.part and not found.extra
    split = whole and found.amount.cents >= SMALLEST_SPLIT
    return render_template(
        "payments/review.html",
        keeping=CONSENT,
        page=page,
        review=found,
        wish=wish,
        form=pay,
        split=SplitForm.of(page.account_id, pay.wish) if split else None,
    )
