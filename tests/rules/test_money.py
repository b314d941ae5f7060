"""Money law 1: whole cents, and one way to split that never loses one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.money import ZERO, Money, total_of


@pytest.mark.parametrize("wrong", [1.0, "1", None, True])
def test_money_is_whole_cents_and_nothing_else(wrong: object) -> None:
    with pytest.raises(TypeError):
        Money(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["__float__", "__truediv__", "__mul__", "__int__", "__round__"])
def test_there_is_no_way_to_a_float_and_no_division(name: str) -> None:
    assert not hasattr(Money(1), name)


@pytest.mark.parametrize(
    ("cents", "written"),
    [
        (0, "$0.00"),
        (5, "$0.05"),
        (123_456, "$1,234.56"),
        (-2_000, "-$20.00"),
        (-1, "-$0.01"),
    ],
)
def test_how_money_is_written(cents: int, written: str) -> None:
    assert str(Money(cents)) == written


def test_arithmetic_and_order() -> None:
    assert Money(3) + Money(4) - Money(2) == Money(5)
    assert abs(-Money(3)) == Money(3)
    assert Money(1) < Money(2) <= Money(2)
    assert not ZERO
    assert total_of([]) == ZERO


@pytest.mark.parametrize(
    ("cents", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (1, [1, 1], [1, 0]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (10, [0, 1, 0], [0, 10, 0]),
        (5, [3, 3, 1], [2, 2, 1]),
    ],
)
def test_largest_remainder_with_ties_to_the_earlier(
    cents: int, weights: list[int], parts: list[int]
) -> None:
    assert [part.cents for part in Money(cents).allocate(weights)] == parts


@pytest.mark.parametrize("weights", [[], [0, 0], [-1, 2]])
def test_a_split_needs_a_weight(weights: list[int]) -> None:
    with pytest.raises(ValueError):
        Money(1).allocate(weights)


@given(
    st.integers(-(10**9), 10**9),
    st.lists(st.integers(0, 10**7), min_size=1, max_size=12).filter(any),
)
def test_a_split_sums_exactly_and_is_fair_to_the_cent(cents: int, weights: list[int]) -> None:
    parts = Money(cents).allocate(weights)
    assert total_of(parts) == Money(cents)
    for part, weight in zip(parts, weights, strict=True):
        exact = cents * weight / sum(weights)
        assert abs(part.cents - exact) < 1.000001
        assert weight or not part
