"""A browser between password and second factor holds little, and not for long (ID-9)."""

from __future__ import annotations

import pyotp
from flask import Flask
from sqlalchemy import update

from portal.db import transaction
from portal.models.identity import Login
from tests.web.pages import PageClient
from tests.web.test_sign_in import Person, give_password, person

__all__ = ["person"]


def test_ID_9_a_kept_cookie_of_before_sets_up_no_second_factor_after(
    person: Person, patient_app: Flask
) -> None:
    with transaction() as session:
        session.execute(update(Login).values(tf_primary_method=None, tf_totp_secret=None))
    mine, thief = PageClient(patient_app), PageClient(patient_app)
    assert mine.follow(give_password(mine)).h1 == "Choose your second step"
    with mine.http.session_transaction() as cookie:
        kept = dict(cookie)
    page = mine.post("/second-step/set-up", {"setup": "authenticator"}, expect=200)
    key = page.text.split("Type this key into the app: ")[1].split()[0].replace("-", "")
    mine.post("/second-step", {"code": pyotp.TOTP(key).at(person.now)}, expect=302)
    with thief.http.session_transaction() as cookie:
        cookie.update(kept)
    assert thief.follow(thief.get("/second-step/set-up", expect=302)).h1 == "Sign in"


def test_ID_9_the_password_has_to_be_given_again_after_a_while(
    person: Person, stranger: PageClient
) -> None:
    give_password(stranger)
    person.later(minutes=21)
    assert stranger.follow(stranger.get("/second-step", expect=None)).h1 == "Sign in"
    stranger.follow(give_password(stranger))
    person.later(minutes=19)
    assert stranger.get("/second-step").h1 == "Enter your code"
