"""The score of a likely claim: the best first, and the reason says what agrees and what does not."""

from __future__ import annotations

import pytest

from billing.match_score import Sign, score_match

ALL = dict.fromkeys(Sign, True)


@pytest.mark.parametrize(
    ("differs", "waits", "points", "reason"),
    [
        ((), True, 100, "same number, patient, day, amount and payer"),
        (("number",), True, 60, "same patient, day, amount and payer; number differs"),
        (("number", "payer"), True, 55, "same patient, day and amount; number and payer differ"),
        (("patient",), True, 75, "same number, day, amount and payer; patient differs"),
        ((), False, 95, "same number, patient, day, amount and payer; answered before"),
        (tuple(Sign), True, 5, "number, patient, day, amount and payer differ"),
    ],
)
def test_a_score_adds_what_agrees_and_says_why(
    differs: tuple[str, ...], waits: bool, points: int, reason: str
) -> None:
    found = score_match(ALL | dict.fromkeys(map(Sign, differs), False), waits=waits)
    assert (found.points, found.reason) == (points, reason)


def test_what_one_side_lacks_is_neither_same_nor_different() -> None:
    found = score_match({Sign.PATIENT: True, Sign.DAY: False}, waits=True)
    assert (found.points, found.reason) == (30, "same patient; day differs")


def test_a_number_outweighs_everything_short_of_the_person_and_the_day() -> None:
    def points(*same: Sign) -> int:
        return score_match({sign: sign in same for sign in Sign}, waits=True).points

    assert points(Sign.NUMBER) > points(Sign.DAY, Sign.AMOUNT, Sign.PAYER)
    assert points(Sign.NUMBER) == points(Sign.PATIENT, Sign.DAY)
