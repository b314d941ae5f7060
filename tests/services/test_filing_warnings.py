"""A claim that nobody answered warns before its last day, by the law's limit or the payer's own (OPS-4)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from billing.appeal_clock import Basis, Limit
from portal.db import transaction
from portal.models.claims import Claim
from portal.services.keep_payer_deadline import NewLimit, keep_payer_deadline
from portal.services.warn_filing import warn_filing
from tests.conftest import NOW
from tests.services.ledger_book import SERVICE_ON
from tests.services.payer_voice import Payer, book, clp, staff, svc, work

pytestmark = pytest.mark.usefixtures("database_url")


def warned(gone: int) -> list[tuple[str, str]]:
    warn_filing(on=SERVICE_ON + timedelta(days=gone), now=NOW)
    return [(item.reasons[0], item.next_step) for item in work("filing_deadline")]


def test_OPS_4_a_payers_own_limit_warns_at_half_at_four_fifths_and_when_it_is_over() -> None:
    with book() as found:
        found.practice()
        visit, _, _, payer = found.insured_visit([10_000])
    assert warned(200) == [], "without a contract no limit is known"
    limit = NewLimit(
        what=Limit.FILING,
        days=90,
        basis=Basis.SERVICE,
        since=date(2026, 1, 1),
        source="Contract, page 3",
    )
    keep_payer_deadline(payer_id=payer.id, limit=limit, staff=staff(), now=NOW)
    assert warned(44) == []
    [(reason, step)] = warned(46)
    assert reason == "Acme Health has not answered, and the last day to file is May 4, 2026"
    assert "send it again" in step
    assert warned(46) == [(reason, step)]
    assert len(warned(75)) == 1
    [(reason, step)] = warned(92)
    assert "was May 4, 2026" in reason
    assert "The patient never owes it" in step
    Payer().pays(clp(visit.control_number, svc("99213", 100, "CO-45 20")))
    assert warned(93) == []


def test_OPS_4_medicare_counts_one_calendar_year() -> None:
    with book() as found:
        found.practice()
        found.insured_visit([10_000])
    with transaction() as session:
        session.execute(update(Claim).values(filing_code="MB"))
    assert warned(180) == []
    [(reason, _)] = warned(184)
    assert reason.endswith("the last day to file is February 3, 2027")
