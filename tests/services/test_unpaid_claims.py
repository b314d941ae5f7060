"""Claims that nobody answers: asked for after 30 days, 21 of Medicare, and again as long as none comes (OPS-3)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from portal import db
from portal.models.claims import Claim
from portal.models.work import WorkItem
from portal.services.tend_unpaid_claims import KIND, UnpaidTended, tend_unpaid_claims
from tests.services.statement_world import later, noon, world

pytestmark = pytest.mark.usefixtures("database_url")
SENT = date(2026, 2, 2)
NOTHING = UnpaidTended(opened=0, answered=0)


def build(w, *, filing_code=""):
    bill = w.bill()
    claim = bill[2]
    claim.submitted_on, claim.filing_code = SENT, filing_code
    return claim.id


def tend(days: int) -> UnpaidTended:
    on = SENT + timedelta(days=days)
    return tend_unpaid_claims(on=on, now=noon(on))


def items() -> list[WorkItem]:
    with db.read_only() as session:
        return list(
            session.scalars(select(WorkItem).where(WorkItem.kind == KIND).order_by(WorkItem.id))
        )


@pytest.mark.parametrize(("filing_code", "days"), [("", 30), ("MB", 21)])
def test_OPS_3_it_is_asked_for_on_its_day_and_once(filing_code, days):
    world(lambda w: build(w, filing_code=filing_code))
    assert tend(days - 1) == NOTHING
    assert tend(days) == UnpaidTended(opened=1, answered=0)
    assert tend(days) == NOTHING
    (item,) = items()
    assert f"has not answered for {days} days" in item.reasons[0]
    assert item.due_on > SENT + timedelta(days=days)


def test_OPS_3_asked_and_still_silent_it_comes_again():
    world(build)
    tend(30)

    def close(w):
        item = w.session.scalars(select(WorkItem).where(WorkItem.kind == KIND)).one()
        item.closed_at = noon(SENT + timedelta(days=33))

    later(close)
    assert tend(62) == NOTHING
    assert tend(63) == UnpaidTended(opened=1, answered=0)
    assert "for 63 days" in items()[1].reasons[0]


def test_OPS_3_an_answer_closes_it_and_a_decided_claim_is_never_asked_for():
    claim_id = world(build)
    tend(30)
    later(lambda w: setattr(w.session.get_one(Claim, claim_id), "state", "decided"))
    assert tend(31) == UnpaidTended(opened=0, answered=1)
    assert tend(90) == NOTHING
    (item,) = items()
    assert isinstance(item.closed_at, datetime)
