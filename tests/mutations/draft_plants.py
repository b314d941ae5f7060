"""Planted bugs of drafts."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.retries import Decline
from portal.db import transaction
from portal.models.drafts import WAITING_STATES, Draft
from portal.models.payment_methods import PaymentAuthorisation
from portal.services import claim_draft, draft_payments, settle_draft
from portal.services.draftable import Draftable
from tests.mutations.world import World

Patch = pytest.MonkeyPatch


def no_lease(_world: World, patch: Patch) -> None:
    """Every worker takes all that waits, once, whoever else does."""
    took = threading.local()

    def all_that_waits(_day: Any) -> list[UUID]:
        if getattr(took, "all", False):
            return []
        took.all = True
        with transaction() as session:
            return list(session.scalars(select(Draft.id).where(Draft.state.in_(WAITING_STATES))))

    patch.setattr(draft_payments, "_lease", all_that_waits)


def no_lease_and_drawn_as_seen(world: World, patch: Patch) -> None:
    """And what was seen to be due is drawn, whatever became of it since."""
    no_lease(world, patch)
    one_by_one = threading.Lock()  # or the index of live payments would stop the second

    def as_seen(session: Session, draft_id: UUID, day: Any) -> Any:
        draft = session.get_one(Draft, draft_id)
        draft.state, draft.next_try_on = "noticed", date.min
        signed = session.get_one(PaymentAuthorisation, draft.authorisation_id)
        return claim_draft._write_down(session, draft, signed, draft.amount, day)

    real = draft_payments._draw

    def draw(*args: Any) -> None:
        with one_by_one:
            real(*args)

    patch.setattr(draft_payments, "claim_draft", as_seen)
    patch.setattr(draft_payments, "_draw", draw)


def gate_not_asked(_world: World, patch: Patch) -> None:
    """Whatever is open may be drawn."""
    real = claim_draft.draftable

    def anything(*args: Any, **named: Any) -> Draftable:
        lines = real(*args, **named).lines
        return Draftable(tuple(replace(line, held=False) for line in lines), None)

    patch.setattr(claim_draft, "draftable", anything)


def tried_again_when_the_bank_asks(_world: World, patch: Patch) -> None:
    """authentication_required is taken for a card that may work another day."""
    real = settle_draft.decline_of

    def passing(kind: str, code: str) -> Decline:
        found = real(kind, code)
        return Decline.SOFT if found is Decline.ASKS else found

    patch.setattr(settle_draft, "decline_of", passing)


def draws_all_that_is_owed(_world: World, patch: Patch) -> None:
    """The notice is forgotten; the draft's own row is kept as it was told."""
    real = draft_payments.claim_draft

    def claim(session: Session, draft_id: UUID, day: Any) -> Any:
        payment = real(session, draft_id, day)
        owed = claim_draft.draftable(session, payment.guarantor_account_id, on=day.on).amount
        payment.amount = owed
        return payment

    patch.setattr(draft_payments, "claim_draft", claim)
