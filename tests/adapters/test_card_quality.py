"""SCH-14: a person is told how to take a better picture when this one is blurred, dark or has a lamp's light on it."""

from __future__ import annotations

import pytest
from PIL import Image

from portal.adapters.card_pixels import cleaned
from portal.adapters.card_quality import flaws_of
from portal.card_ports import CardFlaw
from sandbox.cards.layouts import known_card
from sandbox.cards.photos import Shot, photograph, poor_shot


def flaws(seed: int, **how) -> tuple[CardFlaw, ...]:
    shot = Shot(width=1600, **how)
    return cleaned("jpeg", photograph(known_card(seed).front, shot, seed)).flaws


GOOD = (
    {},
    {"noise": 9, "quality": 45},
    {"shade": 0.45, "tilt": 6},
    {"light": 0.5},
    {"light": 1.2},
    {"blur": 1.0, "quarter_turns": 1},
    {"perspective": 0.05},
)


@pytest.mark.parametrize("seed", [1, 5])
@pytest.mark.parametrize("how", GOOD, ids=str)
def test_SCH_14_a_fair_picture_gets_no_advice(seed, how):
    assert flaws(seed, **how) == ()


@pytest.mark.parametrize("seed", [1, 2, 5])
@pytest.mark.parametrize("noise", [2, 8])
def test_SCH_14_a_shaken_hand_is_seen_even_in_noise(seed, noise):
    assert flaws(seed, blur=5, noise=noise) == (CardFlaw.BLURRED,)


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_SCH_14_too_little_light_is_seen(seed):
    assert CardFlaw.DARK in flaws(seed, light=0.2)


@pytest.mark.parametrize("seed", [0, 2, 3, 4, 6])
def test_SCH_14_a_lamps_reflection_is_seen_where_the_paper_is_not_burnt_out(seed):
    assert flaws(seed, glare=1.0, light=0.9) == (CardFlaw.GLARE,)


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_SCH_14_a_card_that_is_small_in_the_picture_is_seen(seed):
    assert CardFlaw.FAR in flaws(seed, share=0.5)
    assert flaws(seed, share=0.7) == ()


def test_SCH_14_pictures_that_should_be_taken_again_mostly_get_advice():
    """Of twelve poor ones; the reader misses half of such cards."""
    told = 0
    for seed in range(12):
        content = photograph(known_card(seed).front, poor_shot(seed), seed)
        told += bool(cleaned("jpeg", content).flaws)
    assert told >= 8


def test_a_scan_on_pure_white_has_no_glare():
    page = Image.new("RGB", (2000, 1400), "white")
    page.paste(known_card(1).front, (200, 200))
    assert flaws_of(page) == ()


def test_a_picture_of_nothing_is_blurred_and_one_of_a_dot_is_judged_too():
    assert CardFlaw.BLURRED in flaws_of(Image.new("RGB", (1000, 700), "#888"))
    flaws_of(Image.new("RGB", (1000, 1)))
