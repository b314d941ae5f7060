"""How long an answer takes tells nothing of who is known here: distributions compared, sample by sample (ID-4)."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.linking import LinkRequest
from portal.services.match_link_request import match_link_request
from portal.web.sign_in import PAD_SECONDS
from tests.services.ledger_book import Book
from tests.services.link_world import on_file
from tests.web.newcomer import WHO
from tests.web.pages import PageClient, fresh_token
from tests.web.people import make_login, signed_in

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
PAD = 0.15  # seconds: a fifth of the real one, so that the test ends
SAMPLES = 30  # of each kind
BOUND = 0.05  # between medians; ID-4 names 50 ms
WIDER = 0.15  # between the upper quarters: the machine has other work too
Sample = Callable[[], float]


@pytest.fixture(autouse=True)
def padded(patient_app: Flask) -> None:
    patient_app.config["CLOCK"] = lambda: NOW
    patient_app.config["PAD_SECONDS"] = PAD
    with transaction() as session:
        Book(session).practice()


def timed(client: PageClient, path: str, said: dict[str, str], *, host: int) -> float:
    """Seconds that one answer took, from an address of its own."""
    fields = {"csrf_token": client.token or fresh_token(client), **said}
    begun = time.perf_counter()
    answer = client.http.post(
        path, data=fields, environ_base={"REMOTE_ADDR": f"198.51.{host // 250}.{host % 250}"}
    )
    spent = time.perf_counter() - begun
    assert answer.status_code in {200, 302}, answer.status_code
    assert "too many tries" not in answer.get_data(as_text=True), "not the path that is measured"
    return spent


def alike(known: Iterator[float], unknown: Iterator[float]) -> None:
    """One of each in turn, so that whatever slows the machine slows both; then the distributions compared."""
    pairs = [(next(known), next(unknown)) for _ in range(SAMPLES)]
    one, other = ([pair[side] for pair in pairs] for side in (0, 1))
    assert min(*one, *other) >= PAD, "every answer waits for the pad"
    told = (statistics.quantiles(one, n=4), statistics.quantiles(other, n=4))
    assert abs(told[0][1] - told[1][1]) < BOUND, told
    assert abs(told[0][2] - told[1][2]) < WIDER, told


def test_ID_4_a_known_and_an_unknown_address_take_the_same_time_to_sign_up(
    patient_app: Flask,
) -> None:
    def samples(*, known: bool) -> Iterator[float]:
        for number in range(SAMPLES):
            email = f"{'known' if known else 'other'}{number}@example.com"
            if known:
                make_login("patient", email=email)
            client = PageClient(patient_app)
            client.post("/register/", WHO)
            client.post("/register/language", {"spoken_language": "en", "written_language": "en"})
            client.get("/register/email")
            host = number * 2 + known
            yield timed(client, "/register/email", {"email": email}, host=host)

    alike(samples(known=True), samples(known=False))


def find(number: int, *, known: bool) -> dict[str, str]:
    """Somebody on file, or nobody."""
    last = f"{'Known' if known else 'Other'}{chr(97 + number % 26)}{chr(97 + number // 26)}"
    if known:
        on_file(last_name=last, mobile=f"+1212555{1000 + number}", email="")
    said = {"first_name": "Testa", "last_name": last, "birth_on": "4/28/1986"}
    return said | {"postal_code": "20852"}


def newcomers(patient_app: Flask) -> Iterator[PageClient]:
    while True:
        yield signed_in(PageClient(patient_app), make_login("patient"))


def test_ID_4_a_known_and_an_unknown_person_take_the_same_time_to_find(patient_app: Flask) -> None:
    people = newcomers(patient_app)

    def samples(*, known: bool) -> Iterator[float]:
        for number in range(SAMPLES):
            said, client = find(number, known=known), next(people)
            yield timed(client, "/link/", said, host=number * 2 + known)

    alike(samples(known=True), samples(known=False))


def test_ID_4_a_code_that_was_sent_and_one_that_never_was_take_the_same_time(
    patient_app: Flask,
) -> None:
    people = newcomers(patient_app)
    keys = patient_app.extensions["kindbill"].hash_keys

    def samples(*, known: bool) -> Iterator[float]:
        for number in range(SAMPLES):
            if number % 3 == 0:
                client = next(people)
                client.post("/link/", find(number, known=known), expect=302)
                with read_only() as session:
                    newest = select(LinkRequest.id).order_by(LinkRequest.id.desc()).limit(1)
                    request_id = session.scalars(newest).one()
                state = match_link_request(request_id=request_id, keys=keys, now=NOW)
                assert state == ("code_sent" if known else "waiting")
            yield timed(client, "/link/code", {"code": "12345"}, host=number * 2 + known)

    alike(samples(known=True), samples(known=False))


def test_ID_4_the_work_fits_into_the_pad(patient_app: Flask) -> None:
    """A pad shorter than the work would tell by what is left over."""
    patient_app.config["PAD_SECONDS"] = 0.0
    people = newcomers(patient_app)
    spent = [
        timed(next(people), "/link/", find(number, known=True), host=number) for number in range(9)
    ]
    assert statistics.median(spent) < PAD_SECONDS / 2, spent
