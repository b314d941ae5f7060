"""An account on its way to the gate: its law read, its steps proven, and the question asked."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

from sqlalchemy import select

from billing.dunning import Step
from billing.holds import Action, Allowed, Denied
from billing.state_rows import STATE_RULES
from portal import db
from portal.models.statements import StatementDelivery
from portal.services.ask_to_collect import ask_to_collect
from portal.services.prove_step import ProofKind, prove_step
from portal.services.set_organisation import review_state
from tests.services.staff_world import add_staff
from tests.services.statement_world import DAY, noon, world


def owing(cents: int = 200_00) -> tuple[int, int]:
    """An account in New York with one decided bill."""
    visit, *_ = world(lambda w: w.owed(cents))
    return visit.guarantor_account_id, visit.id


def read_law(*states: str) -> None:
    """A manager has read every row of these states."""
    staff = add_staff("manager", email=f"reader{uuid4().hex[:6]}@example.com")
    for row in {r.key: r for r in STATE_RULES if r.state in states}.values():
        review_state(
            staff=staff,
            form_id=uuid4(),
            row_key=row.key,
            fingerprint=row.fingerprint,
            confirmed=True,
            note="Read against the statute.",
            now=noon(DAY),
        )


def ask(account_id: int, on: date, action: Action = Action.PLACEMENT) -> Allowed | Denied:
    with db.transaction() as session:
        return ask_to_collect(session, action, account_id=account_id, on=on, asked_by="test")


def prove(account_id: int, kind: ProofKind, on: date, **facts: object) -> None:
    with db.transaction() as session:
        prove_step(
            session,
            kind,
            account_id=account_id,
            happened_on=on,
            source=f"test:{kind}:{account_id}:{on}",
            facts=facts,
            now=noon(on),
        )


def act(account_id: int, step: Step, on: date) -> None:
    """What a person does about a step that is due."""
    if step is Step.SCREENING:
        prove(account_id, ProofKind.SCREENING, on, result="none")
    elif step is Step.ORAL_ATTEMPT:
        prove(account_id, ProofKind.ORAL_ATTEMPT, on, outcome="no answer")
    elif step is Step.FINAL_NOTICE:
        assert ask(account_id, on, Action.FINAL_NOTICE) == Allowed()
        prove(
            account_id,
            ProofKind.FINAL_NOTICE,
            on,
            deadline_on=str(on + timedelta(days=30)),
            names=["placement"],
            encloses_summary=True,
        )


def delivered() -> list[date]:
    with db.read_only() as session:
        return list(
            session.scalars(
                select(StatementDelivery.delivered_on).order_by(StatementDelivery.delivered_on)
            )
        )
