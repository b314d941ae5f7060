"""The gate over real books: denials, clocks, state law, what a person holds, opens and ends."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from billing.holds import Action, Condition, Denied
from billing.money import Money
from billing.organisation import Organisation
from billing.state_rows import STATE_RULES
from portal import db
from portal.models.accounts import AccountCondition
from portal.models.bill_disputes import BillDispute
from portal.models.claims import Visit
from portal.models.gate import GateDenial
from portal.models.messages import OutboundMessage
from portal.models.statements import StatementDelivery
from portal.queries.gate_facts import gate_facts
from portal.queries.hold_rows import holds_of
from portal.services.first_statement import clear_clocks
from portal.services.prove_step import ProofKind, UnusableProof, revoke_proof
from portal.services.run_day import run_day
from portal.services.set_hold import CannotHold, HoldAsked, clear_cell, end_hold, set_hold
from portal.services.set_organisation import CannotKeep, review_state, set_organisation
from tests.services.gate_world import ask, owing, prove, read_law
from tests.services.staff_world import add_staff
from tests.services.statement_world import DAY, Office, after, later, noon, world

pytestmark = pytest.mark.usefixtures("database_url")


def test_CORE_5_every_denial_is_kept_with_who_asked() -> None:
    account_id, _ = owing()
    answer = ask(account_id, DAY)
    assert isinstance(answer, Denied)
    assert {"CORE-2", "CORE-3", "COLL-3", "COLL-4", "COLL-5", "FA-8", "STMT-9"} <= set(
        answer.rule_ids
    )
    with db.read_only() as session:
        [row] = session.scalars(select(GateDenial))
    assert (row.action, row.asked_by, row.guarantor_account_id) == ("placement", "test", account_id)
    assert tuple(row.rule_ids) == answer.rule_ids


def test_CORE_3_a_clock_stays_and_only_a_returned_delivery_clears_D0(tmp_path) -> None:
    _, visit_id = owing()
    run_day(on=DAY, now=noon(DAY), office=Office(tmp_path))
    for values in (
        {"first_statement_on": after(1)},
        {"first_statement_on": None},
        {"service_on": after(-100)},
    ):
        with pytest.raises(DBAPIError, match="CORE-3"), db.transaction() as session:
            session.execute(update(Visit).where(Visit.id == visit_id).values(**values))
    with db.transaction() as session:
        [delivery] = session.scalars(select(StatementDelivery))
        delivery.returned_on = after(5)
        session.flush()
        clear_clocks(session, delivery.statement_id, delivery.delivered_on)
    with db.read_only() as session:
        assert session.get_one(Visit, visit_id).first_statement_on is None
        changes = session.execute(
            text(
                "SELECT clock, was, now FROM clock_changes WHERE clock = 'first_statement_on' ORDER BY id"
            )
        ).all()
    assert [tuple(row) for row in changes] == [
        ("first_statement_on", None, DAY),
        ("first_statement_on", DAY, None),
    ]


def test_CORE_3_the_last_payment_is_noted_as_it_posts_and_never_grows_older() -> None:
    bill = world(lambda w: w.owed(200_00))
    later(lambda w: w.pay(bill, 10_00, on=after(3)))
    later(lambda w: w.pay(bill, 10_00, on=after(1)))
    with db.read_only() as session:
        assert session.get_one(Visit, bill[0].id).last_paid_on == after(3)
    with pytest.raises(DBAPIError, match="CORE-3"), db.transaction() as session:
        session.execute(update(Visit).where(Visit.id == bill[0].id).values(last_paid_on=after(2)))


def test_DISP_2_days_in_a_dispute_are_no_days_of_age(tmp_path) -> None:
    account_id, visit_id = owing()
    run_day(on=DAY, now=noon(DAY), office=Office(tmp_path))
    with db.transaction() as session:
        for start, end in ((10, 20), (15, 25), (40, None)):
            session.add(
                AccountCondition(
                    guarantor_account_id=account_id,
                    visit_id=visit_id,
                    kind="disputed",
                    since=noon(after(start)),
                    ended_at=noon(after(end)) if end else None,
                    source="test",
                )
            )
    with db.read_only() as session:
        facts = gate_facts(session, on=after(50), account_ids=[account_id])[account_id]
    assert facts.episodes[0].held_days == 15 + 10
    assert facts.episodes[0].dispute_ended_on == after(25)


@pytest.mark.parametrize(
    ("state", "days", "ended"),
    [
        ("open", {}, None),
        ("answered", {"rejoins_on": 34}, 20),
        (
            "answered",
            {"rejoins_on": 34, "ended_on": 34},
            20,
        ),  # the morning wrote down that it rejoined
        ("answered", {"ended_on": 30}, 30),  # a lock that a person lifted
        ("withdrawn", {"ended_on": 15}, 15),
    ],
)
def test_DISP_2_days_in_a_patients_dispute_are_no_days_of_age(
    tmp_path, state: str, days: dict[str, int], ended: int | None
) -> None:
    account_id, visit_id = owing()
    run_day(on=DAY, now=noon(DAY), office=Office(tmp_path))
    with db.transaction() as session:
        session.add(
            BillDispute(
                id=uuid4(),
                visit_id=visit_id,
                kind="amount",
                channel="portal",
                words="That is too much.",
                amount=Money(1_00),
                state=state,
                finding="valid" if state == "answered" else "",
                filed_at=noon(after(10)),
                filed_on=after(10),
                acknowledged_at=noon(after(10)),
                resolve_by=after(40),
                answered_at=noon(after(20)) if state == "answered" else None,
                **{name: after(day) for name, day in days.items()},
            )
        )
    with db.read_only() as session:
        facts = gate_facts(session, on=after(50), account_ids=[account_id])[account_id]
    (episode,) = facts.episodes
    assert episode.held_days == (next(iter(days.values())) if days else 50) - 10
    assert episode.dispute_ended_on == (after(ended) if ended else None)


def test_CORE_2_an_unread_state_denies_and_a_review_that_is_taken_back_denies_again() -> None:
    account_id, _ = owing()
    assert "CORE-2" in ask(account_id, DAY).rule_ids  # type: ignore[union-attr]  # denied either way
    read_law("NY")
    assert "CORE-2" not in ask(account_id, DAY).rule_ids  # type: ignore[union-attr]  # as above
    row = next(r for r in STATE_RULES if r.key == "COLL-T2-NY")
    asked = {
        "staff": add_staff("manager"),
        "row_key": row.key,
        "confirmed": False,
        "note": "The law has changed.",
        "now": noon(DAY),
    }
    with pytest.raises(CannotKeep):
        review_state(**asked, form_id=uuid4(), fingerprint="of other words")
    review_state(**asked, form_id=uuid4(), fingerprint=row.fingerprint)
    assert "CORE-2" in ask(account_id, DAY).rule_ids  # type: ignore[union-attr]  # as above
    with pytest.raises(CannotKeep):
        review_state(
            **(asked | {"staff": add_staff("biller")}), form_id=uuid4(), fingerprint=row.fingerprint
        )


def test_CORE_1_the_profile_counts_from_its_day_and_every_version_is_kept() -> None:
    account_id, _ = owing()
    manager = add_staff("manager")
    assert "STMT-9" in ask(account_id, DAY).rule_ids  # type: ignore[union-attr]  # denied either way
    kept = {"staff": manager, "reason": "We are a group practice in New York.", "now": noon(DAY)}
    form = uuid4()
    for _ in range(2):
        set_organisation(
            **kept,
            form_id=form,
            organisation=Organisation(states_of_service=("NY",), is_501r_hospital=False),
            starts_on=after(1),
        )
    assert "STMT-9" in ask(account_id, DAY).rule_ids  # type: ignore[union-attr]  # as above
    assert "STMT-9" not in ask(account_id, after(1)).rule_ids  # type: ignore[union-attr]  # as above
    with pytest.raises(CannotKeep):
        set_organisation(**kept, form_id=uuid4(), organisation=Organisation(), starts_on=after(-1))


def test_COLL_4_a_notice_without_its_last_day_proves_nothing_and_one_that_came_back_neither() -> (
    None
):
    account_id, _ = owing()
    with pytest.raises(UnusableProof):
        prove(account_id, ProofKind.FINAL_NOTICE, DAY, names=["placement"])
    prove(account_id, ProofKind.SCREENING, DAY)
    prove(account_id, ProofKind.SCREENING, DAY)
    with db.transaction() as session:
        facts = gate_facts(session, on=DAY, account_ids=[account_id])[account_id]
        assert facts.screened_on == DAY
        revoke_proof(
            session, f"test:screening:{account_id}:{DAY}", reason="wrong account", now=noon(DAY)
        )
        facts = gate_facts(session, on=DAY, account_ids=[account_id])[account_id]
        assert facts.screened_on is None


def test_COLL_24_a_bankruptcy_ends_what_is_queued_at_once() -> None:
    account_id, _ = owing()
    with db.transaction() as session:
        for category in ("billing", "payments", ""):
            session.add(
                OutboundMessage(
                    channel="sms",
                    recipient="+12125550100",
                    category=category,
                    template="statement",
                    body="",
                    guarantor_account_id=account_id,
                    state="queued",
                    created_at=noon(DAY),
                )
            )
    biller = add_staff("biller")
    asked = HoldAsked(
        kind=Condition.BANKRUPTCY, reason="Notice of case 26-10001", evidence="letter"
    )
    hold_id = set_hold(staff=biller, account_id=account_id, asked=asked, now=noon(DAY))
    again = set_hold(staff=biller, account_id=account_id, asked=asked, now=noon(after(1)))
    assert hold_id == again
    with db.read_only() as session:
        assert {m.state for m in session.scalars(select(OutboundMessage))} == {"canceled"}
        row = session.get_one(AccountCondition, hold_id)
        assert (row.set_by_id, row.note, row.evidence) == (biller.login_id, asked.reason, "letter")
    assert "COLL-24" in ask(account_id, DAY).rule_ids  # type: ignore[union-attr]  # denied
    end = {"staff": biller, "account_id": account_id, "hold_id": hold_id}
    with pytest.raises(CannotHold):
        end_hold(**end, reason=" ", now=noon(after(2)))
    end_hold(**end, reason="The case was dismissed.", now=noon(after(2)))
    assert "COLL-24" not in ask(account_id, after(2)).rule_ids  # type: ignore[union-attr]  # as above


def test_COLL_17_only_a_manager_opens_a_cell_and_only_one_that_can_be_opened() -> None:
    account_id, _ = owing()
    set_hold(
        staff=add_staff("biller"),
        account_id=account_id,
        asked=HoldAsked(kind=Condition.ATTORNEY, reason="Letter of representation"),
        now=noon(DAY),
    )
    assert "COLL-17" in ask(account_id, DAY).rule_ids  # type: ignore[union-attr]  # denied
    open_it = {
        "account_id": account_id,
        "action": Action.PLACEMENT,
        "reason": "The attorney agreed in writing.",
        "until_on": after(10),
        "now": noon(DAY),
    }
    with pytest.raises(CannotHold):
        clear_cell(**open_it, staff=add_staff("collections"), condition=Condition.ATTORNEY)
    manager = add_staff("manager")
    with pytest.raises(CannotHold):
        clear_cell(**open_it, staff=manager, condition=Condition.BANKRUPTCY)
    clear_cell(**open_it, staff=manager, condition=Condition.ATTORNEY)
    assert "COLL-17" not in ask(account_id, DAY).rule_ids  # type: ignore[union-attr]  # as above
    assert "COLL-17" in ask(account_id, after(11)).rule_ids  # type: ignore[union-attr]  # as above


@pytest.mark.parametrize("kind", [Condition.DISPUTED, Condition.PLACED, Condition.OPEN_CLAIM])
def test_CORE_6_what_comes_from_the_books_is_never_set_by_hand(kind: Condition) -> None:
    account_id, _ = owing()
    with pytest.raises(CannotHold):
        set_hold(
            staff=add_staff("biller"),
            account_id=account_id,
            asked=HoldAsked(kind=kind, reason="because"),
            now=noon(DAY),
        )


def test_COLL_24_what_a_file_says_is_not_ended_by_hand() -> None:
    account_id, _ = owing()
    with db.transaction() as session:
        row = AccountCondition(
            guarantor_account_id=account_id,
            kind="bankruptcy",
            since=noon(DAY),
            source="contacts:P1",
        )
        session.add(row)
        session.flush()
        hold_id = row.id
    with pytest.raises(CannotHold):
        end_hold(
            staff=add_staff("biller"),
            account_id=account_id,
            hold_id=hold_id,
            reason="I think that it is over.",
            now=noon(DAY),
        )
    with db.read_only() as session:
        assert session.get_one(AccountCondition, hold_id).ended_at is None
        [shown] = holds_of(session, [account_id], on=DAY)
    assert (shown.kind, shown.hold_id) == (Condition.BANKRUPTCY, None)
