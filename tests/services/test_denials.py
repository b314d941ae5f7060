"""What a payer refuses opens its denial as it posts, and ends as the ledger shows; nobody's bill changes by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from billing import entries
from billing.denial_states import DenialEvent
from billing.ledger import Account, Party
from billing.money import ZERO, Money
from portal.db import read_only, transaction
from portal.models.claims import Visit
from portal.models.denials import Denial, DenialEventRow
from portal.queries.permissions import ROLES
from portal.services.decide_review import decide_review
from portal.services.deny_held import deny_held
from portal.services.move_denial import move_denial
from portal.services.open_denials import missed_decisions, open_denials
from portal.services.post_entry import post_entry
from portal.services.take_item import Turn
from portal.services.tend_denials import tend_denials
from tests.conftest import NOW
from tests.services.payer_voice import (
    ON,
    Payer,
    bill,
    book,
    clp,
    insured,
    negated,
    post,
    second,
    staff,
    svc,
    total,
    work,
)

pytestmark = pytest.mark.usefixtures("database_url")


def denials() -> list[Denial]:
    with read_only() as session:
        return list(session.scalars(select(Denial).order_by(Denial.id)))


def told() -> list[tuple[str, str, Money, str]]:
    return [(d.group_code, d.carc, d.amount, d.state) for d in denials()]


def refused(visit: Visit, reason: str = "CO-197 100", **fields):
    return clp(visit.control_number, svc("99213", 100, reason), status_code="4", **fields)


def test_OPS_6_a_denied_claim_opens_one_denial_with_its_facts() -> None:
    visit = insured(10_000)
    Payer().pays(refused(visit))
    [denial] = denials()
    assert (denial.group_code, denial.carc, denial.amount) == ("CO", "197", Money(10_000))
    assert (denial.category, denial.preventable, denial.state) == ("authorization", True, "open")
    assert len(denial.charge_ids) == 1
    assert (denial.noticed_on, denial.deadline_of) == (date(2026, 2, 20), "appeal_1")
    assert denial.deadline_on == date(2026, 4, 21)  # 60 days: no contract is entered


def test_C_5_C_17_a_denial_posts_no_write_off_and_bills_nobody() -> None:
    visit = insured(10_000)
    Payer().pays(refused(visit))
    after = bill(visit.id)
    assert (after.patient_due, after.due_now, after.written_off) == (ZERO, ZERO, ZERO)
    assert after.insurance_due == Money(10_000)
    assert total(Account.PROVIDER_WRITE_OFF) == total(Account.CONTRACTUAL_ADJUSTMENT) == 0


def test_posting_19_a_denied_line_beside_paid_lines_is_a_denial_of_that_line() -> None:
    visit = insured(10_000, 5_000)
    lines = (svc("99213", 100, "CO-45 20"), svc("85025", 50, "CO-50 50", remarks=("N115",)))
    Payer().pays(clp(visit.control_number, *lines))
    [denial] = denials()
    assert (denial.carc, denial.amount, denial.rarcs) == ("50", Money(5_000), ["N115"])
    assert len(denial.charge_ids) == 1
    assert bill(visit.id).insurance_due == Money(5_000)


def test_OPS_6_one_reason_over_many_lines_is_one_denial_and_each_reason_has_its_own() -> None:
    visit = insured(10_000, 5_000, 2_000)
    lines = (
        svc("99213", 100, "CO-197 100"),
        svc("85025", 50, "CO-197 50"),
        svc("36415", 20, "CO-97 20"),
    )
    Payer().pays(clp(visit.control_number, *lines, status_code="4"))
    assert told() == [
        ("CO", "197", Money(15_000), "open"),
        ("CO", "97", Money(2_000), "open"),
    ]


@pytest.mark.parametrize("reason", ["CO-45 20", "CO-222 100", "OA-209 100", "PI-133 100"])
def test_OPS_7_a_discount_and_what_is_not_decided_are_no_denial(reason: str) -> None:
    visit = insured(10_000)
    Payer().pays(clp(visit.control_number, svc("99213", 100, reason)))
    assert denials() == []


def test_OPS_6_a_refusal_without_a_reason_is_one_too() -> None:
    visit = insured(10_000)
    Payer().pays(refused(visit, "CO-45 100"))
    assert told() == [("", "", Money(10_000), "open")]


def test_posting_7_a_repeated_denial_opens_none() -> None:
    visit = insured(10_000)
    payer = Payer()
    payer.pays(clp(visit.control_number, svc("99213", 100, "CO-45 20")))
    payer.pays(refused(visit, "OA-18 100", payer_claim_number="ICN2"))
    assert denials() == []


def test_posting_15_the_same_file_twice_opens_one() -> None:
    visit = insured(10_000)
    payer = Payer()
    data = payer.data(refused(visit))
    post(data)
    post(data)
    assert len(denials()) == 1


def test_OPS_6_a_better_decision_ends_it_with_what_was_recovered() -> None:
    visit = insured(10_000)
    payer, first = Payer(), refused(visit)
    payer.pays(first)
    payer.pays(negated(first))
    assert [d.closed_at for d in denials()] == [None], "taken back is not yet decided"
    payer.pays(clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 30")))
    [denial] = denials()
    assert (denial.state, denial.recovered) == ("won", Money(5_000))
    assert denial.closed_at is not None
    assert work("denial") == []
    assert bill(visit.id).due_now == Money(3_000)


def test_OPS_6_reversal_and_correction_in_one_set_end_it_too() -> None:
    visit = insured(10_000)
    payer, first = Payer(), refused(visit)
    payer.pays(first)
    payer.pays(negated(first), clp(visit.control_number, svc("99213", 100, "CO-45 20")))
    [denial] = denials()
    assert (denial.state, denial.recovered) == ("won", Money(8_000))


def test_OPS_6_part_recovered_and_the_rest_goes_on_with_its_owner() -> None:
    visit = insured(10_000)
    payer, first = Payer(), refused(visit)
    payer.pays(first)
    with transaction() as session:
        who = staff()
        row = session.scalars(select(Denial)).one()
        row.owner_id, row.state, row.level = who.login_id, "appealed", 1
    payer.pays(negated(first), clp(visit.control_number, svc("99213", 100, "CO-150 60")))
    old, new = denials()
    assert (old.state, old.recovered) == ("partly", Money(4_000))
    assert (new.carc, new.amount, new.state) == ("150", Money(6_000), "working")
    assert (new.follows_id, new.owner_id, new.level) == (old.id, who.login_id, 1)
    assert new.deadline_of == "appeal_2"


def test_OPS_6_another_plan_that_pays_ends_it() -> None:
    with book() as found:
        found.practice()
        visit, charges, *_ = found.insured_visit([10_000], name="Medicare", tax_id="1111")
        found.claim(visit, charges, found.payer("Medigap", "2222"), "S")
    Payer("Medicare", "1111").pays(refused(visit, "CO-22 100"))
    Payer("Medigap", "2222").pays(second(visit, ""))
    [denial] = denials()
    with read_only() as session:
        events = session.scalars(select(DenialEventRow.what).order_by(DenialEventRow.id)).all()
    assert (denial.state, denial.recovered) == ("won", Money(10_000))
    assert events == ["opened", "paid"]


@pytest.mark.parametrize(("bills", "state"), [(True, "billed"), (False, "written_off")])
def test_STMT_24_only_the_review_puts_a_denied_share_on_a_patient(bills: bool, state: str) -> None:
    visit = insured(10_000)
    Payer().pays(clp(visit.control_number, svc("99213", 100, "PR-204 100")))
    [denial] = denials()
    assert (denial.group_code, denial.category) == ("PR", "not_covered")
    assert bill(visit.id).due_now == ZERO
    decide_review(
        remittance_claim_id=denial.remittance_claim_id,
        bill_patient=bills,
        note="The signed notice is in the chart",
        staff=replace(staff(), role="biller", permissions=ROLES["biller"]),
        on=ON,
        now=NOW,
    )
    assert told() == [("PR", "204", Money(10_000), state)]


def test_OPS_6_what_was_decided_before_gets_its_denial_once() -> None:
    visit = insured(10_000)
    Payer().pays(refused(visit))
    with transaction() as session:
        found = session.scalars(select(Denial)).one()
        decision = found.remittance_claim_id
    with transaction() as session:
        assert missed_decisions(session) == []
        assert open_denials(session, [decision], now=NOW) == []


def test_a_person_may_call_a_held_answer_a_denial_and_it_stays_until_they_end_it() -> None:
    visit = insured(10_000)
    payer = Payer()
    payer.pays(clp(visit.control_number, svc("99213", 100, "CO-45 20")))
    payer.pays(refused(visit, "CO-50 100", payer_claim_number="ICN2"))
    [held] = work("held_claim")
    with transaction() as session:
        assert open_denials(session, [held.remittance_claim_id or 0], now=NOW) == []
    turn = Turn(uuid4(), 0)
    deny_held(item_id=held.id, note="the plan said so by phone", staff=staff(), now=NOW, turn=turn)
    assert told() == [("CO", "50", Money(10_000), "open")]
    assert tend_denials(on=ON, now=NOW).ended == 0


def warnings() -> list[tuple[str, str]]:
    return [(item.reasons[0], item.next_step) for item in work("denial_deadline")]


def test_OPS_5_a_last_day_warns_once_for_each_step_and_says_when_it_is_over() -> None:
    visit = insured(10_000)
    Payer().pays(refused(visit))
    [denial] = denials()
    last = denial.deadline_on
    assert last is not None

    def morning(left: int) -> int:
        on = last - timedelta(days=left)
        return tend_denials(on=on, now=datetime.combine(on, NOW.timetz())).warned

    assert [morning(31), morning(30), morning(29)] == [0, 1, 1]
    assert len(warnings()) == 1
    assert morning(7) == 1
    [(reason, step)] = warnings()
    assert reason == "First appeal to Acme Health: the last day is April 21"
    assert morning(-1) == 1
    [(reason, step)] = warnings()
    assert "was April 21, and it was not sent" in reason
    assert "good cause" in step


def test_OPS_3_a_payer_that_does_not_answer_an_appeal_is_asked_again() -> None:
    visit = insured(10_000)
    Payer().pays(refused(visit))
    with transaction() as session:
        denial = session.scalars(select(Denial)).one()
        move_denial(session, denial, DenialEvent.APPEAL, now=NOW)
    on = ON + timedelta(days=31)
    assert tend_denials(on=ON, now=NOW).warned == 0
    assert tend_denials(on=on, now=NOW + timedelta(days=31)).warned == 1
    assert tend_denials(on=on, now=NOW + timedelta(days=31)).warned == 1
    assert [reason for reason, _ in warnings()] == ["Acme Health has not answered for 31 days"]


def test_OPS_6_the_morning_ends_what_was_taken_off_elsewhere() -> None:
    visit = insured(10_000)
    Payer().pays(refused(visit))
    with book() as found:
        [denial] = found.session.scalars(select(Denial))
        party = Party(
            guarantor_account_id=visit.guarantor_account_id,
            visit_id=visit.id,
            charge_id=denial.charge_ids[0],
            payer_id=denial.payer_id,
        )
        entry = entries.adjustment(
            source_ref="t:off",
            occurred_on=ON,
            account=Account.PROVIDER_WRITE_OFF,
            of=Account.INSURANCE_RECEIVABLE,
            lines=[entries.Line(party, Money(10_000))],
            memo="by contract",
        )
        post_entry(found.session, entry)
    assert tend_denials(on=ON, now=NOW).ended == 1
    assert [d.state for d in denials()] == ["written_off"]


def test_OPS_7_what_was_never_processed_is_corrected_and_not_appealed() -> None:
    visit = insured(10_000)
    Payer().pays(refused(visit, "CO-16 100", remarks=("MA130", "N290")))
    [denial] = denials()
    assert (denial.category, denial.action) == ("credentialing", "correct")
    assert denial.deadline_on is None, "no limit for corrected claims is entered"
