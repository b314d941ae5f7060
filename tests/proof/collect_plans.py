"""Payment plans that are signed, and the cards from which they are drawn."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from sqlalchemy import select

from billing.money import Money
from billing.plans import Terms
from portal import db
from portal.models.payment_methods import PaymentMethod
from portal.queries.plan_offer import plan_offer
from portal.queries.plan_paper import paper
from portal.queries.plan_scope import Why
from portal.services.consent_paperless import Browser
from portal.services.refusal import Refusal
from portal.services.sign_autopay import Signature as CardSignature
from portal.services.sign_autopay import Wish, autopay_paper, sign_autopay
from portal.services.sign_plan import PlanWish, Signature, sign_plan
from tests.sandbox_server import DECLINED, GOOD, PUBLIC_URL
from tests.services.autopay_world import Payer, english
from tests.services.statement_world import noon
from tests.services.till import Till

if TYPE_CHECKING:
    from tests.proof.collect_world import Sim


def plan(sim: Sim, account: int, on: date) -> bool:
    """A plan of two parts is signed; most are to be drawn from a card."""
    viewer, plan_id = sim.viewers[account], uuid4()
    offer = plan_offer(viewer, on=on, account_id=account)
    if offer is None or offer.total.cents < 60_00 or offer.open_plan_id is not None:
        return False
    first = on + timedelta(days=14)
    first = (
        first.replace(day=min(day for day in (5, 15, 25) if day >= first.day))
        if first.day < 26
        else first.replace(day=25)
    )
    page = paper(
        viewer,
        plan_id=plan_id,
        account_id=account,
        why=Why.FIRST,
        terms=Terms(offer.total, Money(0), 2, first, first.day),
        on=on,
    )
    if page is None or page.drafted is None:
        return False
    try:
        sign_plan(
            viewer=viewer,
            wish=PlanWish(
                plan_id=plan_id,
                account_id=account,
                why=Why.FIRST,
                version=1,
                terms=page.drafted.terms,
            ),
            signature=Signature(
                typed_name="Testa Sample",
                ticked=True,
                agreement_hash=page.drafted.agreement_hash,
                box_hash=page.drafted.box_hash or "",
                browser=Browser(ip="192.0.2.1", user_agent="a test"),
            ),
            public_url="http://localhost:8000",
            now=noon(on),
        )
    except Refusal:
        return False
    if sim.dice.random() < 0.9:
        saved_card(sim, account, plan_id, on)
    return True


def saved_card(sim: Sim, account: int, plan_id: UUID, on: date) -> None:
    """A plan that was just signed is to be drawn from a card."""
    if sim.sandbox is None:
        return
    till = Till(sim.sandbox, sim.sandbox.gateway(), noon(on), account, (0, 0), sim.viewers[account])
    method = Payer(till).has_card()
    asked = {
        "viewer": till.viewer,
        "account_id": account,
        "wish": Wish(method_id=method.id, plan_id=plan_id),
        "words": english,
        "now": till.now,
    }
    signature = CardSignature(
        typed_name="Testa Sample",
        text_hash=autopay_paper(**asked).hash,  # type: ignore[arg-type]  # as the signature says
        language="en",
        ip="192.0.2.1",
        user_agent="a test",
    )
    sign_autopay(**asked, signature=signature, public_url=PUBLIC_URL)  # type: ignore[arg-type]  # as above


def card(sim: Sim, account: int, _on: date) -> bool:
    """Its bank begins to say no, or yes again."""
    if sim.sandbox is None:
        return False
    with db.read_only() as session:
        found = session.scalars(
            select(PaymentMethod.provider_id)
            .where(PaymentMethod.guarantor_account_id == account)
            .order_by(PaymentMethod.id.desc())
        ).first()
    if found is None:
        return False
    number = GOOD if account in sim.declined else DECLINED
    sim.declined ^= {account}
    sim.sandbox.control("behave", method=found, number=number)
    return True
