"""Whom a note speaks to: an @ at the beginning of a word, and never an e-mail address."""

from __future__ import annotations

import pytest

from billing.mentions import handle_of, mentions_in


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@biller please look", ("biller",)),
        ("Call back, @Desk.Two, or (@manager).", ("desk.two", "manager")),
        ("@biller and @BILLER", ("biller",)),
        ("They wrote from testa@example.com", ()),
        ("a@b @c", ("c",)),
        ("@ nobody, 5 @ $20", ()),
        ("@biller@example.com", ("biller",)),
    ],
)
def test_who_is_named(text: str, named: tuple[str, ...]) -> None:
    assert mentions_in(text) == named


def test_a_handle_is_the_address_before_its_at() -> None:
    assert handle_of("Desk.Two@example.com") == "desk.two"
