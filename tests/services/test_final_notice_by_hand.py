"""COLL-4, COLL-12: a person asks for the final notice, is refused in words, and makes one letter."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from billing.holds import Condition
from portal import db
from portal.models.gate import GateDenial
from portal.models.notices import Notice
from portal.models.work import WorkItem
from portal.services.run_day import run_day
from portal.services.send_final_notice import NoticeRefused, send_final_notice
from portal.services.set_hold import HoldAsked, set_hold
from tests.services.gate_world import owing
from tests.services.placement_world import agency
from tests.services.staff_world import add_staff
from tests.services.statement_world import DAY, Office, after, later, noon

pytestmark = pytest.mark.usefixtures("database_url")


def hire() -> None:
    def approved(w):
        row = agency(w)
        row.approved_by_id, row.approved_at = row.added_by_id, noon(DAY)

    later(approved)


def ask(account_id: int, number: int, *, form_id: UUID | None = None, role: str = "collections"):
    on = after(number)
    send_final_notice(
        staff=add_staff(role, email=f"{uuid4()}@example.com"),
        form_id=form_id or uuid4(),
        account_id=account_id,
        public_url="http://localhost",
        on=on,
        now=noon(on),
    )


def notices() -> list[Notice]:
    with db.read_only() as session:
        return list(session.scalars(select(Notice).where(Notice.kind == "final_notice")))


def test_COLL_4_a_letter_is_refused_in_words_until_its_steps_are_there_and_then_made_once(
    tmp_path,
) -> None:
    account_id, _ = owing()
    office = Office(tmp_path)
    run_day(on=DAY, now=noon(DAY), office=office)
    with pytest.raises(NoticeRefused, match=r"four statements that arrived.*STMT-10"):
        ask(account_id, 1)
    for number in (30, 60, 90):
        run_day(on=after(number), now=noon(after(number)), office=office)
    with pytest.raises(NoticeRefused, match=r"agency whose contract.*COLL-12"):
        ask(account_id, 91)
    hire()
    with pytest.raises(NoticeRefused, match="Your role"):
        ask(account_id, 91, role="biller")
    form_id = uuid4()
    for _ in range(2):
        ask(account_id, 91, form_id=form_id)
    with pytest.raises(NoticeRefused, match="waits to be sent"):
        ask(account_id, 91)
    [notice] = notices()
    assert notice.made_by_id is not None
    with db.read_only() as session:
        item = session.scalars(select(WorkItem).where(WorkItem.kind == "final_notice")).one()
    assert item.closed_at is not None
    run_day(on=after(91), now=noon(after(91)), office=office)
    [notice] = notices()
    assert notice.state == "sent"


def test_CORE_5_a_hold_says_no_by_hand_too_and_the_no_is_kept(tmp_path) -> None:
    account_id, _ = owing()
    office = Office(tmp_path)
    for number in (0, 30, 60, 90):
        run_day(on=after(number), now=noon(after(number)), office=office)
    hire()
    asked = HoldAsked(kind=Condition.ATTORNEY, reason="A letter")
    set_hold(staff=add_staff("manager"), account_id=account_id, asked=asked, now=noon(after(90)))
    with pytest.raises(NoticeRefused, match=r"an attorney speaks for this account \(COLL-17\)"):
        ask(account_id, 91)
    assert notices() == []
    with db.read_only() as session:
        assert "send_final_notice" in set(session.scalars(select(GateDenial.asked_by)))
