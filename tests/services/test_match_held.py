"""A payer's claim is matched by hand: the likely ones first, judged as the import judges, and once only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from billing.ledger import Account
from billing.money import Money
from portal.db import read_only
from portal.models.audit import AuditEvent
from portal.models.claims import Claim
from portal.models.work import WorkItem, WorkNote
from portal.queries.staff_candidates import Candidate, match_candidates
from portal.queries.viewer import StaffViewer
from portal.services.assign_work_item import AssignmentRefused, assign_work_item
from portal.services.keep_in_suspense import SuspenseReason, SuspenseRefused, keep_in_suspense
from portal.services.read_held_claim import read_held_claim
from portal.services.release_held import ReleaseRefused, release_held
from tests.conftest import NOW
from tests.services.payer_voice import Payer, bill, book, clp, svc, total, work
from tests.services.staff_world import add_staff
from tests.services.test_release_held import SHELF, insured, pays

pytestmark = pytest.mark.usefixtures("database_url")
TODAY = NOW.date()


def candidates(row: int) -> tuple[Candidate, ...]:
    return match_candidates(row, read_held_claim(row, SHELF))


def match(row: int, claim_id: int, staff: StaffViewer) -> bool:
    return release_held(
        remittance_claim_id=row,
        claim_id=claim_id,
        note="same patient, same day",
        staff=staff,
        store=SHELF,
        now=NOW,
    ).decided


def item_id() -> int:
    return work()[0].id


def test_C_18_candidates_are_ranked_and_say_what_differs() -> None:
    with book() as made:
        made.practice()
        _, _, claim, _ = made.insured_visit([10_000])
        made.insured_visit([20_000], name="Bluebird Mutual", tax_id="1222222222")
    row = pays(Payer(), clp("WRONG", svc("99213", 100, "CO-45 20, PR-1 50")))
    found = candidates(row)
    assert found[0].claim_id == claim.id
    assert {one.what for one in found[0].facts if one.same} >= {"Billed", "Payer", "Answered"}
    differs = {one.what: (one.theirs, one.ours) for one in found[0].differences}
    assert differs["Claim number"][0] == "WRONG"
    assert list(found) == sorted(found, key=lambda one: (-one.score, one.claim_id))


def test_a_match_is_judged_and_posted_by_the_code_of_the_import() -> None:
    visit, claim = insured(10_000)
    row = pays(Payer(), clp("WRONG", svc("99213", 100, "CO-45 20, PR-1 50")))
    assert match(row, claim.id, add_staff("payment_poster"))
    after = bill(visit.id)
    assert (after.due_now, after.plan_paid) == (Money(50_00), Money(30_00))
    assert (total(Account.PAYER_SUSPENSE), work()) == (0, [])


def test_two_people_match_at_once_and_one_is_told() -> None:
    visit, claim = insured(10_000)
    row = pays(Payer(), clp("WRONG", svc("99213", 100, "CO-45 20, PR-1 50")))
    people = [add_staff("biller"), add_staff("payment_poster")]

    def act(staff: StaffViewer) -> str:
        try:
            return str(match(row, claim.id, staff))
        except ReleaseRefused as refused:
            return str(refused)

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(act, people))
    assert said == ["It was released before. Nothing moved now.", "True"]
    assert bill(visit.id).plan_paid == Money(30_00)
    with read_only() as session:
        events = select(func.count()).where(AuditEvent.reason == "released")
        assert session.scalar(events) == 1, "one audit row, in the transaction of the money"


def suspend(item: int, staff: StaffViewer, *, days: int = 14) -> None:
    keep_in_suspense(
        item_id=item,
        reason=SuspenseReason.ASKED_PAYER,
        follow_up_on=TODAY + timedelta(days=days),
        note="ticket 4711",
        staff=staff,
        on=TODAY,
        now=NOW,
    )


def test_OPS_14_money_is_left_in_suspense_with_a_reason_and_a_day() -> None:
    _, claim = insured(10_000)
    row = pays(Payer(), clp("WRONG", svc("99213", 100, "CO-45 20, PR-1 50")))
    biller, item = add_staff("biller"), item_id()
    with pytest.raises(SuspenseRefused, match="after today"):
        suspend(item, biller, days=0)
    suspend(item, biller)
    with read_only() as session:
        found = session.get_one(WorkItem, item)
        assert (found.suspense_reason, found.due_on) == ("asked_payer", TODAY + timedelta(days=14))
        assert (found.owner_id, found.closed_at) == (biller.login_id, None)
        assert "ticket 4711" in session.scalars(select(WorkNote.text)).one()
    assert total(Account.PAYER_SUSPENSE) == -30_00, "nothing moved"
    assert match(row, claim.id, biller), "and it can still be matched"
    with pytest.raises(SuspenseRefused, match="before you"):
        suspend(item, biller)


def test_an_item_is_given_once_and_the_slower_one_is_told() -> None:
    insured(10_000)
    pays(Payer(), clp("WRONG", svc("99213", 100, "CO-45 20, PR-1 50")))
    one, two, desk = add_staff("biller"), add_staff("payment_poster"), add_staff("front_desk")

    def give(owner: StaffViewer, seen: int | None = None) -> None:
        assign_work_item(
            item_id=item_id(),
            owner_id=owner.login_id,
            seen_owner_id=seen,
            due_on=TODAY,
            staff=owner,
            now=NOW,
        )

    give(one)
    with pytest.raises(AssignmentRefused, match="Biller Sample has it now"):
        give(two)
    give(two, seen=one.login_id)
    with pytest.raises(AssignmentRefused, match="role does not decide"):
        give(desk, seen=two.login_id)
    with read_only() as session:
        assert session.get_one(WorkItem, item_id()).owner_id == two.login_id
        claim = session.scalars(select(Claim.state)).all()
    assert claim == ["open"]
