"""Every reason of the table is a denial of one category, or none; and each payer's clock gives one last day."""

from __future__ import annotations

from datetime import date

import pytest

from billing.appeal_clock import (
    APPEAL_LEVELS,
    BUILT_IN,
    Basis,
    Clock,
    Limit,
    PayerType,
    alert_step,
    clock_for,
    deadline,
    filing_step,
    payer_type,
)
from billing.appeal_letter import (
    EXAMPLE,
    FIELDS,
    STARTERS,
    EmptyField,
    UnknownField,
    fill,
    unfilled,
)
from billing.carc_codes import CARC
from billing.denial_states import DENIAL, UNFINISHED, DenialEvent, DenialState
from billing.denials import (
    NATURES,
    DenialCategory,
    denial_category,
    may_appeal,
    may_reach_patient,
    only_duplicates,
)
from billing.money import ZERO, Money
from billing.transitions import Refused, next_state

# Section 13 of the rules, each code of its table once; `-` is no denial (OPS-7).
TABLE = {
    "-": "1 2 3 23 24 45 59 100 104 131 133 142 144 187 209 222 237 246 253 256 275",
    "eligibility": "26 27 31 32 109 140 177 200",
    "authorization": "15 39 165 197 198 243 288",
    "other_payer": "19 20 21 22 136 B9 B11",
    "claim_data": "16 107 129",
    "coding": "4 5 6 7 8 9 10 11 94 97 146 181 182 199 234 236 B15 B16",
    "medical_necessity": "50 55 150 151",
    "documentation": "226 227 252",
    "timely_filing": "29",
    "duplicate": "18 B13 B20",
    "credentialing": "170 185 208 B7",
    "not_covered": "35 49 96 119 149 167 204 276 B1",
    "network": "242",
    "other": "193 A1",
}
EXPECTED = {
    code: None if category == "-" else DenialCategory(category)
    for category, codes in TABLE.items()
    for code in codes.split()
    if ":" not in code
}


@pytest.mark.parametrize("carc", sorted(CARC))
def test_OPS_7_every_code_has_its_category_or_is_no_denial(carc: str) -> None:
    assert denial_category(carc) is EXPECTED[carc]


def test_OPS_7_the_table_is_the_whole_list_and_each_category_has_an_owner() -> None:
    assert set(EXPECTED) == set(CARC)
    assert set(NATURES) == set(DenialCategory)
    assert all(nature.prevention_owner and nature.root_cause for nature in NATURES.values())


def test_CODE_4_an_unknown_code_is_a_denial_of_an_unknown_kind() -> None:
    assert denial_category("999") is DenialCategory.OTHER


@pytest.mark.parametrize(
    ("carc", "remark", "category"),
    [
        ("16", "M127", DenialCategory.DOCUMENTATION),
        ("16", "N290", DenialCategory.CREDENTIALING),
        ("A1", "N115", DenialCategory.MEDICAL_NECESSITY),
        ("96", "N30", DenialCategory.ELIGIBILITY),
        ("50", "M127", DenialCategory.MEDICAL_NECESSITY),  # its own code says enough
        ("16", "MA01", DenialCategory.CLAIM_DATA),
    ],
)
def test_CODE_2_a_code_that_points_at_its_remark_is_sorted_by_it(
    carc: str, remark: str, category: DenialCategory
) -> None:
    assert denial_category(carc, [remark]) is category


@pytest.mark.parametrize("group", ["CO", "OA", "PI", "CR", "PR"])
def test_OPS_4_our_lateness_never_reaches_a_patient(group: str) -> None:
    assert not may_reach_patient(group, "29")


@pytest.mark.parametrize(
    ("group", "may"), [("CO", False), ("OA", False), ("PI", False), ("PR", True)]
)
def test_OPS_8_only_what_a_payer_put_on_the_patient_may_be_reviewed(group: str, may: bool) -> None:
    assert may_reach_patient(group, "50") is may


def test_a_repeated_answer_and_one_without_appeal_are_told_apart() -> None:
    assert only_duplicates({"18", "B13"})
    assert not only_duplicates({"18", "50"})
    assert not only_duplicates(set())
    assert not may_appeal(["MA130", "N4"])
    assert may_appeal(["N4"])


NOTICE = date(2026, 2, 2)  # a Monday
MEDICARE_DAYS = [
    (Limit.APPEAL_1, date(2026, 6, 5)),  # 120 days after Feb 7: a Sunday, so the Friday before
    (Limit.APPEAL_2, date(2026, 8, 6)),
    (Limit.APPEAL_3, date(2026, 4, 8)),
    (Limit.APPEAL_4, date(2026, 4, 8)),
    (Limit.APPEAL_5, date(2026, 4, 8)),
]


@pytest.mark.parametrize(("level", "last"), MEDICARE_DAYS)
def test_OPS_5_medicare_counts_from_receipt_five_days_after_its_notice(
    level: Limit, last: date
) -> None:
    clock = clock_for(level, PayerType.MEDICARE, (), on=NOTICE, at_stake=Money(5_000_00))
    assert clock is not None
    assert deadline(clock, NOTICE) == last


@pytest.mark.parametrize(
    ("level", "cents", "open_"),
    [
        (Limit.APPEAL_3, 199_99, False),
        (Limit.APPEAL_3, 200_00, True),
        (Limit.APPEAL_5, 1_959_99, False),
        (Limit.APPEAL_5, 1_960_00, True),
        (Limit.APPEAL_2, 1, True),
    ],
)
def test_OPS_5_a_judge_hears_only_what_is_worth_enough(
    level: Limit, cents: int, open_: bool
) -> None:
    clock = clock_for(level, PayerType.MEDICARE, (), on=NOTICE, at_stake=Money(cents))
    assert (clock is not None) is open_


def test_OPS_5_other_kinds_of_payer() -> None:
    def days(kind: PayerType, level: Limit) -> int:
        clock = clock_for(level, kind, (), on=NOTICE, at_stake=Money(100))
        return clock.days if clock else 0

    assert (days(PayerType.MEDICAID_PLAN, Limit.APPEAL_1)) == 60
    assert (days(PayerType.MEDICAID_PLAN, Limit.APPEAL_2)) == 120
    assert (days(PayerType.MEDICAID_PLAN, Limit.APPEAL_3)) == 0
    commercial = clock_for(Limit.APPEAL_1, PayerType.COMMERCIAL, (), on=NOTICE, at_stake=ZERO)
    assert commercial is not None
    assert commercial.assumed
    assert payer_type("MB") is PayerType.MEDICARE
    assert payer_type("BL") is payer_type("") is PayerType.COMMERCIAL
    assert all(clock.what in Limit for clocks in BUILT_IN.values() for clock in clocks)
    assert len(APPEAL_LEVELS) == 5


def test_OPS_5_a_payers_own_limit_counts_from_its_day_on() -> None:
    def own(days: int, since: date) -> Clock:
        return Clock(Limit.APPEAL_1, "First appeal", days, Basis.NOTICE, "contract", since=since)

    rows = (own(180, date(2025, 1, 1)), own(65, date(2026, 2, 1)), own(90, date(2026, 3, 1)))
    kind = PayerType.COMMERCIAL
    found = [
        clock_for(Limit.APPEAL_1, kind, rows, on=on, at_stake=ZERO)
        for on in (date(2024, 12, 31), date(2026, 1, 31), NOTICE, date(2026, 3, 1))
    ]
    assert [clock.days if clock else 0 for clock in found] == [60, 180, 65, 90]


def test_OPS_4_medicare_takes_claims_for_one_calendar_year_and_no_weekend_is_counted_on() -> None:
    clock = clock_for(Limit.FILING, PayerType.MEDICARE, (), on=NOTICE, at_stake=ZERO)
    assert clock is not None
    assert deadline(clock, date(2024, 2, 29)) == date(2025, 2, 28)
    assert deadline(clock, date(2025, 2, 28)) == date(2026, 2, 27)  # a Saturday
    assert deadline(clock, date(2025, 2, 28), {date(2026, 2, 27)}) == date(2026, 2, 26)
    assert clock_for(Limit.FILING, PayerType.COMMERCIAL, (), on=NOTICE, at_stake=ZERO) is None


@pytest.mark.parametrize(
    ("left", "step"),
    [(31, None), (30, 30), (15, 30), (14, 14), (8, 14), (7, 7), (2, 7), (1, 1), (0, 1), (-1, 0)],
)
def test_OPS_5_warnings_come_30_14_7_and_1_days_before(left: int, step: int | None) -> None:
    on = date(2026, 6, 1)
    assert alert_step(date.fromordinal(on.toordinal() + left), on) == step


@pytest.mark.parametrize(
    ("gone", "step"), [(44, None), (45, 50), (71, 50), (72, 80), (90, 80), (91, 100)]
)
def test_OPS_4_filing_warns_at_half_and_at_four_fifths(gone: int, step: int | None) -> None:
    start = date(2026, 1, 5)
    last, on = (date.fromordinal(start.toordinal() + n) for n in (90, gone))
    assert filing_step(start, last, on) == step


@pytest.mark.parametrize("event", DenialEvent)
@pytest.mark.parametrize("state", sorted(set(DenialState) - UNFINISHED))
def test_OPS_6_what_is_over_stays_over(state: DenialState, event: DenialEvent) -> None:
    assert next_state(DENIAL, state, event) == Refused(state, event)


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (DenialState.APPEALED, DenialEvent.WRITE_OFF),
        (DenialState.CORRECTED, DenialEvent.WRITE_OFF),
        (DenialState.AGREED, DenialEvent.WRITE_OFF),
        (DenialState.APPEALED, DenialEvent.GIVE_UP),
        (DenialState.LOST, DenialEvent.CORRECT),
    ],
)
def test_OPS_6_what_is_with_the_payer_waits_for_its_answer(
    state: DenialState, event: DenialEvent
) -> None:
    assert isinstance(next_state(DENIAL, state, event), Refused)


def test_OPS_6_from_no_to_the_money() -> None:
    state = DenialState.OPEN
    for event in (DenialEvent.TAKE, DenialEvent.APPEAL, DenialEvent.UPHOLD, DenialEvent.APPEAL):
        state = next_state(DENIAL, state, event)
    assert next_state(DENIAL, state, DenialEvent.PAID) is DenialState.WON
    assert set(DENIAL) == set(DenialState)


def test_a_letter_is_filled_whole_or_refused_with_the_field_that_is_missing() -> None:
    assert set(EXAMPLE) == set(FIELDS)
    for letter in STARTERS.values():
        assert not unfilled(fill(letter.body, EXAMPLE))
    with pytest.raises(UnknownField, match="“payer”"):
        fill("Dear {{payer}}", EXAMPLE)
    with pytest.raises(EmptyField, match=r"“member_id”: the patient.s number"):
        fill("Member {{ member_id }}", {**EXAMPLE, "member_id": " "})
    assert unfilled("Dear {{ payer_name }}") == "payer_name"
