"""What an agency's file does: each fact once, money to the cent, holds and recalls at once (COLL-18, COLL-21, COLL-24)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from billing import entries
from billing.ledger import Account
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.accounts import AccountCondition
from portal.models.bill_disputes import BillDispute
from portal.models.claims import Visit
from portal.models.placements import AgencyFile, AgencyReturn, AgencyRow, Placement
from portal.models.work import WorkItem
from portal.queries.placed_bills import small_balance_lines
from portal.services.move_visits import move_visit
from portal.services.read_agency_file import read_returns
from portal.services.refusal import NotFound
from portal.services.set_hold import end_hold
from portal.services.take_agency_file import FileRefused, take_agency_file
from tests.services.agency_world import (
    ON,
    Memory,
    books,
    count,
    csv_of,
    faults,
    let_go,
    line,
    owed,
    placed,
    read,
    standing,
    take,
    write_off,
)
from tests.services.placement_world import orders, states
from tests.services.staff_world import add_staff
from tests.services.statement_world import later, noon, work_items, world

pytestmark = pytest.mark.usefixtures("database_url")


def rows_of(table):
    with read_only() as session:
        return session.scalars(select(table)).all()


def test_COLL_21_a_payment_pays_the_bill_gross_and_the_agency_holds_it():
    at, bill, placement = world(placed)
    done = read(at, line("R1", "payment", placement, amount="20.00", fee="5.00"))
    assert (done.taken, done.known, done.refused) == (1, 0, ())
    assert standing(bill) == {
        "owed": Money(3000),
        "agency_clearing": Money(2000),
        "bad_debt": ZERO,
        "small_balance": ZERO,
        "patient_credit": ZERO,
    }
    assert orders() == [("update", "COLL-19")]
    assert faults() == []


def test_COLL_21_the_last_cent_ends_the_placement_and_what_is_above_is_credit():
    at, bill, placement = world(placed)
    read(at, line("R1", "payment", placement, amount="60.00"))
    assert owed(bill) == ZERO
    assert books(Account.PATIENT_CREDIT) == Money(-1000)
    assert states() == ["paid"]
    assert faults() == []


def test_OPS_22_after_a_write_off_the_recovery_comes_back_first():
    at, bill, placement = world(placed)
    write_off(placement)
    assert owed(bill) == ZERO
    read(at, line("R1", "payment", placement, amount="20.00"))
    assert owed(bill) == ZERO
    assert books(Account.BAD_DEBT) == Money(3000)
    assert books(Account.AGENCY_CLEARING) == Money(2000)
    assert faults() == []


@pytest.mark.parametrize(
    ("paid", "small", "credit"), [("4.00", 599, 0), ("9.99", 0, 0), ("15.00", 0, 501)]
)
def test_OPS_19_after_a_small_balance_was_let_go_it_is_reinstated_and_paid(paid, small, credit):
    at, bill, placement = world(lambda w: placed(w, cents=999))
    let_go(placement)
    before = standing(bill)
    read(at, line("R1", "payment", placement, amount=paid))
    assert owed(bill) == ZERO, "nobody is asked for what was let go"
    assert books(Account.SMALL_BALANCE) == Money(small)
    assert books(Account.PATIENT_CREDIT) == Money(-credit)
    assert books(Account.AGENCY_CLEARING) == Money(999 - small + credit)
    assert faults() == []
    read(at, line("R2", "payment_back", placement, amount=paid, of="R1"))
    assert standing(bill) == before, "it is let go again"
    assert faults() == []


def test_OPS_19_a_small_balance_that_was_taken_back_is_paid_as_an_open_line():
    at, bill, placement = world(lambda w: placed(w, cents=999))
    let_go(placement)
    read(at, line("R1", "payment", placement, amount="4.00"))
    later(lambda w: put_back(w, placement, 599))
    assert owed(bill) == Money(599)
    read(at, line("R2", "payment_back", placement, amount="4.00", of="R1"))
    assert owed(bill) == Money(999), "a person asked for it again: it is not let go by itself"
    assert books(Account.SMALL_BALANCE) == ZERO
    assert faults() == []


def put_back(w, placement, cents) -> None:
    (left,) = small_balance_lines(w.session, [placement.visit_id])[placement.visit_id]
    assert left.amount == Money(cents)
    lines = [entries.Line(left.party, -left.amount)]
    w.post(
        entries.adjustment_taken_back(
            source_ref="test:put-back",
            occurred_on=ON,
            account=Account.SMALL_BALANCE,
            lines=lines,
            memo="test",
        )
    )


@pytest.mark.parametrize("lost", [False, True])
def test_COLL_21_a_payment_that_the_bank_returned_is_owed_again(lost):
    at, bill, placement = world(placed)
    if lost:
        write_off(placement)
    before = standing(bill)
    read(at, line("R1", "payment", placement, amount="20.00"))
    read(at, line("R2", "payment_back", placement, amount="20.00", of="R1"))
    assert standing(bill) == before
    assert faults() == []


def test_COLL_19_what_comes_back_for_a_bill_that_moved_pays_it_on_its_new_account():
    at, bill, placement = world(placed)

    def move(w):
        visit, other = w.session.get_one(Visit, bill[0].id), w.account()
        move_visit(w.session, visit, to_account_id=other.id, source="test", on=ON)
        return other.id

    there = later(move)
    read(at, line("R1", "payment", placement, amount="20.00"))
    assert (owed(bill), books(Account.PATIENT_CREDIT)) == (Money(3000), ZERO)
    assert rows_of(Placement)[0].guarantor_account_id == there
    assert faults() == []


def test_COLL_18_the_same_row_again_does_nothing_and_other_content_is_refused():
    at, bill, placement = world(placed)
    row = line("R1", "payment", placement, amount="20.00")
    read(at, row)
    again = read(at, row, row, line("R2", "closure", placement, detail="error"))
    assert (again.taken, again.known, again.refused) == (1, 2, ())
    other = read(at, row | {"amount": "21.00"})
    assert (other.taken, other.known) == (0, 0)
    assert "other content" in other.refused[0]["problems"][0]
    assert owed(bill) == Money(3000)


def test_COLL_18_bad_rows_are_refused_by_line_and_kept_as_work_and_good_ones_taken():
    at, bill, placement = world(placed)
    rows = (
        line("R1", "payment", placement, amount="twenty"),
        line("R2", "payment", placement, amount="20.00"),
        line("R3", "payment", "P-nobody", amount="20.00"),
        line("R4", "payment", placement, amount="20.00", happened_on="2026-01-01"),
        line("R5", "payment_back", placement, amount="19.00", of="R2"),
    )
    done = read(at, *rows)
    read(at, *rows)
    assert [one["line"] for one in done.refused] == [2, 4, 5, 6]
    (item,) = [one for one in work_items() if one.kind == "agency_rows"]
    assert "line 2: amount must be dollars" in item.reasons[0]
    assert "none that we gave" in item.reasons[1]
    assert owed(bill) == Money(3000)


def test_COLL_18_another_agencys_bill_is_not_theirs():
    at, _, _ = world(placed)
    _, bill, placement = later(placed)
    done = read(at, line("R1", "payment", placement, amount="20.00"))
    assert "none that we gave" in done.refused[0]["problems"][0]
    assert owed(bill) == Money(5000)


def test_COLL_21_a_return_before_its_payment_waits_for_it():
    at, bill, placement = world(placed)
    read(at, line("R2", "payment_back", placement, amount="20.00", of="R1"))
    assert owed(bill) == Money(5000)
    read(at, line("R1", "payment", placement, amount="20.00"))
    assert owed(bill) == Money(5000)
    assert books(Account.AGENCY_CLEARING) == ZERO
    refused = read(at, line("R3", "payment_back", placement, amount="20.00", of="R1")).refused
    assert "taken back by R2" in refused[0]["problems"][0]


def test_COLL_21_a_return_after_the_end_is_ours_to_ask_for_again():
    at, bill, placement = world(placed)
    read(at, line("R1", "payment", placement, amount="50.00"))
    read(at, line("R2", "payment_back", placement, amount="50.00", of="R1"))
    assert (owed(bill), states()) == (Money(5000), ["paid"])
    (item,) = [one for one in work_items() if one.kind == "agency_closed"]
    assert item.amount == Money(5000)


def test_DISP_1_a_dispute_is_opened_acknowledged_and_the_bill_recalled_at_once():
    at, bill, placement = world(placed)
    read(at, line("R1", "dispute", placement, detail="I was never there."))
    (dispute,) = rows_of(BillDispute)
    assert (dispute.visit_id, dispute.words) == (bill[0].id, "I was never there.")
    assert (dispute.channel, dispute.amount) == ("agency", Money(5000))
    assert dispute.acknowledged_at == noon(ON)
    assert states() == ["recalled"]
    assert orders() == [("recall", "COLL-18")]


def test_DISP_1_a_dispute_of_what_is_written_off_recalls_it_too():
    at, _, placement = world(placed)
    write_off(placement)
    read(at, line("R1", "dispute", placement, detail="I was never there."))
    assert states() == ["recalled"]
    read(at, line("R2", "dispute", placement, detail="Still not."))
    assert len(rows_of(BillDispute)) == 1


@pytest.mark.parametrize(
    ("detail", "kind", "state"),
    [
        ("bankruptcy", "bankruptcy", "recalled"),
        ("deceased", "deceased", "recalled"),
        ("attorney", "attorney", "suspended"),
        ("active_duty", "scra", "suspended"),
        ("stop_contact", "do_not_contact", "suspended"),
    ],
)
def test_COLL_24_a_notice_holds_the_account_at_once(detail, kind, state):
    at, bill, placement = world(placed)
    read(at, line("R1", "notice", placement, detail=detail))
    read(at, line("R2", "notice", placement, detail=detail))
    (hold,) = rows_of(AccountCondition)
    assert (hold.kind, hold.guarantor_account_id) == (kind, bill[0].guarantor_account_id)
    assert states() == [state]


def test_COLL_24_a_person_ends_the_hold_that_an_agency_set():
    at, bill, placement = world(placed)
    read(at, line("R1", "notice", placement, detail="attorney"))
    (hold,) = rows_of(AccountCondition)
    manager = add_staff("manager")
    end_hold(
        staff=manager,
        account_id=hold.guarantor_account_id,
        hold_id=hold.id,
        reason="The attorney withdrew.",
        now=noon(ON),
    )
    assert rows_of(AccountCondition)[0].ended_at == noon(ON)


@pytest.mark.parametrize("why", ["uncollectible", "error", "paid"])
def test_COLL_18_a_closure_gives_the_bill_back_and_asks_what_next(why):
    at, _, placement = world(placed)
    read(at, line("R1", "closure", placement, detail=why))
    (row,) = rows_of(Placement)
    assert (row.state, row.ended_why, row.ended_at) == ("closed", why, noon(ON))
    (item,) = [one for one in work_items() if one.kind == "agency_closed"]
    assert item.amount == Money(5000)


def test_COLL_24_a_closure_for_a_bankruptcy_holds_the_account():
    at, _, placement = world(placed)
    read(at, line("R1", "closure", placement, detail="bankrupt"))
    assert [one.kind for one in rows_of(AccountCondition)] == ["bankruptcy"]
    assert states() == ["closed"]


def test_COLL_18_an_address_is_work_and_changes_nothing_by_itself():
    at, bill, placement = world(placed)
    read(at, line("R1", "address", placement, line_1="7 Other Street", city="Exampleton"))
    (item,) = [one for one in work_items() if one.kind == "agency_address"]
    assert item.guarantor_account_id == bill[0].guarantor_account_id


def test_COLL_18_two_readers_at_once_count_each_row_once():
    at, bill, placement = world(placed)
    row = line("R1", "payment", placement, amount="20.00")
    first, second = take(at, row), take(at, row)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda one: count(at, one), [first, second, first, second]))
    assert sorted(one.taken for one in done if not one.repeated) == [0, 1]
    assert owed(bill) == Money(3000)
    with read_only() as session:
        assert session.scalar(select(func.count()).select_from(AgencyReturn)) == 1


def test_COLL_18_a_file_is_kept_once_and_read_only_for_its_agency():
    at, _, placement = world(placed)
    other, _, _ = later(placed)
    file_id = take(at, line("R1", "payment", placement, amount="20.00"))
    with pytest.raises(NotFound):
        count(other, file_id)
    kept = {"agency_id": at, "name": "a.csv", "staff": None, "store": Memory(), "now": noon(ON)}
    take_agency_file(file_id=file_id, data=csv_of(), **kept)
    with pytest.raises(FileRefused, match="no rows"):
        take_agency_file(file_id=uuid4(), data=csv_of(), **kept)
    with pytest.raises(NotFound):
        take_agency_file(file_id=uuid4(), data=csv_of(), **kept | {"agency_id": 999})
    assert len(rows_of(AgencyFile)) == 1
    assert [one for one in rows_of(WorkItem) if one.kind == "agency_rows"] == []


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_COLL_21_returns_in_any_order_and_doubled_give_the_same_balances(data):
    cents = data.draw(st.integers(100, 9000), label="owed")
    lost = data.draw(st.sampled_from(["", "bad_debt", "small_balance"]), label="written off")
    amounts = data.draw(st.lists(st.integers(1, 6000), min_size=1, max_size=4), label="paid")
    returned = data.draw(st.sets(st.integers(0, len(amounts) - 1)), label="returned")
    facts = [(f"P{i}", "payment", amount, "") for i, amount in enumerate(amounts)]
    facts += [(f"B{i}", "payment_back", amounts[i], f"P{i}") for i in sorted(returned)]
    doubled = data.draw(st.lists(st.sampled_from(facts), max_size=3), label="doubled")
    order = data.draw(st.permutations(facts + doubled), label="order")
    cuts = data.draw(st.sets(st.integers(1, len(order))), label="cuts")
    build = world if not _made else later
    _made.append(1)
    told = _tell(build, cents, lost, [facts])
    files, start = [], 0
    for end in sorted(cuts | {len(order)}):
        files.append(order[start:end])
        start = end
    assert _tell(later, cents, lost, files) == told
    assert faults() == []


_made: list[int] = []


def _tell(build, cents, lost, files):
    """What these files moved, of a bill of their own."""
    at, bill, placement = build(lambda w: placed(w, cents=cents))
    if lost:
        {"bad_debt": write_off, "small_balance": let_go}[lost](placement)
    before = standing(bill)
    for facts in files:
        rows = [
            line(ref, kind, placement, amount=f"{cents // 100}.{cents % 100:02}", of=of)
            for ref, kind, cents, of in facts
        ]
        if rows:
            assert read(at, *rows).refused == ()
    after = standing(bill)
    return {name: amount - before[name] for name, amount in after.items()}


def test_COLL_18_the_command_reads_a_file_for_the_agency_of_that_name():
    _, bill, placement = world(placed)
    with read_only() as session:
        name = session.scalar(select(AgencyRow.name))
    data = csv_of(line("R1", "payment", placement, amount="20.00"), line("R2", "gift", placement))
    asked = {"name": "a.csv", "store": Memory(), "public_url": "http://localhost", "now": noon(ON)}
    (told,) = read_returns(agency=name, data=data, **asked)["files"]
    assert (told["accepted"], told["known"]) == (1, 0)
    assert told["refused"][0]["position"] == 3
    (nobody,) = read_returns(agency="Nobody", data=data, **asked)["files"]
    assert nobody["refused"][0]["reason"] == "no agency has this name"
    (broken,) = read_returns(agency=name, data=b"x", **asked)["files"]
    assert "lacks" in broken["refused"][0]["reason"] or "no rows" in broken["refused"][0]["reason"]
    assert owed(bill) == Money(3000)
