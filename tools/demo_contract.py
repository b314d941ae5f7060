"""What one payer of the demo's contract says of two visits, a little above what it pays for one of them (OPS-16)."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from billing.money import Money
from portal.db import transaction
from portal.models.accounts import Payer
from portal.models.reference import FeeRow
from sandbox.practice.adjudication import share
from sandbox.practice.catalogue import BLUEBIRD, SERVICES

WEEKS_AGO = 5  # when the office typed the contract in
SINCE = timedelta(days=60)
KEPT_TO, PAID_LOW = "99213", "99214"
SHORT_OF = Money(7_50)  # by which the payer pays longer visits too low


def agree_contract(on: date) -> None:
    """The payer's answers from that day on are compared with it as they post."""
    with transaction() as session:
        payer_id = session.scalars(
            select(Payer.id).where(Payer.identifier == BLUEBIRD.identifier)
        ).one()
        for code, above in ((KEPT_TO, Money(0)), (PAID_LOW, SHORT_OF)):
            allowed = share(SERVICES[code].fee, BLUEBIRD.allowed_percent)
            session.add(
                FeeRow(
                    payer_id=payer_id,
                    procedure=code,
                    modifiers="",
                    from_on=on - SINCE,
                    amount=Money(allowed) + above,
                )
            )
