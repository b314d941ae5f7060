"""One reversible adjustment: a reason, an approver's limit, never below zero, twice is once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from billing.adjustments import AdjustmentKind, AdjustmentRefused
from billing.free_text import CardNumberRefused
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.audit import AuditEvent
from portal.models.ledger import JournalEntry
from portal.queries.balances import balances
from portal.queries.viewer import StaffViewer
from portal.services.adjust_balance import Adjusted, adjust_balance
from portal.services.refusal import NotFound
from portal.services.reverse_adjustment import ReversalRefused, reverse_adjustment
from tests.services.staff_world import ON, World, add_account, add_staff

pytestmark = pytest.mark.usefixtures("database_url")


def adjust(world: World, staff: StaffViewer, now: datetime, **changes: object) -> Adjusted:
    terms: dict[str, object] = {
        "form_id": uuid4(),
        "account_id": world.account_id,
        "charge_id": world.charge_ids[0],
        "kind": AdjustmentKind.OUR_ERROR,
        "amount": Money(20_00),
        "reason": "Billed the wrong code",
        "staff": staff,
        "on": ON,
        "now": now,
    }
    return adjust_balance(**(terms | changes))  # type: ignore[arg-type]


def owed(world: World) -> Money:
    with read_only() as session:
        return balances(session, on=ON, account_ids=[world.account_id])[0].patient_due


def entries() -> int:
    with read_only() as session:
        return (
            session.scalar(
                select(func.count())
                .select_from(JournalEntry)
                .where(JournalEntry.source_ref.like("staff:%"))
            )
            or 0
        )


def test_an_adjustment_takes_its_amount_off_the_line(now: datetime) -> None:
    world, staff = add_account(), add_staff("biller")
    done = adjust(world, staff, now)
    assert owed(world) == Money(38_00)
    with read_only() as session:
        entry = session.get_one(JournalEntry, done.entry_id)
        assert entry.memo == "Our billing mistake: Billed the wrong code"
        event = session.scalars(select(AuditEvent)).one()
        assert (event.action, event.login_id) == ("create", staff.login_id)
        assert event.account_ids == [world.account_id]


def test_the_same_form_twice_is_one_entry(now: datetime) -> None:
    world, staff, form = add_account(), add_staff("biller"), uuid4()
    first = adjust(world, staff, now, form_id=form)
    again = adjust(world, staff, now, form_id=form)
    assert (first.repeated, again.repeated) == (False, True)
    assert again.entry_id == first.entry_id
    assert owed(world) == Money(38_00)


def test_a_double_click_at_once_is_one_entry(now: datetime) -> None:
    world, staff, form = add_account(), add_staff("biller"), uuid4()
    with ThreadPoolExecutor(2) as clicks:
        done = [
            click.result()
            for click in [clicks.submit(adjust, world, staff, now, form_id=form) for _ in range(2)]
        ]
    assert sorted(d.repeated for d in done) == [False, True]
    assert (owed(world), entries()) == (Money(38_00), 1)


def test_two_people_at_once_never_go_below_zero(now: datetime) -> None:
    world, staff = add_account(), add_staff("biller")

    def try_it(_: int) -> UUID | None:
        try:
            return adjust(world, staff, now, amount=Money(30_00)).entry_id
        except AdjustmentRefused:
            return None

    with ThreadPoolExecutor(2) as people:
        done = list(people.map(try_it, range(2)))
    assert sum(d is not None for d in done) == 1
    assert owed(world) == Money(28_00)


def test_STMT_25_a_biller_cannot_waive_and_nothing_goes_below_zero(now: datetime) -> None:
    world, staff = add_account(), add_staff("biller")
    for changes, words in (
        ({"kind": AdjustmentKind.HARDSHIP}, "Ask a manager"),
        ({"amount": Money(50_01)}, "Only \\$50.00 is open"),
        ({"reason": " "}, "Say why"),
    ):
        with pytest.raises(AdjustmentRefused, match=words):
            adjust(world, staff, now, **changes)
    assert entries() == 0


def test_PCI_5_a_reason_with_a_card_number_is_refused(now: datetime) -> None:
    world, staff = add_account(), add_staff("biller")
    with pytest.raises(CardNumberRefused):
        adjust(world, staff, now, reason="paid with 4242 4242 4242 4242")
    assert entries() == 0


def test_a_line_of_another_account_is_not_found(now: datetime) -> None:
    world, other, staff = add_account(), add_account("7000002"), add_staff("biller")
    with pytest.raises(NotFound):
        adjust(world, staff, now, charge_id=other.charge_ids[0])


def test_a_reversal_brings_the_balance_back_once(now: datetime) -> None:
    world, staff = add_account(), add_staff("biller")
    made = adjust(world, staff, now)

    def undo() -> bool:
        return reverse_adjustment(
            entry_id=made.entry_id,
            account_id=world.account_id,
            reason="The code was right",
            staff=staff,
            on=ON,
            now=now,
        ).repeated

    assert (undo(), undo()) == (False, True)
    assert owed(world) == Money(58_00)
    with read_only() as session:
        reversing = session.scalars(
            select(JournalEntry).where(JournalEntry.reverses_id == made.entry_id)
        ).one()
        assert (reversing.kind, reversing.memo) == ("adjustment_reversal", "The code was right")


def test_only_a_staff_adjustment_of_this_account_can_be_taken_back(now: datetime) -> None:
    world, other, staff = add_account(), add_account("7000002"), add_staff("biller")
    made = adjust(world, staff, now)
    with read_only() as session:
        charge = session.scalars(select(JournalEntry.id).where(JournalEntry.kind != "adjustment"))
        charge_entry = charge.first()
    terms = {"reason": "x", "staff": staff, "on": ON, "now": now}
    with pytest.raises(NotFound):
        reverse_adjustment(entry_id=made.entry_id, account_id=other.account_id, **terms)
    with pytest.raises(NotFound):
        reverse_adjustment(entry_id=uuid4(), account_id=world.account_id, **terms)
    with pytest.raises(ReversalRefused, match="made by staff"):
        reverse_adjustment(entry_id=charge_entry, account_id=world.account_id, **terms)
    with pytest.raises(ReversalRefused, match="role"):
        reverse_adjustment(
            entry_id=made.entry_id,
            account_id=world.account_id,
            **(terms | {"staff": add_staff("payment_poster")}),
        )
    with pytest.raises(ReversalRefused, match="Say why"):
        reverse_adjustment(
            entry_id=made.entry_id, account_id=world.account_id, **(terms | {"reason": " "})
        )
    assert owed(world) - ZERO == Money(38_00)
