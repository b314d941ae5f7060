"""COLL-26: a minor's account waits for a person; naming one is versioned and opens the hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import select

from billing.free_text import CardNumberRefused
from billing.holds import Condition
from billing.money import Money
from portal.db import read_only, transaction
from portal.models.accounts import AccountCondition, GuarantorAccount, RecordVersion
from portal.models.audit import AuditEvent
from portal.queries.balances import balances
from portal.services.name_guarantor import Guarantor, GuarantorRefused, name_guarantor
from portal.services.refusal import NotFound
from tests.services.staff_world import ON, add_account, add_staff

pytestmark = pytest.mark.usefixtures("database_url")
GUARDIAN = Guarantor(
    first_name="Guardia",
    last_name="Sample",
    birth_on=date(1985, 7, 1),
    relationship="mother",
    street="2 Sample Street",
    city="Sampleton",
    state="NY",
    postal_code="12345",
)


def due_now(account_id: int) -> Money:
    with read_only() as session:
        return balances(session, on=ON, account_ids=[account_id])[0].due_now


def test_COLL_26_naming_opens_the_hold_and_keeps_what_stood_before(now: datetime) -> None:
    world, staff = add_account(named=False), add_staff("biller")
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=world.account_id,
                kind=Condition.MINOR_UNNAMED,
                since=now,
                source="test",
            )
        )
    assert due_now(world.account_id) == Money(0)
    terms = {"account_id": world.account_id, "staff": staff, "on": ON, "now": now}
    named = name_guarantor(guarantor=GUARDIAN, **terms)
    assert (named.display_name, named.repeated) == ("Guardia Sample", False)
    assert due_now(world.account_id) == Money(58_00)
    with read_only() as session:
        version = session.scalars(select(RecordVersion)).one()
        event = session.scalars(select(AuditEvent)).one()
        assert version.before["last_name"] == "Parent or guardian of Minny Sample"
        assert version.source == f"staff:{staff.login_id}"
        assert (event.action, event.account_ids) == ("update", [world.account_id])
    assert name_guarantor(guarantor=GUARDIAN, **terms).repeated
    with pytest.raises(GuarantorRefused, match="already named"):
        name_guarantor(guarantor=replace(GUARDIAN, first_name="Other"), **terms)


def test_COLL_26_a_minor_cannot_be_the_guarantor(now: datetime) -> None:
    world, staff = add_account(named=False), add_staff("biller")
    terms = {"account_id": world.account_id, "staff": staff, "on": ON, "now": now}
    birthday = date(ON.year - 18, ON.month, ON.day)
    with pytest.raises(GuarantorRefused, match="18 or older"):
        name_guarantor(guarantor=replace(GUARDIAN, birth_on=date(2008, 3, 3)), **terms)
    assert not name_guarantor(guarantor=replace(GUARDIAN, birth_on=birthday), **terms).repeated


def test_PCI_5_no_field_takes_a_card_number(now: datetime) -> None:
    world, staff = add_account(named=False), add_staff("biller")
    with pytest.raises(CardNumberRefused):
        name_guarantor(
            account_id=world.account_id,
            guarantor=replace(GUARDIAN, street2="4242424242424242"),
            staff=staff,
            on=ON,
            now=now,
        )
    with read_only() as session:
        assert not session.get_one(GuarantorAccount, world.account_id).named


def test_no_such_account(now: datetime) -> None:
    staff = add_staff("biller")
    with pytest.raises(NotFound):
        name_guarantor(account_id=999, guarantor=GUARDIAN, staff=staff, on=ON, now=now)
