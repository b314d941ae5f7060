"""A batch of EOBs is closed by 17:00, or by 10:00 of the next business day; a missed hour is work (OPS-12)."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from billing.batch_deadline import batch_deadline
from billing.money import Money
from billing.settings import Key
from portal.db import read_only, transaction
from portal.models.accounts import Payer
from portal.models.eobs import EobBatch, EobEntry
from portal.models.settings import PracticeSetting
from portal.models.work import WorkItem
from portal.services.tend_batches import BatchesTended, tend_batches
from tests.services.staff_world import add_staff

NEW_YORK = ZoneInfo("America/New_York")
THURSDAY = date(2026, 4, 2)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), NEW_YORK)


@pytest.mark.parametrize(
    ("begun", "until"),
    [
        (at(THURSDAY, 9), at(THURSDAY, 17)),
        (at(THURSDAY, 16, 59), at(THURSDAY, 17)),
        (at(THURSDAY, 17), at(date(2026, 4, 3), 10)),
        (at(date(2026, 4, 3), 18), at(date(2026, 4, 6), 10)),  # Friday evening
        (at(date(2026, 4, 4), 9), at(date(2026, 4, 6), 10)),  # Saturday
        (at(date(2026, 5, 25), 9), at(date(2026, 5, 26), 10)),  # Memorial Day
    ],
)
def test_OPS_12_a_batch_closes_that_day_or_the_next_business_morning(
    begun: datetime, until: datetime
) -> None:
    assert batch_deadline(begun, closes=time(17), next_morning=time(10)) == until


def begin(begun: datetime, *, checks: int = 1) -> tuple[UUID, int]:
    """A batch with one EOB that is typed and not posted; its id, and whose it is."""
    poster, batch_id = add_staff("payment_poster"), uuid4()
    with transaction() as session:
        payer = Payer(identifier="ACME", name="Acme Health")
        session.add(payer)
        session.flush()
        session.add(
            EobBatch(
                id=batch_id,
                received_on=begun.date(),
                checks=checks,
                total=Money(5_00),
                login_id=poster.login_id,
                begun_at=begun,
            )
        )
        session.flush()
        session.add(
            EobEntry(
                id=uuid4(),
                batch_id=batch_id,
                payer_id=payer.id,
                method="check",
                number="77",
                issued_on=begun.date(),
                total=Money(5_00),
                document={},
                state="draft",
                version=1,
                begun_by_id=poster.login_id,
                begun_at=begun,
                changed_by_id=poster.login_id,
                changed_at=begun,
            )
        )
    return batch_id, poster.login_id


def typed(state: str) -> None:
    with transaction() as session:
        session.execute(update(EobEntry).values(state=state))


def items() -> list[WorkItem]:
    with read_only() as session:
        return list(session.scalars(select(WorkItem).where(WorkItem.kind == "batch_open")))


@pytest.mark.usefixtures("database_url")
def test_OPS_12_a_batch_open_after_its_hour_is_work_once_and_ends_by_itself() -> None:
    batch_id, login_id = begin(at(THURSDAY, 9))
    assert tend_batches(now=at(THURSDAY, 16, 59)) == BatchesTended(0, 0)
    assert tend_batches(now=at(THURSDAY, 17)) == BatchesTended(1, 0)
    assert tend_batches(now=at(THURSDAY, 18)) == BatchesTended(0, 0)
    [item] = items()
    assert (item.dedupe_key, item.owner_id) == (f"batch_open:{batch_id}", login_id)
    assert (item.amount, item.due_on) == (Money(5_00), THURSDAY)
    assert item.reasons == [
        "of 1 counted on Apr 2, 2026, 0 are posted; it was to close by 5:00 PM of Apr 2"
    ]
    typed("posted")
    assert tend_batches(now=at(THURSDAY, 19)) == BatchesTended(0, 1)
    assert items()[0].outcome == "posted"


@pytest.mark.usefixtures("database_url")
def test_OPS_12_a_batch_with_fewer_typed_than_counted_is_open_and_a_posted_one_is_not() -> None:
    begin(at(THURSDAY, 9), checks=2)
    typed("posted")
    assert tend_batches(now=at(THURSDAY, 17)) == BatchesTended(1, 0)
    with transaction() as session:
        session.execute(update(EobBatch).values(checks=1))
    assert tend_batches(now=at(THURSDAY, 17)) == BatchesTended(0, 1)


@pytest.mark.usefixtures("database_url")
def test_OPS_12_the_hour_is_the_practices_own_setting() -> None:
    _, login_id = begin(at(THURSDAY, 9))
    with transaction() as session:
        session.add(
            PracticeSetting(
                key=Key.BATCH_CLOSES.value,
                value=15 * 60,
                effective_from=THURSDAY,
                reason="the courier comes early",
                login_id=login_id,
                at=at(THURSDAY, 8),
            )
        )
    assert tend_batches(now=at(THURSDAY, 14, 59)) == BatchesTended(0, 0)
    assert tend_batches(now=at(THURSDAY, 15)) == BatchesTended(1, 0)
