"""The demo's payer has a contract, and pays longer visits below it (OPS-16)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from billing.contract import is_underpaid
from billing.money import Money
from portal.db import read_only, transaction
from portal.models.accounts import Payer
from portal.models.reference import FeeRow
from sandbox.practice.adjudication import share
from sandbox.practice.catalogue import BLUEBIRD, SERVICES
from tests.services.payer_voice import book
from tools.demo_contract import agree_contract

pytestmark = pytest.mark.usefixtures("database_url")


def test_OPS_16_the_demos_contract_is_kept_for_one_visit_and_not_for_the_longer_one() -> None:
    with book() as found:
        payer = found.payer(BLUEBIRD.name, BLUEBIRD.tax_id)
    with transaction() as session:
        session.execute(
            update(Payer).where(Payer.id == payer.id).values(identifier=BLUEBIRD.identifier)
        )
    agree_contract(date(2026, 3, 2))
    with read_only() as session:
        fees = {row.procedure: row.amount for row in session.scalars(select(FeeRow))}
    above, percent = Money(5_00), 2
    short = {
        code: is_underpaid(
            amount or Money(0),
            Money(share(SERVICES[code].fee, BLUEBIRD.allowed_percent)),
            above=above,
            percent=percent,
        )
        for code, amount in fees.items()
    }
    assert short == {"99213": False, "99214": True}
