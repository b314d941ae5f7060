"""Which passwords are taken (ID-6): long, not known, nothing else asked."""

from __future__ import annotations

import unicodedata

import pytest

from portal.services.refuse_weak_password import refuse_weak_password

ABOUT = ("testa.sample@example.com",)
WORDS = "lamp ocean ribbon ticket granite meadow pencil orbit saddle tulip forest anvil x"


@pytest.mark.parametrize(
    "password",
    [
        "four invented words here",
        "kittens are cute",
        "xk7#pq9v!m2z",
        "été à la plage 7",
        "ключ лежит под ковром",
        WORDS[:63],
        WORDS[:64],
        WORDS[:80],
        "q7#" + WORDS[:60] * 2,
    ],
)
def test_ID_6_long_words_of_any_script_are_taken(password: str) -> None:
    assert refuse_weak_password(password, about=ABOUT) is None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("P@ssw0rd2026!", "tried first"),
        ("Summer2025!!!", "tried first"),
        ("Michael19851985", "tried first"),
        ("letmein123456", "tried first"),
        ("dallascowboys1", "tried first"),
        ("manchesterunited", "tried first"),
        ("thisismypassword", "tried first"),
        ("correct horse battery staple", "tried first"),
        ("1qaz2wsx3edc4rfv", "tried first"),
        ("aaaaaaaaaaaaaaa", "simple pattern"),
        ("a" * 100, "simple pattern"),
        ("TESTA.SAMPLE@EXAMPLE.COM", "too close"),
        ("kindbill2026", "too close"),
    ],
)
def test_ID_6_what_is_guessed_first_is_refused(password: str, reason: str) -> None:
    assert reason in (refuse_weak_password(password, about=ABOUT) or "taken")


def test_ID_6_code_points_are_counted_after_nfc() -> None:
    decomposed = unicodedata.normalize("NFD", "éàüöñ ßøł")
    assert len(decomposed) >= 12
    assert "at least 12" in (refuse_weak_password(decomposed) or "")


def test_ID_6_the_longest() -> None:
    assert refuse_weak_password((WORDS * 2)[:128]) is None
    assert "at most 128" in (refuse_weak_password((WORDS * 2)[:129]) or "")
