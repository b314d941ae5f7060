"""What every staff view does at its end: find or say not found, and print the page with its viewer."""

from __future__ import annotations

from typing import TypeVar

from flask import render_template, request

from billing.duties import Duty
from portal.queries.alone import may_decide_alone
from portal.services.refusal import NotFound
from portal.web.access import current_staff
from portal.web.restricted import closed_account_of, closed_to, restricted_accounts

T = TypeVar("T")
RESTRICTED = "Restricted account"


def found(page: T | None) -> T:
    """The page, or the same "not found" whether it is missing or hidden."""
    if page is None:
        raise NotFound
    return page


def show(template: str, **values: object) -> str:
    """Print a page; it knows who is looking, so that it offers only what the role may do."""
    return render_template(
        template,
        viewer=current_staff(),
        closed_accounts=closed_to(current_staff()),
        restricted_accounts=restricted_accounts(),
        stands_alone=_stands_alone,  # asked only where a page offers the second step
        **values,
    )


def _stands_alone(duty: str) -> bool:
    """Whether whoever looks may take both steps of this duty (OPS-13)."""
    return may_decide_alone(current_staff(), Duty(duty))


def unless_closed(name: str, account_id: int | None = None, patient_id: int | None = None) -> str:
    """A name in a list of many; of a restricted account only that it is one, for who has not opened it (HIPAA-3)."""
    closed = closed_to(current_staff())
    if closed and (account_id in closed or closed_account_of(patient_id) in closed):
        return RESTRICTED
    return name


def page_number(name: str = "page") -> int:
    """Which page of a list is asked for; nonsense means the first."""
    return max(request.values.get(name, 1, type=int) or 1, 1)
