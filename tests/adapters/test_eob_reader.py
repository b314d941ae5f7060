"""STMT-5: synthetic EOBs of several layouts, drawn and read by the reader of the product, without any network."""

from __future__ import annotations

import io
import socket

import pytest
from PIL import Image, ImageDraw, ImageFont

from billing.money import Money
from portal.adapters.card_pixels import cleaned
from portal.adapters.card_reader import RapidReader
from portal.services.eob_amounts import EobAmounts, amounts_on

READER = RapidReader()
Words = list[tuple[int, int, str]]
HEAD: Words = [
    (60, 60, "Acme Health"),
    (60, 130, "Explanation of benefits"),
    (60, 200, "THIS IS NOT A BILL"),
]
SUMMARY: Words = [
    *HEAD,
    (60, 340, "Amount billed"), (1100, 340, "$200.00"),
    (60, 420, "Your plan paid"), (1100, 420, "$140.00"),
    (60, 500, "You may owe"), (1100, 500, "$60.00"),
]  # fmt: skip
TABLE: Words = [
    *HEAD,
    (60, 340, "Service"), (600, 340, "Billed"), (1000, 340, "Your responsibility"),
    (60, 430, "Office visit"), (600, 430, "$150.00"), (1080, 430, "$50.00"),
    (60, 510, "Blood test"), (600, 510, "$50.00"), (1080, 510, "$10.00"),
    (60, 590, "Total"), (600, 590, "$200.00"), (1080, 590, "$60.00"),
]  # fmt: skip
SPANISH: Words = [*HEAD[:1], (60, 340, "Lo que usted debe"), (1100, 340, "$60.00")]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("the reader asked for the network")

    for way in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, way, refuse)


def read(words: Words) -> EobAmounts:
    picture = Image.new("RGB", (1500, 1000), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(44)
    for left, top, text in words:
        pen.text((left, top), text, fill="black", font=font)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return amounts_on(READER.lines(cleaned("jpeg", out.getvalue()).content))


@pytest.mark.parametrize("words", [SUMMARY, TABLE, SPANISH], ids=["summary", "table", "spanish"])
def test_STMT_5_the_amount_that_the_patient_may_owe_is_read(words: Words) -> None:
    assert read(words).total == Money(6000)


def test_STMT_5_one_service_of_a_table_is_read_by_what_was_billed() -> None:
    found = read(TABLE)
    assert found.share_of(Money(15000)) == Money(5000)
    assert found.share_of(Money(5000)) is None, "what was billed for one is the share of another"


def test_STMT_5_an_EOB_without_such_words_is_not_guessed_at() -> None:
    assert read(SUMMARY[:-2]).total is None
