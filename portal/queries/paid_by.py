"""Who made a payment for somebody else, in the words of whoever reads of it (HIPAA-9)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Label, Row, ScalarSelect, null, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from portal.models.identity import Login
from portal.models.payments import Payment
from portal.queries.viewer import PatientViewer, PayerViewer, Viewer

_Payer = aliased(Login)


def helper_email() -> ScalarSelect[str]:
    """As a part of a query over Payment: the sign-in that paid on the patient's behalf; NULL when nobody else did."""
    return (
        select(_Payer.email)
        .where(_Payer.id == Payment.login_id, Payment.proxy_grant_id.is_not(None))
        .correlate(Payment)
        .scalar_subquery()
    )


# Read beside a Payment; `paid_by` makes sense of them.
HELPER: tuple[Label[Any] | InstrumentedAttribute[Any], ...] = (
    helper_email().label("helper_email"),
    Payment.login_id.label("paying_login_id"),
)
NO_HELPER = (null().label("helper_email"), null().label("paying_login_id"))


def paid_by(row: Row[*tuple[Any, ...]], viewer: Viewer | PayerViewer) -> str:
    """The helper who paid; empty when the account's own people did.

    The patient and staff read who it was, the helper that it was them; of another helper none learns more than that.
    """
    if row.helper_email is None:
        return ""
    if not isinstance(viewer, PatientViewer) or viewer.acting_for is None:
        return str(row.helper_email)
    return "You" if row.paying_login_id == viewer.login_id else "Another helper"
