"""Day by day over real books: four statements, a notice, a call, a screening, and the day on which the gate opens (acceptance 3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from billing.dunning import Step
from billing.holds import Action, Allowed, Condition
from portal import db
from portal.models.claims import Visit
from portal.models.gate import DunningStep
from portal.models.notices import Notice
from portal.models.work import WorkItem
from portal.queries.case_page import case_page
from portal.queries.gate_facts import gate_facts
from portal.services import walk_dunning as module
from portal.services.run_day import run_day
from portal.services.set_hold import HoldAsked, clear_cell, set_hold
from portal.services.walk_dunning import walk_dunning
from tests.services.gate_world import act, ask, delivered, owing, read_law
from tests.services.placement_world import agency
from tests.services.staff_world import add_staff
from tests.services.statement_world import DAY, Office, after, later, noon, world

pytestmark = pytest.mark.usefixtures("database_url")


def test_acceptance_3_STMT_10_COLL_3_4_5_day_by_day_until_the_gate_opens(tmp_path) -> None:
    account_id, _ = owing()
    read_law("NY")
    office = Office(tmp_path)
    found: dict[Step, int] = {}
    opened = None
    for number in range(125):
        on = after(number)
        report = run_day(on=on, now=noon(on), office=office)
        for _, step in report.walked.found:
            assert step not in found
            found[step] = number
            act(account_id, step, on)
        if number >= 118 and opened is None and isinstance(ask(account_id, on), Allowed):
            opened = number
    assert delivered() == [after(n) for n in (0, 30, 60, 90)]
    assert found == {
        Step.SCREENING: 60,
        Step.ORAL_ATTEMPT: 90,
        Step.FINAL_NOTICE: 90,
        Step.GATE_OPEN: 121,
    }
    assert opened == 121


@pytest.mark.parametrize(
    ("home", "read", "missing", "next_words"),
    [
        ("NY", ("NY",), None, "Look at the account once more."),
        ("NY", (), "that nobody here has read (CORE-2)", "A manager reads it under State law."),
        ("IL", ("NY", "IL"), "an offer of a plan (COLL-T6)", "Offer help or a plan before"),
    ],
)
def test_COLL_2_the_item_at_the_calendar_s_end_claims_nothing_that_is_missing(
    tmp_path, home: str, read: tuple[str, ...], missing: str | None, next_words: str
) -> None:
    visit, *_ = world(lambda w: w.owed(200_00, account=w.account(state=home)))
    account_id = visit.guarantor_account_id
    read_law(*read)
    for number in (0, 30, 60, 90, 121):
        on = after(number)
        for _, step in run_day(on=on, now=noon(on), office=Office(tmp_path)).walked.found:
            act(account_id, step, on)
    with db.read_only() as session:
        [item] = session.scalars(select(WorkItem).where(WorkItem.kind == "gate_open"))
    ready, said = module.READY in item.reasons, " ".join(item.reasons)
    assert ready == isinstance(ask(account_id, after(121)), Allowed) == (missing is None)
    assert ("Still missing" in said) == (missing is not None)
    assert (missing or "") in said
    assert next_words in item.next_step


def test_an_account_that_lost_its_bills_since_it_was_looked_at_is_passed_over(
    tmp_path, monkeypatch
) -> None:
    account_id, visit_id = owing()
    other = later(lambda w: w.account())
    for number in (0, 30):
        run_day(on=after(number), now=noon(after(number)), office=Office(tmp_path))
    real, seen = module._fresh, []

    def meanwhile(session, facts, on):
        seen.extend(fresh := real(session, facts, on))
        with db.transaction() as another:
            visit = another.get_one(Visit, visit_id)
            visit.guarantor_account_id = other.id
        return fresh

    monkeypatch.setattr(module, "_fresh", meanwhile)
    walked = walk_dunning(on=after(60), now=noon(after(60)), public_url="http://localhost")
    assert (seen, walked.found) == ([account_id], ())
    with db.read_only() as session:
        assert session.scalars(select(DunningStep)).all() == []


def test_STMT_10_a_second_run_of_a_day_and_two_at_once_find_nothing_more(tmp_path) -> None:
    account_id, _ = owing()
    office = Office(tmp_path)
    for number in (0, 30, 60, 90):
        run_day(on=after(number), now=noon(after(number)), office=office)
    with db.read_only() as session:
        before = session.execute(
            select(DunningStep.step, WorkItem.id).outerjoin(WorkItem, text("true"))
        ).all()
    again = walk_dunning(on=after(90), now=noon(after(90)), public_url="http://localhost")
    assert again.found == ()
    with db.read_only() as session:
        after_it = session.execute(
            select(DunningStep.step, WorkItem.id).outerjoin(WorkItem, text("true"))
        ).all()
    assert sorted(map(tuple, before)) == sorted(map(tuple, after_it))
    assert list(again.lines()) == []
    assert account_id


def test_a_run_that_is_killed_between_accounts_is_finished_by_the_next(
    monkeypatch, tmp_path
) -> None:
    first, _ = owing()
    office = Office(tmp_path)
    second, *_ = later(lambda w: w.owed(100_00))
    for number in (0, 30, 60):
        run_day(on=after(number), now=noon(after(number)), office=office)
    with db.transaction() as session:
        assert {row.guarantor_account_id for row in session.scalars(select(DunningStep))} == {
            first,
            second.guarantor_account_id,
        }
    real, seen = module.add_work_items, []

    class Killed(BaseException):
        """As kill -9 would end it."""

    def dies(session, items):
        real(session, items)
        seen.append(items)
        if len(seen) == 2:
            raise Killed

    monkeypatch.setattr(module, "add_work_items", dies)
    run_day_until_walk = after(90)
    with pytest.raises(Killed):
        run_day(on=run_day_until_walk, now=noon(run_day_until_walk), office=office)
    monkeypatch.undo()
    run_day(on=run_day_until_walk, now=noon(run_day_until_walk), office=office)
    with db.read_only() as session:
        steps = session.execute(
            select(DunningStep.guarantor_account_id, DunningStep.step).where(
                DunningStep.step == "oral_attempt"
            )
        ).all()
        items = session.scalars(
            select(WorkItem.guarantor_account_id).where(WorkItem.kind == "tell_of_help")
        ).all()
    both = sorted([first, second.guarantor_account_id])
    assert sorted(account for account, _ in steps) == both == sorted(items)
    assert delivered() == sorted([after(n) for n in (0, 30, 60, 90)] * 2)


def test_COLL_4_with_an_agency_the_day_sends_the_final_notice_itself_and_it_proves_itself(
    tmp_path,
) -> None:
    account_id, visit_id = owing()

    def hire(w):
        row = agency(w)
        row.approved_by_id, row.approved_at = row.added_by_id, noon(DAY)
        return row.name

    name = later(hire)
    office = Office(tmp_path)
    for number in (0, 30, 60, 90, 90, 91):
        run_day(on=after(number), now=noon(after(number)), office=office)
    with db.read_only() as session:
        [notice] = session.scalars(select(Notice).where(Notice.kind == "final_notice"))
        items = session.scalars(select(WorkItem).where(WorkItem.kind == "final_notice")).all()
        facts = gate_facts(session, on=after(91), account_ids=[account_id])[account_id]
    assert items == []
    assert notice.visit_ids == [visit_id]
    assert notice.facts["agency"] == name
    assert notice.deadline_on >= after(90) + timedelta(days=30)
    [proven] = facts.episodes[0].notices
    assert (proven.sent_on, proven.names) == (after(90), {"placement"})
    assert proven.encloses_summary


@pytest.mark.parametrize(
    ("decided", "steps"), [(Action.FINAL_NOTICE, {Step.FINAL_NOTICE}), (Action.PLACEMENT, set())]
)
def test_COLL_27_what_a_manager_decided_of_the_final_notice_counts_for_it_and_nothing_else(
    tmp_path, decided: Action, steps: set[Step]
) -> None:
    account_id, _ = owing()
    manager = add_staff("manager")
    asked = HoldAsked(kind=Condition.SCRA, reason="On active duty.")
    set_hold(staff=manager, account_id=account_id, asked=asked, now=noon(DAY))
    clear_cell(
        staff=manager,
        account_id=account_id,
        condition=Condition.SCRA,
        action=decided,
        reason="Looked at with the owner.",
        until_on=None,
        now=noon(DAY),
    )
    found: set[Step] = set()
    for number in (0, 30, 60, 90):
        report = run_day(on=after(number), now=noon(after(number)), office=Office(tmp_path))
        found |= {step for _, step in report.walked.found}
    assert found & {Step.FINAL_NOTICE} == steps
    assert (not case_page(account_id, on=after(90)).held) == bool(steps)
