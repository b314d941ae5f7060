"""The coupon's scan line: read back as printed, and no slip of one digit passes (PLAN-20)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.money import Money
from billing.scan_line import LENGTH, Coupon, Misread, check_digit, read_scan_line, scan_line

numbers = st.integers(0, 10**8 - 1).map(lambda n: f"{n:08d}").map(lambda n: f"{n[:4]}-{n[4:]}")
amounts = st.integers(1, 10**8 - 1).map(Money)


def test_PLAN_20_the_line_is_spelled_as_documented() -> None:
    """Damm's own example is 572 with the digit 4."""
    assert check_digit("572") == 4
    assert scan_line("0012-3456", Money(18_240)) == "0000123456 00018240 9"


@given(numbers, amounts)
def test_PLAN_20_what_is_printed_reads_back(number: str, amount: Money) -> None:
    printed = scan_line(number, amount)
    said = Coupon(number.replace("-", "").zfill(10), amount)
    assert read_scan_line(printed) == said
    assert read_scan_line(printed.replace(" ", "")) == said
    assert len(printed.replace(" ", "")) == LENGTH


@given(numbers, amounts, st.integers(0, LENGTH - 1), st.integers(1, 9))
def test_PLAN_20_any_single_wrong_digit_is_noticed(
    number: str, amount: Money, at: int, by: int
) -> None:
    digits = scan_line(number, amount).replace(" ", "")
    wrong = digits[:at] + str((int(digits[at]) + by) % 10) + digits[at + 1 :]
    assert read_scan_line(wrong) is Misread.CHECK_DIGIT


@given(numbers, amounts, st.integers(0, LENGTH - 2))
def test_PLAN_20_any_two_neighbours_swapped_are_noticed(
    number: str, amount: Money, at: int
) -> None:
    digits = scan_line(number, amount).replace(" ", "")
    swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    expected = Misread.CHECK_DIGIT if swapped != digits else read_scan_line(digits)
    assert read_scan_line(swapped) == expected


@pytest.mark.parametrize("typed", ["", "12", "0" * 20, "0000123456 0001824O 1", "٠" * 19])
def test_PLAN_20_what_is_no_line_is_refused(typed: str) -> None:
    assert read_scan_line(typed) is Misread.LENGTH


@pytest.mark.parametrize(("number", "cents"), [("", 1), ("12345678901", 1), ("1", 0), ("1", 10**8)])
def test_PLAN_20_what_does_not_fit_is_never_printed(number: str, cents: int) -> None:
    with pytest.raises(ValueError, match=r"digits|fit"):
        scan_line(number, Money(cents))
