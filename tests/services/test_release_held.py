"""Held money goes where a person sends it: with the whole decision where it can be judged now."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from billing.ledger import Account
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.claims import Claim, Visit
from portal.models.ledger import JournalEntry
from portal.services.post_remittance import post_remittance
from portal.services.release_held import Released, ReleaseRefused, release_held
from tests.conftest import NOW
from tests.services.payer_voice import (
    Payer,
    bill,
    book,
    clp,
    dispositions,
    negated,
    rows,
    staff,
    svc,
    total,
    work,
)
from tests.services.payer_voice import verify_ledger as verified

pytestmark = pytest.mark.usefixtures("database_url")


class Shelf:
    """A document store in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, content: bytes) -> str:
        self.kept[str(len(self.kept))] = content
        return str(len(self.kept) - 1)

    def get(self, key: str) -> bytes:
        return self.kept[key]


SHELF = Shelf()


def pays(payer: Payer, *claims) -> int:
    """Post a file that is kept; the id of its first claim's row."""
    report = post_remittance(data=payer.data(*claims), name="t", now=NOW, store=SHELF)
    assert report.status == "posted"
    with read_only() as session:
        return rows(session)[-len(claims)].id


def release(row_id: int, claim_id: int | None = None, at: datetime = NOW) -> Released:
    released = release_held(
        remittance_claim_id=row_id,
        claim_id=claim_id,
        note="found by phone",
        staff=staff(),
        store=SHELF,
        now=at,
    )
    proof = verified()
    assert proof.ok, proof.to_json()
    return released


def insured(*cents: int) -> tuple[Visit, Claim]:
    with book() as found:
        found.practice()
        visit, _, claim, _ = found.insured_visit(list(cents))
    return visit, claim


def test_an_unmatched_decision_posts_whole_once_its_claim_is_named() -> None:
    visit, claim = insured(10_000)
    row = pays(Payer(), clp("LOST", svc("99213", 100, "CO-45 20, PR-1 50")))
    assert (total(Account.PAYER_SUSPENSE), work()[0].kind) == (-3_000, "unmatched")
    with pytest.raises(ReleaseRefused):
        release(row)
    released = release(row, claim.id)
    assert (released.decided, released.amount) == (True, Money(3_000))
    after = bill(visit.id)
    assert (after.due_now, after.plan_paid, after.plan_discount) == (
        Money(5_000),
        Money(3_000),
        Money(2_000),
    )
    assert (total(Account.PAYER_SUSPENSE), work()) == (0, [])
    with pytest.raises(ReleaseRefused):
        release(row, claim.id)


def test_a_secondary_that_came_too_early_posts_after_the_primary() -> None:
    with book() as found:
        found.practice()
        visit, charges, _, _ = found.insured_visit([50_000], name="Medicare", tax_id="1111")
        found.claim(visit, charges, found.payer("Medigap", "2222"), "S")
    early = clp(visit.control_number, svc("99213", 500, "OA-23 425, PR-1 30"), status_code="2")
    row = pays(Payer("Medigap", "2222"), early)
    pays(
        Payer("Medicare", "1111"),
        clp(visit.control_number, svc("99213", 500, "CO-45 125, PR-1 75")),
    )
    assert release(row).decided
    assert bill(visit.id).due_now == Money(3_000)


def test_what_still_cannot_be_judged_moves_its_money_alone() -> None:
    visit, claim = insured(10_000, 5_000)
    row = pays(Payer(), clp(visit.control_number, svc("77777", 31)))
    released = release(row)
    assert (released.decided, released.reasons) == (False, ("a line fits none of our charges",))
    after = bill(visit.id)
    assert (after.plan_paid, after.insurance_due) == (Money(3_100), Money(11_900))
    assert after.patient_due == ZERO
    assert [c.plan_paid.cents for c in after.charges] == [2_067, 1_033]


def test_money_that_is_released_in_the_evening_stands_on_the_practices_day() -> None:
    visit, _ = insured(10_000, 5_000)
    row = pays(Payer(), clp(visit.control_number, svc("77777", 31)))
    release(row, at=datetime(2026, 3, 3, 2, 30, tzinfo=UTC))  # half past nine on March 2
    with read_only() as session:
        day = session.scalars(
            select(JournalEntry.occurred_on).where(JournalEntry.source_ref == f"release:{row}")
        ).one()
    assert day == date(2026, 3, 2)


def test_more_than_stands_open_is_refused_and_nothing_moves() -> None:
    _, claim = insured(10_000)
    row = pays(Payer(), clp("LOST", svc("77777", 310)))
    with pytest.raises(ReleaseRefused):
        release(row, claim.id)
    assert total(Account.PAYER_SUSPENSE) == -31_000


def test_a_released_decision_is_reversed_with_everything_that_stood_on_it() -> None:
    visit, claim = insured(10_000)
    payer = Payer()
    said = clp("LOST", svc("99213", 100, "CO-45 20, PR-1 50"))
    release(pays(payer, said), claim.id)
    back = negated(said, patient_control_number=visit.control_number)
    assert dispositions(payer.pays(back)) == ["posted"]
    after = bill(visit.id)
    assert (after.insurance_due, after.patient_due, after.plan_paid) == (
        Money(10_000),
        ZERO,
        ZERO,
    )
    assert (total(Account.PAYER_CLEARING), total(Account.PAYER_SUSPENSE)) == (0, 0)
