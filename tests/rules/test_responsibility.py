"""STMT-2 and posting.md's table of the 835, row by row, and what must hold for any decision."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.decision import Adjustment, Decision, DecisionLine, OpenCharge, Outcome, TaskKind
from billing.entries import remittance_claim
from billing.ledger import Account
from billing.money import ZERO, Money, total_of
from billing.responsibility import judge
from tests.rules.decisions import ACME, CODES, NEXT, cas, claim, decision, net, svc

PATIENT, PLAN = Account.PATIENT_RECEIVABLE, Account.INSURANCE_RECEIVABLE
CLEARING, DISCOUNT = Account.PAYER_CLEARING, Account.CONTRACTUAL_ADJUSTMENT


def balanced(verdict):
    """The legs make an entry, which raises when they do not balance."""
    if verdict.legs:
        remittance_claim(source_ref="t", occurred_on=date(2026, 2, 3), legs=verdict.legs)
    return verdict


def test_STMT_2_discount_deductible_coinsurance_and_copay_of_the_first_payer() -> None:
    verdict = balanced(
        judge(decision(svc("99213", 500, "CO-45 125, PR-1 50, PR-2 15, PR-3 10")), claim(500))
    )
    assert not verdict.held
    assert net(verdict.legs, CLEARING) == 30_000
    assert net(verdict.legs, DISCOUNT) == 12_500
    assert net(verdict.legs, PATIENT) == 7_500
    assert net(verdict.legs, PLAN) == -50_000
    assert verdict.tasks == ()


def test_acceptance_1_only_pr_1_2_3_reach_the_patient() -> None:
    verdict = balanced(
        judge(
            decision(
                svc("99213", 400, "CO-45 100, PR-1 20, PR-2 10, PR-3 5"),
                svc("85025", 200, "OA-23 40, PR-45 60, CO-29 100"),
            ),
            claim(400, 200),
        )
    )
    assert net(verdict.legs, PATIENT) == 3_500
    assert verdict.under_review == Money(6_000)
    kinds = {task.kind: task for task in verdict.tasks}
    assert kinds[TaskKind.REVIEW].amount == Money(6_000)
    assert "No Surprises Act" not in kinds[TaskKind.DENIAL].next_step
    assert kinds[TaskKind.DENIAL].amount == Money(10_000)


@pytest.mark.parametrize("code", ["45", "49", "50", "96", "100", "142", "187", "204", "27", "999"])
def test_OPS_8_any_other_pr_waits_for_a_person(code: str) -> None:
    verdict = balanced(judge(decision(svc("99213", 100, f"PR-{code} 100")), claim(100)))
    assert verdict.legs == ()
    assert verdict.under_review == Money(10_000)
    assert [task.kind for task in verdict.tasks] == [TaskKind.REVIEW]


@pytest.mark.parametrize("group", ["CO", "PI", "OA", "CR", "ZZ"])
@pytest.mark.parametrize("code", ["16", "29", "50", "97", "197", "999"])
def test_CODE_1_other_groups_stay_with_the_payer_and_open_a_task(group: str, code: str) -> None:
    verdict = judge(decision(svc("99213", 100, f"{group}-{code} 100")), claim(100))
    assert verdict.legs == ()
    assert verdict.tasks[0].kind is TaskKind.DENIAL
    assert verdict.tasks[0].next_step


@pytest.mark.parametrize("code", ["45", "59", "131", "144", "237", "253"])
def test_plan_discounts_post(code: str) -> None:
    verdict = balanced(judge(decision(svc("99213", 100, f"CO-{code} 20")), claim(100)))
    assert net(verdict.legs, DISCOUNT) == 2_000


def test_CO_24_is_a_discount_only_of_a_capitated_payer() -> None:
    said = decision(svc("99213", 100, "CO-24 100"))
    assert judge(said, claim(100)).tasks[0].kind is TaskKind.DENIAL
    assert net(judge(said, claim(100, capitated=True)).legs, DISCOUNT) == 10_000


def test_a_denial_is_never_written_off_whatever_its_codes() -> None:
    verdict = judge(decision(svc("99213", 100, "CO-45 40, PR-1 60"), status="4"), claim(100))
    assert verdict.legs == ()
    assert verdict.under_review == Money(6_000)


@pytest.mark.parametrize("status", ["19", "20", "21"])
def test_forwarded_shares_stay_with_the_next_payer(status: str) -> None:
    first = status == "19"
    context = claim(100, earlier_decided=not first, later_payer=not first)
    charge = replace(context.charges[0], share_limit=None if first else Money(10_000))
    context = replace(context, charges=(charge,))
    verdict = balanced(judge(decision(svc("99213", 100, "PR-1 100"), status=status), context))
    assert net(verdict.legs, PATIENT) == 0
    assert net(verdict.legs, PLAN, payer_id=None) == 10_000
    assert verdict.tasks[0].kind is TaskKind.BILL_NEXT


@pytest.mark.parametrize("fields", [{"names_next_payer": True}, {"remarks": ("MA18",)}])
def test_a_crossover_is_believed_even_when_no_secondary_is_on_file(fields: dict) -> None:
    verdict = judge(decision(svc("99213", 100, "PR-2 20"), **fields), claim(100))
    assert net(verdict.legs, PATIENT) == 0
    assert verdict.forwarded


@pytest.mark.parametrize(
    "fields",
    [{"filing_code": "MC"}, {"remarks": ("N781",)}, {"remarks": ("N782",)}, {"remarks": ("N783",)}],
)
def test_STMT_23_medicaid_and_qmb_never_owe(fields: dict) -> None:
    verdict = judge(decision(svc("99213", 100, "PR-2 20"), **fields), claim(100))
    assert net(verdict.legs, PATIENT) == 0
    assert verdict.medicaid
    assert verdict.under_review == ZERO
    assert verdict.tasks[0].kind is TaskKind.BILL_NEXT


def test_STMT_23_medicaid_on_file_and_OA_209() -> None:
    on_file = judge(decision(svc("99213", 100, "PR-1 20")), claim(100, no_patient_balance=True))
    assert net(on_file.legs, PATIENT) == 0
    said = judge(decision(svc("99213", 100, "PR-1 20, OA-209 10")), claim(100))
    assert (net(said.legs, PATIENT), said.medicaid) == (0, True)


def later(open_cents: int, *, limit: int | None = None, billed: int = 500):
    context = claim(billed, payer=NEXT, later_payer=True, earlier_decided=True)
    charge = replace(
        context.charges[0],
        receivable={NEXT: Money(open_cents)},
        share_limit=Money(open_cents if limit is None else limit),
    )
    return replace(context, charges=(charge,))


def test_fixture_1_a_later_discount_posts_only_the_rest() -> None:
    said = decision(svc("99213", 500, "CO-45 435"), status="2")
    verdict = balanced(judge(said, later(7_500, limit=7_500)))
    assert net(verdict.legs, DISCOUNT) == 1_000
    assert net(verdict.legs, PATIENT) == 0
    assert net(verdict.legs, PLAN) == -7_500


def test_later_payer_settling_more_than_stands_open_is_held() -> None:
    verdict = judge(decision(svc("99213", 500, "CO-45 400"), status="2"), later(7_500))
    assert verdict.held
    assert "more than stands open" in verdict.reasons[0]


def test_later_payer_with_another_reason_leaves_the_rest_to_a_person() -> None:
    said = decision(svc("99213", 500, "OA-23 425, CO-45 5, CO-16 10"), status="2")
    verdict = balanced(judge(said, later(7_500)))
    assert net(verdict.legs, DISCOUNT) == 0
    assert net(verdict.legs, PLAN) == -6_000
    assert verdict.tasks[0].kind is TaskKind.DENIAL


def test_later_payer_share_is_the_patients_and_never_more_than_was_left() -> None:
    said = decision(svc("99213", 500, "OA-23 425, PR-1 30"), status="2")
    verdict = balanced(judge(said, later(7_500, limit=7_500)))
    assert net(verdict.legs, PATIENT) == 3_000
    assert judge(said, later(7_500, limit=6_000)).held


def test_a_rest_that_the_discount_does_not_explain_stays() -> None:
    said = decision(svc("99213", 500, "OA-23 435"), status="2")
    verdict = balanced(judge(said, later(7_500)))
    assert net(verdict.legs, PLAN) == -6_500
    assert verdict.tasks[0].amount == Money(1_000)


def test_what_the_first_payer_denied_is_not_written_off_by_the_second() -> None:
    context = later(5_000)
    charge = replace(context.charges[0], receivable={ACME: Money(2_000), NEXT: Money(5_000)})
    said = decision(svc("99213", 500, "CO-45 455"), status="2")
    verdict = balanced(judge(said, replace(context, charges=(charge,))))
    assert net(verdict.legs, DISCOUNT) == 500
    assert net(verdict.legs, PLAN, payer_id=ACME) == 0


def test_a_line_that_the_first_payer_left_out_holds_the_later_decision() -> None:
    context = claim(500, payer=NEXT, later_payer=True, earlier_decided=True)
    assert "every line" in judge(decision(svc("99213", 500), status="2"), context).reasons[0]


@pytest.mark.parametrize("status", ["2", "3"])
def test_a_later_payer_before_the_first_is_held(status: str) -> None:
    verdict = judge(decision(svc("99213", 100), status=status), claim(100))
    assert (verdict.held, verdict.holds_bill) == (True, False)


@pytest.mark.parametrize("status", ["25", "23", "", "5", "13"])
def test_estimates_and_unknown_statuses_never_post(status: str) -> None:
    assert judge(decision(svc("99213", 100, "PR-1 100"), status=status), claim(100)).held


def test_a_second_decision_is_held_and_a_duplicate_denial_does_not_hold_the_bill() -> None:
    context = claim(100, decided_charges=frozenset({1}))
    assert judge(decision(svc("99213", 100, "PR-1 100")), context).holds_bill
    copy = judge(decision(svc("99213", 100, "OA-18 100"), status="4"), context)
    assert (copy.held, copy.holds_bill) == (True, False)


def test_OPS_8_a_stated_share_unlike_the_lines_posts_by_cas_and_holds_the_bill() -> None:
    said = decision(svc("99213", 100, "PR-1 40"), stated_share=Money(5_000))
    verdict = judge(said, claim(100))
    assert net(verdict.legs, PATIENT) == 4_000
    assert [t.kind for t in verdict.tasks if t.holds_bill] == [TaskKind.FIGURES]


def test_claim_level_cas_with_odd_cents_keeps_every_line_above_zero() -> None:
    said = decision(
        svc("99213", 100),
        svc("85025", 100),
        svc("36415", 100),
        claim_level="PR-1 100.00, CO-45 0.01",
    )
    verdict = balanced(judge(said, claim(100, 100, 100)))
    shares = [net(verdict.legs, PATIENT, number) for number in (1, 2, 3)]
    assert shares == [3_334, 3_333, 3_333]
    assert sum(net(verdict.legs, CLEARING, n) for n in (1, 2, 3)) == said.paid.cents


def test_a_claim_without_svc_is_answered_over_our_lines() -> None:
    said = decision(billed=Money(30_000), paid=Money(20_000), claim_level="CO-45 70, PR-2 30")
    verdict = balanced(judge(said, claim(100, 200)))
    assert [net(verdict.legs, CLEARING, n) for n in (1, 2)] == [6_667, 13_333]
    assert net(verdict.legs, PATIENT) == 3_000
    assert judge(said, claim(100, 100)).held


def test_a_bundled_pair_moves_between_lines_and_is_no_denial() -> None:
    said = decision(
        svc("80053", 100, "CO-97 100", submitted_procedure="HC:99213"),
        svc("80053", 60, "OA-94 -100, CO-45 20", submitted_procedure="HC:85025"),
    )
    verdict = balanced(judge(said, claim(100, 60)))
    assert verdict.tasks == ()
    assert net(verdict.legs, PLAN, 1) == -10_000
    assert net(verdict.legs, PLAN, 2) == -6_000
    assert net(verdict.legs, CLEARING) == 14_000
    outcomes = {a.outcome for line in verdict.lines for a in line.adjustments}
    assert outcomes == {Outcome.MOVED, Outcome.POSTED}


def test_97_alone_is_a_denial_of_its_line() -> None:
    said = decision(svc("99213", 100, "CO-97 100"), svc("85025", 60, "CO-45 20, PR-3 10"))
    verdict = balanced(judge(said, claim(100, 60)))
    assert [t.kind for t in verdict.tasks] == [TaskKind.DENIAL]
    assert net(verdict.legs, PATIENT) == 1_000


def test_lines_that_the_payer_split_sum_to_our_charge() -> None:
    said = decision(svc("99213", 60, "CO-45 10"), svc("99213", 40, "PR-1 40"))
    verdict = balanced(judge(said, claim(100)))
    assert not verdict.held
    assert (net(verdict.legs, CLEARING), net(verdict.legs, PATIENT)) == (5_000, 4_000)


def test_a_line_that_fits_no_charge_holds_the_claim() -> None:
    assert judge(decision(svc("12345", 77)), claim(100)).held


def test_a_part_of_the_lines_is_a_decision_of_that_part() -> None:
    verdict = judge(decision(svc("85025", 60, "PR-1 60")), claim(100, 60))
    assert verdict.covers == frozenset({2})


def test_a_negative_discount_swaps_sides() -> None:
    verdict = balanced(judge(decision(svc("99213", 100, "CO-45 -20")), claim(100)))
    assert (net(verdict.legs, DISCOUNT), net(verdict.legs, CLEARING)) == (-2_000, 12_000)


ADJUSTMENTS = st.builds(
    Adjustment,
    st.sampled_from(["CO", "PR", "OA", "PI", "CR"]),
    st.sampled_from(["1", "2", "3", "45", "24", "253", "16", "23", "94", "97", "96", "209", "999"]),
    st.integers(-3_000, 9_000).map(Money),
)


@st.composite
def decisions(draw) -> tuple[Decision, list[int]]:
    dollars = draw(st.lists(st.integers(1, 400), min_size=1, max_size=4))
    lines = []
    for position, amount in enumerate(dollars):
        taken = tuple(draw(st.lists(ADJUSTMENTS, max_size=4)))
        billed = Money(amount * 100)
        lines.append(
            DecisionLine(
                procedure=f"HC:{CODES[position]}",
                billed=billed,
                paid=billed - total_of(a.amount for a in taken),
                adjustments=taken,
            )
        )
    claim_level = tuple(draw(st.lists(ADJUSTMENTS, max_size=2)))
    status = draw(st.sampled_from(["1", "1", "1", "4", "19"]))
    said = decision(*lines, status=status)
    paid = said.paid - total_of(a.amount for a in claim_level)
    return replace(said, adjustments=claim_level, paid=paid), dollars


@given(decisions(), st.booleans(), st.booleans())
def test_STMT_2_whatever_a_payer_says_the_patient_owes_at_most_its_pr(
    drawn: tuple[Decision, list[int]], another_plan: bool, medicaid: bool
) -> None:
    said, dollars = drawn
    context = claim(
        *dollars, next_payer_id=NEXT if another_plan else None, no_patient_balance=medicaid
    )
    verdict = balanced(judge(said, context))
    owed = net(verdict.legs, PATIENT)
    assert 0 <= owed <= max(0, sum(a.amount.cents for a in said.all_adjustments if a.group == "PR"))
    assert owed == 0 or not (another_plan or medicaid or said.status in {"4", "19"})
    if not verdict.held:
        assert net(verdict.legs, CLEARING) == said.paid.cents
        for charge in context.charges:
            left = charge.billed.cents + net(verdict.legs, PLAN, charge.charge_id)
            assert left >= 0


@given(
    st.integers(1, 50_000),
    st.lists(ADJUSTMENTS, max_size=4),
    st.integers(0, 60_000),
)
def test_STMT_2_a_later_payer_never_leaves_more_than_stood_open(
    open_cents: int, taken: list[Adjustment], billed: int
) -> None:
    charge = OpenCharge(
        charge_id=1,
        procedure="99213",
        billed=Money(billed),
        receivable={NEXT: Money(open_cents)},
        share_limit=Money(open_cents),
    )
    line = DecisionLine(
        procedure="HC:99213",
        billed=Money(billed),
        paid=Money(billed) - total_of(a.amount for a in taken),
        adjustments=tuple(taken),
    )
    context = replace(
        claim(1, payer=NEXT, later_payer=True, earlier_decided=True), charges=(charge,)
    )
    verdict = balanced(judge(decision(line, status="2"), context))
    assert 0 <= net(verdict.legs, PATIENT) <= open_cents
    assert open_cents + net(verdict.legs, PLAN) >= 0 or verdict.held


def test_cas_helper_reads_cents() -> None:
    assert cas("PR-1 0.01")[0].amount == Money(1)
