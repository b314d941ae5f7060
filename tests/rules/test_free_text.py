"""PCI-5: a note that holds a card number is refused, everything else a biller writes is kept."""

import pytest

from billing.free_text import CardNumberRefused, check_free_text, redact_free_text


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
    ],
)
def test_PCI_5_keeps_other_numbers(text: str) -> None:
    assert check_free_text(f"  {text} ") == text.strip()


def test_PCI_5_what_reached_us_already_is_redacted() -> None:
    text = "pay with 4242 4242 4242 4242 please, my ref is 20260220113355001"
    assert redact_free_text(text) == (
        "pay with [card number removed] please, my ref is 20260220113355001"
    )
