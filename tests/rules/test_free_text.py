"""PCI-5: a note that holds a card number is refused, everything else a biller writes is kept."""

import random

import pytest

from billing.free_text import REDACTED, CardNumberRefused, check_free_text, redact_free_text


@pytest.mark.parametrize(
    "text",
    [
        "card 4242424242424242",
        "4242 4242 4242 4242 exp 12/30",
        "4000-0566-5566-5556",
        "amex 378282246310005",
        "mc 5555.5555.5555.4444",
        "2223003122003222",
        "6011111111111117",
        "she read me 1 4242 4242 4242 4242",
        "4242  4242  4242  4242",
        "4242\N{NO-BREAK SPACE}4242\N{NO-BREAK SPACE}4242\N{NO-BREAK SPACE}4242",
        "4242\N{EN DASH}4242\N{EM DASH}4242\N{MINUS SIGN}4242",
        "4242/4242/4242/4242",
        "4242_4242_4242_4242",
        "4242\t4242\t4242\t4242",
        "4242\r\n4242\n4242\n4242",
        "4242 - 4242 - 4242 - 4242",
        "4242, 4242, 4242, 4242",
        "4242\N{ZERO WIDTH SPACE}4242\N{SOFT HYPHEN}4242\N{ZERO WIDTH SPACE}4242",
        "\uff14\uff12\uff14\uff12" * 4,
        "\N{ARABIC-INDIC DIGIT FOUR}242 4242 4242 4242",
        "42424242 42424242",
        "4242-42424242-4242",
        "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2",
        "42 42 42 42 42 42 42 42",
        "3782 822463 10005",
        "3056 930902 5904",
        "4222 2222 2222 2",
        "4000 0000 0000 0000 006",
        "4242 4242 4242 4242 12/30",
        "4242424242424242 123",
        "NPI 1234567893 4242424242424242",
    ],
)
def test_PCI_5_refuses_card_numbers(text: str) -> None:
    with pytest.raises(CardNumberRefused, match="never kept"):
        check_free_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "called payer, ref 20260220113355001",
        "4242 4242 4242 4241 is no card",
        "NPI 1234567893, phone 555-0101, 02/20/2026",
        "trace 1512345678901",
        "a run of 17 with a card in it: 42424242424242421",
        "and of 20: 00424242424242424242",
        "TRN 1 014242424242424242420",
        "02/20/2026 212-555-0142, 4 visits, 1,250.00",
    ],
)
def test_PCI_5_keeps_other_numbers(text: str) -> None:
    assert check_free_text(f"  {text} ") == text.strip()


@pytest.mark.parametrize(
    ("length", "at_most"),
    # One check digit in ten fits; of 16 digits about every fifth run begins as some issuer's.
    [(15, 0.006), (16, 0.035), (17, 0), (18, 0), (19, 0.02), (20, 0)],
)
def test_PCI_5_long_numbers_are_seldom_refused(length: int, at_most: float) -> None:
    made = random.Random(835)
    runs = ["".join(made.choices("0123456789", k=length)) for _ in range(3_000)]
    refused = sum(redact_free_text(run) != run for run in runs)
    assert refused <= at_most * len(runs)


def test_PCI_5_what_is_removed_is_what_is_refused() -> None:
    text = "ﬁrst \uff14\uff12\uff14\uff12 \N{EN DASH} 4242, 4242/4242 ﬁne; 4242\t4242\t4242\t4242."
    assert redact_free_text(text) == f"ﬁrst {REDACTED} ﬁne; {REDACTED}."
    assert check_free_text(redact_free_text(text))


def test_PCI_5_what_reached_us_already_is_redacted() -> None:
    text = "pay with 4242 4242 4242 4242 please, my ref is 20260220113355001"
    assert redact_free_text(text) == (
        "pay with [card number removed] please, my ref is 20260220113355001"
    )
