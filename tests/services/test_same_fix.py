"""One fix, done to every item of its pattern: previewed to the cent, each by itself, once for a press."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select

from billing.ledger import Account
from billing.money import Money
from portal.db import read_only
from portal.models.claims import Charge, Visit
from portal.models.work import WorkItem
from portal.services.preview_same_fix import preview_same_fix
from portal.services.refusal import NotFound
from portal.services.release_held import release_held
from portal.services.repeat_fix import Repeated, repeat_fix
from portal.services.send_back import Way, send_back
from portal.services.take_item import Turn
from tests.conftest import NOW
from tests.services.payer_voice import (
    ON,
    Payer,
    bill,
    book,
    clp,
    staff,
    svc,
    total,
    verify_ledger,
    work,
)
from tests.services.test_release_held import SHELF, pays

pytestmark = pytest.mark.usefixtures("database_url")


def many(*cents: int, codes: tuple[str, ...] = ()) -> list[Visit]:
    """A visit for each amount, and the payer's answers under its own code: held, one after another."""
    payer, visits = Payer(), []
    with book() as made:
        made.practice()
        row = made.payer()
        for one in cents:
            patient = made.patient(made.account())
            made.coverage(patient, row)
            visit, lines = made.visit(patient, [one])
            made.claim(visit, lines, row)
            visits.append(visit)
    for number, visit in enumerate(visits):
        code = codes[number] if codes else "99214"
        said = svc(code, cents[number] / 100, "CO-45 20, PR-1 10")
        pays(payer, clp(visit.control_number, said))
    return visits


def fix_first() -> int:
    """Match the first by hand; the id of its item."""
    first = work()[0]
    with read_only() as session:
        item = session.get_one(WorkItem, first.id)
        charge = session.scalars(select(Charge.id).where(Charge.visit_id == item.visit_id)).one()
    release_held(
        remittance_claim_id=first.remittance_claim_id or 0,
        claim_id=first.claim_id,
        lines={1: [charge]},
        note="their code for it",
        staff=staff(),
        store=SHELF,
        now=NOW,
        turn=Turn(uuid.uuid4(), 0),
    )
    return first.id


def press(item: int, chosen: set[int], form_id: uuid.UUID | None = None) -> list[Repeated]:
    seen = preview_same_fix(item, store=SHELF, on=ON).seen
    done = repeat_fix(
        item_id=item,
        chosen=chosen,
        form_id=form_id or uuid.uuid4(),
        seen=seen,
        staff=staff(),
        store=SHELF,
        on=ON,
        now=NOW,
    )
    assert verify_ledger().ok
    return list(done)


def test_a_matched_code_is_offered_for_its_pattern_to_the_cent_and_posts_as_previewed() -> None:
    visits = many(100_00, 80_01, 60_00)
    item = fix_first()
    shown = preview_same_fix(item, store=SHELF, on=ON)
    assert [(one.would, one.possible) for one in shown.others] == [
        ("Posts plan paid $50.01, plan discount $20.00, patient owes $10.00.", True),
        ("Posts plan paid $30.00, plan discount $20.00, patient owes $10.00.", True),
    ]
    assert total(Account.PAYER_SUSPENSE) == -80_01, "a preview moves nothing"
    done = press(item, {one.row.id for one in shown.others})
    assert [one.done for one in done] == [True, True]
    assert [bill(visit.id).plan_paid for visit in visits] == [
        Money(70_00),
        Money(50_01),
        Money(30_00),
    ]
    assert [bill(visit.id).due_now for visit in visits] == [Money(10_00)] * 3
    assert (total(Account.PAYER_SUSPENSE), work()) == (0, [])


def test_only_the_same_payer_and_the_same_codes_are_one_pattern() -> None:
    many(100_00, 100_00, 100_00, codes=("99214", "99215", "99214"))
    item = fix_first()
    shown = preview_same_fix(item, store=SHELF, on=ON)
    assert [one.row.id for one in shown.others] == [work()[-1].id]


def test_what_is_not_ticked_stays_and_one_refusal_stops_no_other() -> None:
    many(100_00, 80_00, 60_00, 40_00)
    item = fix_first()
    second, third, fourth = (one for one in work())
    shown = preview_same_fix(item, store=SHELF, on=ON)
    # Somebody else releases the second between the preview and the press.
    release_held(
        remittance_claim_id=second.remittance_claim_id or 0,
        note="by hand",
        staff=staff(),
        store=SHELF,
        now=NOW,
    )
    done = repeat_fix(
        item_id=item,
        chosen={second.id, third.id},
        form_id=uuid.uuid4(),
        seen=shown.seen,
        staff=staff(),
        store=SHELF,
        on=ON,
        now=NOW,
    )
    assert [(one.item_id, one.done) for one in done] == [(third.id, True)]
    assert [one.id for one in work()] == [fourth.id]


def test_the_same_press_twice_acts_once_on_each() -> None:
    many(100_00, 80_00)
    item, form_id = fix_first(), uuid.uuid4()
    [other] = work()
    assert [one.done for one in press(item, {other.id}, form_id)] == [True]
    assert press(item, {other.id}, form_id) == [], "it is closed, and not offered again"
    assert total(Account.PAYER_SUSPENSE) == 0


def test_what_was_sent_back_is_sent_back_for_the_pattern_too() -> None:
    payer = Payer()
    with book() as made:
        made.practice()
    for number in ("A1", "A2"):
        pays(payer, clp(number, svc("99213", 100)))
    first, second = work()
    with pytest.raises(NotFound):
        preview_same_fix(first.id, store=SHELF, on=ON)
    send_back(
        item_id=first.id,
        way=Way.PHONE,
        what="We do not know this claim.",
        follow_up_on=ON.replace(day=30),
        staff=staff(),
        on=ON,
        now=NOW,
        turn=Turn(uuid.uuid4(), 0),
    )
    [shown] = preview_same_fix(first.id, store=SHELF, on=ON).others
    assert shown.would == "The payer is asked the same; ask again on 03/30/2026. No money moves."
    assert [one.done for one in press(first.id, {second.id})] == [True]
    with read_only() as session:
        assert session.get_one(WorkItem, second.id).waiting_for == "payer"
