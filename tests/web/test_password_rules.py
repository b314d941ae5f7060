"""Passwords at the sign-in page: every character counts, and how a letter was typed does not (ID-6)."""

from __future__ import annotations

import unicodedata

import pytest
from flask import Flask

from tests.web.pages import PageClient
from tests.web.people import hashed, make_login
from tests.web.test_sign_in import EMAIL, NOW, give_password

LONG = "éclair ribbon granite meadow pencil orbit saddle tulip forest anvil lamp ocean"


@pytest.fixture
def client(patient_app: Flask, stranger: PageClient) -> PageClient:
    patient_app.config["CLOCK"] = lambda: NOW
    assert len(LONG) > 64
    make_login("patient", email=EMAIL, password_hash=hashed(stranger, LONG))
    return stranger


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_ID_6_one_letter_typed_in_two_ways_is_one_letter(form: str, client: PageClient) -> None:
    assert give_password(client, unicodedata.normalize(form, LONG)).status == 302


@pytest.mark.parametrize("typed", [LONG[:-1], LONG[:64], LONG + "x", LONG.upper()])
def test_ID_6_nothing_is_cut_off(typed: str, client: PageClient) -> None:
    assert "not right" in give_password(client, typed).text
