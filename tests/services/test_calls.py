"""Calls about bills: asked before they begin, counted, and what of them proves that the person was told of help (COLL-5, COLL-13 to 17)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from billing.call_rules import Outcome
from billing.holds import Condition
from portal import db
from portal.models.accounts import AccountCondition, GuarantorAccount
from portal.models.calls import PhoneCall
from portal.models.gate import CollectionProof, GateDenial, ProofRevoked
from portal.models.messages import OutboundMessage, TextNumber
from portal.models.work import WorkItem
from portal.queries.gate_facts import gate_facts
from portal.queries.viewer import StaffViewer
from portal.services.correct_call import correct_call
from portal.services.note_call import CannotNote, Heard, note_call, note_their_call
from portal.services.open_work import open_work
from portal.services.refusal import NotFound
from portal.services.set_hold import HoldAsked, set_hold
from portal.services.start_call import CallRefused, start_call
from tests.services.gate_world import owing
from tests.services.staff_world import add_staff
from tests.services.statement_world import DAY, noon

pytestmark = pytest.mark.usefixtures("database_url")
MOBILE = "+12125550142"
SPOKE = Heard(outcome=Outcome.SPOKE, spoke_with="Testa Sample", told_of_help=True)


def phone(account_id: int, number: str = MOBILE) -> None:
    with db.transaction() as session:
        session.get_one(GuarantorAccount, account_id).mobile = number


def begin(staff: StaffViewer, account_id: int, now: datetime, number: str = "") -> UUID:
    call_id = uuid4()
    start_call(staff=staff, call_id=call_id, account_id=account_id, number=number, now=now)
    return call_id


def made(staff: StaffViewer, account_id: int, on: date, heard: Heard, number: str = "") -> UUID:
    call_id = begin(staff, account_id, noon(on), number)
    note_call(staff=staff, account_id=account_id, call_id=call_id, heard=heard, now=noon(on))
    return call_id


def world() -> tuple[int, StaffViewer]:
    account_id, _ = owing()
    phone(account_id)
    return account_id, add_staff("collections")


def told(account_id: int, on: date) -> tuple[date, ...]:
    with db.read_only() as session:
        return gate_facts(session, on=on, account_ids=[account_id])[account_id].oral_attempts


def days(n: int) -> date:
    return DAY + timedelta(days=n)


def test_COLL_5_a_call_that_told_of_help_proves_it_and_closes_the_work() -> None:
    account_id, staff = world()
    with db.transaction() as session:
        open_work(
            session,
            key="dunning:1:oral_attempt",
            kind="tell_of_help",
            reasons=["Call"],
            next_step="Call",
            account_id=account_id,
            now=noon(DAY),
        )
    call_id = begin(staff, account_id, noon(DAY))
    assert told(account_id, DAY) == ()
    for _ in range(2):
        note_call(staff=staff, account_id=account_id, call_id=call_id, heard=SPOKE, now=noon(DAY))
    assert told(account_id, DAY) == (DAY,)
    with db.read_only() as session:
        [proof] = session.scalars(select(CollectionProof))
        item = session.scalars(select(WorkItem).where(WorkItem.kind == "tell_of_help")).one()
    assert proof.source == f"call:{call_id}"
    assert proof.facts == {"number": MOBILE, "caller": staff.login_id, "outcome": "spoke"}
    assert item.closed_at is not None
    assert item.closed_by_id == staff.login_id


@pytest.mark.parametrize(
    "heard",
    [
        Heard(outcome=Outcome.NO_ANSWER),
        Heard(outcome=Outcome.LEFT_MESSAGE),
        Heard(outcome=Outcome.WRONG_NUMBER),
        Heard(outcome=Outcome.SPOKE, spoke_with="Testa Sample"),
    ],
)
def test_COLL_5_one_call_that_told_nobody_proves_nothing(heard: Heard) -> None:
    account_id, staff = world()
    made(staff, account_id, DAY, heard)
    assert told(account_id, DAY) == ()


def test_COLL_5_the_third_day_without_an_answer_is_an_attempt() -> None:
    account_id, staff = world()
    for n in (0, 1, 2):
        assert told(account_id, days(n)) == ()
        made(staff, account_id, days(n), Heard(outcome=Outcome.NO_ANSWER))
    assert told(account_id, days(2)) == (days(2),)


def test_COLL_5_a_call_that_reached_somebody_else_is_taken_back_and_asked_for_again() -> None:
    account_id, staff = world()
    call_id = made(staff, account_id, DAY, SPOKE)
    reason = "The caller said that she is another person."
    for _ in range(2):
        correct_call(
            staff=staff, account_id=account_id, call_id=call_id, reason=reason, now=noon(days(1))
        )
    assert told(account_id, days(1)) == ()
    with db.read_only() as session:
        [revoked] = session.scalars(select(ProofRevoked))
        row = session.get_one(PhoneCall, call_id)
        number = session.get_one(TextNumber, MOBILE)
        kinds = set(session.scalars(select(WorkItem.kind).where(WorkItem.closed_at.is_(None))))
    assert revoked.reason == reason
    assert (row.outcome, row.correction) == ("wrong_number", f"Noted first as spoke. {reason}")
    assert number.bad_since is not None
    assert {"tell_of_help", "bad_number"} <= kinds
    with pytest.raises(CallRefused, match="MSG-13"):
        begin(staff, account_id, noon(days(9)))
    made(staff, account_id, days(9), SPOKE, number="+12125550199")
    assert told(account_id, days(9)) == (days(9),)


def test_COLL_5_days_without_an_answer_at_a_wrong_number_are_taken_back() -> None:
    account_id, staff = world()
    for n in (0, 1, 2):
        made(staff, account_id, days(n), Heard(outcome=Outcome.NO_ANSWER))
    assert told(account_id, days(8)) == (days(2),)
    made(staff, account_id, days(8), Heard(outcome=Outcome.WRONG_NUMBER))
    assert told(account_id, days(8)) == ()


def test_COLL_14_the_week_after_a_conversation_is_refused_with_its_rule_and_kept() -> None:
    account_id, staff = world()
    made(staff, account_id, DAY, Heard(outcome=Outcome.REFUSED, spoke_with="Testa"))
    with pytest.raises(CallRefused, match="COLL-14"):
        begin(staff, account_id, noon(days(6)))
    with db.read_only() as session:
        denial = session.scalars(select(GateDenial)).one()
        assert (denial.action, denial.rule_ids) == ("call", ["COLL-14"])
        assert len(session.scalars(select(PhoneCall)).all()) == 1
    begin(staff, account_id, noon(days(7)))


def test_COLL_13_texts_and_emails_that_left_count_towards_three_contacts() -> None:
    account_id, staff = world()
    with db.transaction() as session:
        for n, channel in enumerate(("sms", "email", "email")):
            session.add(
                OutboundMessage(
                    channel=channel,
                    recipient="x",
                    category="billing",
                    template="t",
                    body="",
                    guarantor_account_id=account_id,
                    state="delivered",
                    created_at=noon(days(n)),
                    sent_at=noon(days(n)),
                )
            )
    with pytest.raises(CallRefused, match="COLL-13"):
        begin(staff, account_id, noon(days(3)))
    begin(staff, account_id, noon(days(7)))


def test_COLL_15_hours_of_address_and_area_code_both_count() -> None:
    account_id, staff = world()
    phone(account_id, "+18085550142")  # Hawaii; the address is in New York
    with pytest.raises(CallRefused, match="COLL-15"):
        begin(staff, account_id, noon(DAY))  # ten in New York, five in Honolulu
    begin(staff, account_id, noon(DAY) + timedelta(hours=5))


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        (Condition.ATTORNEY, "COLL-17"),
        (Condition.DO_NOT_CONTACT, "COLL-17"),
        (Condition.BANKRUPTCY, "COLL-24"),
    ],
)
def test_COLL_17_24_a_hold_stands_against_a_call(kind: Condition, rule: str) -> None:
    account_id, staff = world()
    asked = HoldAsked(kind=kind, reason="A letter")
    set_hold(staff=staff, account_id=account_id, asked=asked, now=noon(DAY))
    with pytest.raises(CallRefused, match=rule):
        begin(staff, account_id, noon(DAY))


def test_their_own_call_meets_no_cap_and_begins_the_week_of_rest() -> None:
    account_id, staff = world()
    made(staff, account_id, DAY, Heard(outcome=Outcome.SPOKE, spoke_with="Testa"))
    call_id = uuid4()
    for _ in range(2):
        note_their_call(
            staff=staff,
            account_id=account_id,
            call_id=call_id,
            number="",
            heard=SPOKE,
            now=noon(days(3)),
        )
    assert told(account_id, days(3)) == (days(3),)
    with pytest.raises(CallRefused, match="COLL-14"):
        begin(staff, account_id, noon(days(9)))


def test_COLL_21_a_message_tells_nobody_of_help_and_a_talk_needs_a_name() -> None:
    account_id, staff = world()
    call_id = begin(staff, account_id, noon(DAY))
    for heard in (
        Heard(outcome=Outcome.LEFT_MESSAGE, told_of_help=True),
        Heard(outcome=Outcome.SPOKE),
    ):
        with pytest.raises(CannotNote):
            note_call(
                staff=staff, account_id=account_id, call_id=call_id, heard=heard, now=noon(DAY)
            )


def test_another_accounts_call_is_not_found_and_a_role_that_may_not_is_refused() -> None:
    account_id, staff = world()
    call_id = begin(staff, account_id, noon(DAY))
    with pytest.raises(NotFound):
        note_call(
            staff=staff, account_id=account_id + 1, call_id=call_id, heard=SPOKE, now=noon(DAY)
        )
    with pytest.raises(CallRefused):
        begin(add_staff("biller"), account_id, noon(DAY))


def test_a_wrong_number_leaves_an_account_that_nothing_else_reaches_unreachable() -> None:
    account_id, staff = world()
    with db.transaction() as session:
        account = session.get_one(GuarantorAccount, account_id)
        account.street = account.city = account.postal_code = ""
    made(staff, account_id, DAY, Heard(outcome=Outcome.WRONG_NUMBER))
    with db.read_only() as session:
        kinds = session.scalars(select(AccountCondition.kind)).all()
    assert kinds == ["unreachable"]
