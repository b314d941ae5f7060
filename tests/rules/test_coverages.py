"""Rules of a membership: how ids look, the birthday rule, and when to ask for a card again (SCH-14)."""

from datetime import date

import pytest

from billing.coverages import (
    AskAgain,
    KnownPlan,
    ParentPlan,
    ask_again,
    first_by_birthday,
    id_format,
    plain_id,
)
from billing.transitions import (
    SUBMISSION,
    Refused,
    SubmissionEvent,
    SubmissionState,
    next_state,
)

ON = date(2026, 3, 2)
ANN = ParentPlan("Ann", date(1990, 3, 4))
BOB = ParentPlan("Bob", date(1980, 11, 30))
# send, accept, send_back, withdraw
STATES = {
    "draft": "waiting - - withdrawn",
    "waiting": "- accepted sent_back withdrawn",
    "sent_back": "waiting - - withdrawn",
    "accepted": "- - - -",
    "withdrawn": "- - - -",
}


@pytest.mark.parametrize(
    ("typed", "fits"),
    [
        ("1EG4TE5MK73", True),
        ("1EG4TE5MK7", False),
        ("0EG4TE5MK73", False),
        ("1SG4TE5MK73", False),  # no S, L, O, I, B or Z
        ("1EGATE5MK73", False),
    ],
)
def test_SCH_14_a_medicare_number_has_its_eleven_places(typed: str, fits: bool) -> None:
    found = id_format(typed, filing_code="MB", on=ON)
    assert (found is None) == fits
    assert found is None or found.must


def test_SCH_14_a_format_holds_from_its_day_on() -> None:
    assert id_format("123456789A", filing_code="MB", on=date(2019, 12, 31)) is None


def test_SCH_14_a_missing_blue_cross_prefix_is_only_said() -> None:
    found = id_format("123456789", filing_code="BL", on=ON)
    assert found is not None
    assert not found.must
    assert id_format("XYZ123456789", filing_code="BL", on=ON) is None


def test_SCH_14_what_no_rule_knows_is_right() -> None:
    assert id_format("ANYTHING1", filing_code="MC", on=ON) is None
    assert id_format("ANYTHING1", filing_code="", on=ON) is None


def test_spaces_and_dashes_are_no_part_of_a_number() -> None:
    assert plain_id(" 1eg4-te5 mk73 ") == "1EG4TE5MK73"


def test_SCH_14_the_earlier_birthday_in_the_year_is_first_whoever_is_older() -> None:
    assert first_by_birthday([BOB, ANN]) is ANN


def test_SCH_14_on_one_birthday_the_longer_plan_is_first() -> None:
    one = ParentPlan("Ann", date(1990, 3, 4), since=date(2024, 1, 1))
    other = ParentPlan("Cay", date(1985, 3, 4), since=date(2020, 1, 1))
    assert first_by_birthday([one, other]) is other
    assert first_by_birthday([one, ParentPlan("Cay", date(1985, 3, 4))]) is None


def test_SCH_14_one_parent_with_two_plans_is_no_case_for_the_rule() -> None:
    assert first_by_birthday([ANN, ANN]) is None
    assert first_by_birthday([]) is None


@pytest.mark.parametrize(
    ("known_on", "ended_on", "on", "asked"),
    [
        (date(2025, 3, 2), None, date(2026, 3, 2), None),
        (date(2025, 3, 2), None, date(2026, 3, 3), AskAgain.OLD),
        (date(2025, 11, 20), None, date(2026, 1, 1), AskAgain.NEW_YEAR),
        (date(2026, 1, 1), None, date(2026, 1, 31), None),
        (date(2025, 11, 20), None, date(2026, 2, 1), None),
        (date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 2), AskAgain.NONE_ACTIVE),
        (date(2026, 2, 1), date(2026, 3, 2), date(2026, 3, 2), None),
        (None, None, date(2026, 3, 2), AskAgain.OLD),
    ],
)
def test_SCH_14_when_a_card_is_asked_for_again(
    known_on: date | None, ended_on: date | None, on: date, asked: AskAgain | None
) -> None:
    assert ask_again([KnownPlan(known_on, ended_on)], on=on) is asked


def test_SCH_14_the_newest_running_plan_counts_and_nobody_without_one_is_asked() -> None:
    ended = KnownPlan(date(2024, 1, 1), date(2024, 12, 31))
    assert ask_again([ended, KnownPlan(date(2026, 2, 1), None)], on=ON) is None
    assert ask_again([], on=ON) is None


def test_submission_table() -> None:
    for state, row in STATES.items():
        for event, following in zip(SubmissionEvent, row.split(), strict=True):
            found = next_state(SUBMISSION, SubmissionState(state), event)
            if following == "-":
                assert found == Refused(SubmissionState(state), event)
            else:
                assert found is SubmissionState(following)
