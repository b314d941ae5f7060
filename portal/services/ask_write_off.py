"""The gate before a bill is written off as bad debt: the same answer as before a placement (OPS-22)."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from billing.bad_debt import Basis
from billing.holds import Action, Allowed, Condition, Denied
from portal.queries.conditions import conditions
from portal.services.ask_gate import ask_gate
from portal.services.ask_to_collect import ask_to_collect


def ask_write_off(
    session: Session,
    *,
    account_id: int,
    visit_id: int,
    basis: Basis,
    on: date,
    login_id: int,
) -> Allowed | Denied:
    """The answer in this moment; the caller holds the account. A denial is kept, whatever becomes of the caller.

    Of a bill that went to an agency every step was proven then, so what holds it now is all that is asked: being
    with the agency is no reason against it.
    """
    if basis is Basis.STEPS:
        return ask_to_collect(
            session,
            Action.PLACEMENT,
            account_id=account_id,
            visit_ids=[visit_id],
            on=on,
            asked_by="write_off",
            login_id=login_id,
        )
    book = conditions(session, on=on, visit_ids=[visit_id])
    return ask_gate(
        session,
        book.of(account_id, visit_id).kinds - {Condition.PLACED},
        Action.PLACEMENT,
        asked_by="write_off",
        account_id=account_id,
        visit_id=visit_id,
        login_id=login_id,
        unproven=(),
    )
