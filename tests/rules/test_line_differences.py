"""Lines of the payer's that do not fit ours: what is proposed for them, and what is said (C-18)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from billing.decision import OpenCharge
from billing.exceptions import Category, Cause
from billing.line_differences import differences, propose_pairs, why_no_line_fits
from billing.money import Money
from tests.rules.decisions import ON, svc

OFFICE = OpenCharge(
    charge_id=1, procedure="99213", modifiers=("25",), service_on=ON, billed=Money(100_00)
)
BLOOD = OpenCharge(charge_id=2, procedure="85025", service_on=ON, billed=Money(100_00))


def told(line, charge: OpenCharge = OFFICE) -> list[str]:
    return [str(one) for one in differences(line, charge)]


def test_each_difference_says_both_sides() -> None:
    assert told(svc("99213:25", 100, service_on=ON)) == []
    assert told(svc("99213", 100)) == ["modifiers: the payer says none, we billed 25"]
    other = svc("99214:25", 90, service_on=date(2026, 2, 4))
    assert told(other) == [
        "code: the payer says 99214, we billed 99213",
        "day: the payer says 02/04/2026, we billed 02/03/2026",
        "amount: the payer says $90.00, we billed $100.00",
    ]
    assert told(replace(svc("", 100), procedure="")) == [
        "code: the payer says no code, we billed 99213",
        "modifiers: the payer says none, we billed 25",
    ]


def test_what_fits_is_sure_and_the_rest_is_proposed_by_the_fewest_differences() -> None:
    pairs = propose_pairs([svc("85026", 100), svc("99213:25", 100)], [OFFICE, BLOOD])
    assert [(p.ours.charge_id, p.sure) for p in pairs] == [(2, False), (1, True)]
    alone = propose_pairs([], [OFFICE])
    assert (alone[0].theirs, alone[0].ours) == (None, OFFICE)
    extra = propose_pairs([svc("1", 1), svc("99213", 100)], [OFFICE])
    assert extra[0].ours is None
    strange = propose_pairs([svc("1", 1)], [OFFICE])
    assert [p.ours for p in strange] == [None, OFFICE], "another code at another price is no match"


def test_the_cause_tells_a_swap_from_another_cut() -> None:
    _, swapped = why_no_line_fits([svc("85026", 100)], [BLOOD])
    assert swapped == Cause(Category.CHANGED_CODE, ("85025>85026",))
    _, cut = why_no_line_fits([svc("X1", 120), svc("X2", 80)], [OFFICE, BLOOD])
    assert cut == Cause(Category.SPLIT_OR_BUNDLED, ("X1", "X2"))
    reasons, strange = why_no_line_fits([svc("77777", 31)], [OFFICE, BLOOD])
    assert strange == Cause(Category.CHANGED_CODE, ("77777",))
    assert reasons == ("a line fits none of our charges",)


def test_a_quality_code_of_no_money_does_not_hide_a_swap() -> None:
    _, cause = why_no_line_fits([svc("85026", 100), svc("G8427", 0)], [BLOOD])
    assert cause.category is Category.CHANGED_CODE
    assert cause.codes == ("85025>85026",)
