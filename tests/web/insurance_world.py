"""A patient with a plan on file, cards to photograph, and a reader that sees what the test says."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Flask
from PIL import Image, ImageDraw
from sqlalchemy import select

from portal.card_ports import CardLine
from portal.db import transaction
from portal.jobs import schedule
from portal.models.accounts import Coverage
from portal.models.claims import Claim, Visit
from portal.queue import run_due
from tests.services.ledger_book import Book
from tests.web.bills import account_of_every_kind, make_practice
from tests.web.pages import Page, PageClient


@dataclass(frozen=True, slots=True)
class World:
    """Ids of what stands in the database."""

    account_id: int
    patient_id: int
    coverage_id: int
    payer_id: int
    visit_id: int  # a bill of 60 dollars, claimed to the plan on file


def open_world() -> World:
    """One account with bills of every kind, and the plan that its claims went to."""
    make_practice()
    bills = account_of_every_kind()
    with transaction() as session:
        book = Book(session, counter=100)
        claim = session.scalars(select(Claim).where(Claim.visit_id == bills.decided)).one()
        patient_id = session.get_one(Visit, bills.decided).patient_id
        coverage = book.add(
            Coverage(
                patient_id=patient_id,
                payer_id=claim.payer_id,
                member_id="OLD12345",
                sequence="P",
                filing_code="CI",
            )
        )
        claim.coverage_id = coverage.id
        book.payer("Blue Example Plan", tax_id="1999999998")
        return World(bills.account_id, patient_id, coverage.id, claim.payer_id, bills.decided)


class SaidReader:
    """A CardReader that sees these words, or breaks."""

    def __init__(self, *texts: str, broken: bool = False) -> None:
        self.texts, self.broken = texts, broken

    def lines(self, _content: bytes) -> tuple[CardLine, ...]:
        if self.broken:
            raise RuntimeError("native code fell over")
        return tuple(
            CardLine(
                text=text, confidence=0.99, left=40, top=40 + 60 * n, right=600, bottom=80 + 60 * n
            )
            for n, text in enumerate(self.texts)
        )


def reads(flask_app: Flask, reader: SaidReader) -> None:
    """Let the app and its jobs read cards with this reader."""
    doors = flask_app.extensions["kindbill"]
    flask_app.extensions["kindbill"] = replace(doors, card_reader=reader)


def run_jobs(flask_app: Flask, now: datetime) -> None:
    """What the worker would do by now."""
    schedule.register()
    settings = flask_app.config["SETTINGS"]
    assert run_due(settings.database_url, flask_app.extensions["kindbill"], now=now) == 0


def photo(kind: str = "JPEG", *, width: int = 1400, words: str = "MEMBER ID XYZ900112") -> bytes:
    """A sharp picture of a card with these words."""
    picture = Image.new("RGB", (width, width * 5 // 8), "white")
    pen = ImageDraw.Draw(picture)
    for line in range(12):
        pen.text((40, 40 + line * 60), words, fill="black", font_size=44)
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def send_photo(client: PageClient, address: str, content: bytes, name: str = "card.jpg") -> Page:
    """Upload one side."""
    data: dict[str, Any] = {"photo": (io.BytesIO(content), name)}
    return client.post(address, data, content_type="multipart/form-data")


def begun(page: Page) -> str:
    """The address of the submission that a page leads to: `/insurance/7`."""
    return "/".join(page.location.split("/")[:3])


CARD = {
    "payer_text": "blue example  plan",
    "member_id": "xyz 900-112",
    "group_number": "G77",
    "plan_name": "PPO",
    "rx_bin": "",
    "rx_pcn": "",
    "rx_group": "",
}
WHOSE = {
    "relationship": "18",
    "subscriber_first_name": "",
    "subscriber_last_name": "",
    "subscriber_birth_on": "",
}
WHEN = {"sequence": "P", "effective_on": "1/1/2026"}


def type_it(client: PageClient, at: str, **changes: str) -> Page:
    """Type all three steps; the answer is the page that shows it once more."""
    for step, answers in (("card", CARD), ("whose", WHOSE), ("when", WHEN)):
        said = {**answers, **{key: value for key, value in changes.items() if key in answers}}
        page = client.post(f"{at}/{step}", said)
        assert page.status == 302, page.text
    return client.get(at)
