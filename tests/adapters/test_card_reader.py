"""SCH-14: words on a photographed card are seen whichever way it lies, by models that come with the library.

How well it reads in worse light is measured, not asserted: benchmarks/card_reading.py.
"""

from __future__ import annotations

import io
import socket

import pytest
from PIL import Image

from portal.adapters.card_pixels import cleaned
from portal.adapters.card_reader import RapidReader
from portal.card_ports import CardField as F
from portal.services.read_card import read_card
from sandbox.cards.layouts import known_card
from sandbox.cards.photos import Shot, photograph
from sandbox.cards.samples import PAYER_LIST

READER = RapidReader()
SHOTS = (
    Shot(width=1600),
    Shot(width=1600, quarter_turns=1, tilt=3),
    Shot(width=1600, quarter_turns=2, shade=0.3),
    Shot(width=1600, quarter_turns=3, perspective=0.03, noise=5),
)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("the card reader asked for the network")

    for way in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, way, refuse)


def clean(picture: Image.Image, shot: Shot, seed: int) -> bytes:
    return cleaned("jpeg", photograph(picture, shot, seed)).content


# Four layouts that print on one side.
@pytest.mark.parametrize(
    ("seed", "shot"),
    list(zip((1, 3, 5, 10), SHOTS, strict=True)),
    ids=["as is", "left", "over", "right"],
)
def test_SCH_14_a_fair_picture_is_read_whichever_way_the_card_lies(seed, shot):
    card = known_card(seed)
    reading = read_card(
        reader=READER, front=clean(card.front, shot, seed), back=None, payers=PAYER_LIST
    )
    found = {field.value: suggestion.value for field, suggestion in reading.fields.items()}
    assert found.pop("subscriber").upper() == card.says["subscriber"]
    assert found == {field: value for field, value in card.says.items() if field != "subscriber"}
    assert all(reading.fields[key].confidence > 0.8 for key in (F.MEMBER_ID, F.PAYER))


def test_a_picture_without_words_has_none():
    file = io.BytesIO()
    Image.new("RGB", (1200, 800), "#7a8").save(file, "JPEG")
    assert READER.lines(file.getvalue()) == ()


def test_one_card_takes_one_core():
    """Asked of the sessions themselves: the library has ignored such settings before."""
    READER.lines(clean(known_card(1).front, SHOTS[0], 1))
    engine = READER._engine
    for part in (engine.text_det, engine.text_cls, engine.text_rec):
        options = part.session.session.get_session_options()
        assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)
