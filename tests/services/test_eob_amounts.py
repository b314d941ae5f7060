"""STMT-5: what a photographed EOB says a patient may owe, in the layouts that plans print; nothing where it is unclear."""

from __future__ import annotations

import pytest

from billing.money import Money
from portal.card_ports import CardLine
from portal.services.eob_amounts import amounts_on


def at(text: str, left: float, top: float, *, height: float = 30) -> CardLine:
    return CardLine(
        text=text,
        confidence=0.98,
        left=left,
        top=top,
        right=left + 14 * len(text),
        bottom=top + height,
    )


def table(header: str, *rows: tuple[str, str, str]) -> list[CardLine]:
    """A table of service, billed and share, the last under its header."""
    found = [at("Service", 40, 200), at("Amount billed", 400, 200), at(header, 800, 200)]
    for n, (service, billed, share) in enumerate(rows, start=1):
        top = 200 + 50 * n
        found += [at(service, 40, top), at(billed, 420, top), at(share, 830, top)]
    return found


@pytest.mark.parametrize(
    "words",
    [
        "You may owe $60.00",
        "Your responsibility: $60.00",
        "PATIENT RESPONSIBILITY 60.00",
        "Amount you owe $ 60.00",
        "Your share 60 .00",
        "Usted podría deber: $60.00",
        "Lo que usted debe $60.00",
        "Responsabilidad del paciente $60.00",
    ],
)
def test_the_amount_in_the_same_words(words: str) -> None:
    lines = [
        at("THIS IS NOT A BILL", 40, 40),
        at("Amount billed $200.00", 40, 80),
        at(words, 40, 120),
    ]
    assert amounts_on(lines).total == Money(6000)


def test_the_amount_right_of_its_label_and_not_the_one_of_another_row() -> None:
    lines = [
        at("Plan paid", 40, 80), at("$140.00", 700, 80),
        at("What you owe", 40, 130), at("$1,060.00", 700, 134),
        at("Deductible left", 40, 180), at("$900.00", 700, 180),
    ]  # fmt: skip
    assert amounts_on(lines).total == Money(106000)


def test_the_amount_below_its_label() -> None:
    lines = [at("You may owe", 500, 80), at("$60.00", 520, 130), at("Member ID 12345", 40, 130)]
    assert amounts_on(lines).total == Money(6000)


def test_a_table_with_a_total() -> None:
    read = amounts_on(
        table(
            "You may owe",
            ("Office visit", "$150.00", "$50.00"),
            ("Blood test", "$40.00", "$10.00"),
            ("Total", "$190.00", "$60.00"),
        )
    )
    assert read.total == Money(6000)
    assert read.share_of(Money(4000)) == Money(1000)
    assert read.share_of(Money(15000)) == Money(5000)
    assert read.share_of(Money(7700)) is None


def test_a_table_whose_last_row_is_the_sum_and_a_header_in_two_lines() -> None:
    lines = [one for one in table("x", ("A", "$150.00", "$50.00"), ("B", "$40.00", "$10.00"), ("", "$190.00", "$60.00")) if one.text not in ("x", "")]  # fmt: skip
    lines += [at("Patient", 820, 165), at("responsibility", 780, 200)]
    read = amounts_on(lines)
    assert read.total == Money(6000)
    assert len(read.rows) == 2


def test_two_services_billed_alike_are_not_told_apart() -> None:
    read = amounts_on(
        table(
            "Your share",
            ("Test", "$40.00", "$10.00"),
            ("Test", "$40.00", "$0.00"),
            ("Total", "$80.00", "$10.00"),
        )
    )
    assert read.share_of(Money(4000)) is None


def test_summary_and_table_that_agree_are_one_answer_and_that_differ_are_none() -> None:
    rows = table("You may owe", ("Visit", "$150.00", "$50.00"), ("Total", "$150.00", "$50.00"))
    assert amounts_on([at("Amount you owe $50.00", 40, 40), *rows]).total == Money(5000)
    assert amounts_on([at("Amount you owe $75.00", 40, 40), *rows]).total is None


@pytest.mark.parametrize(
    "words",
    ["You do not owe $60.00", "Your plan paid $60.00", "You may owe", "You may owe 20%", ""],
)
def test_nothing_is_guessed(words: str) -> None:
    assert amounts_on([at(words, 40, 40)] if words else []).total is None
