"""The inbox: every phone with its texts, the e-mails beside them, and the authenticator codes of the demo's people."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyotp
from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from sandbox.pages import render
from sandbox.store import Json
from sandbox.twilio_api import LONGEST, NUMBER, Messages
from sandbox.world import World

SHOWN = 100
SHOWN_ON_A_PHONE = 12  # of each on the page of all; its own page shows the rest
LOOKED_THROUGH = 5_000
CODE_SECONDS = 30
LINK = re.compile(r"(https?://[^\s<>\"]+[^\s<>\".,;:!?)])")
US_NUMBER = re.compile(r"\+1(\d{3})(\d{3})(\d{4})")


@dataclass(frozen=True, slots=True)
class Part:
    """A run of a message's text, or an address in it."""

    text: str
    link: bool


@dataclass(frozen=True, slots=True)
class Message:
    """One text or e-mail as the page shows it; `own` was written on the phone."""

    to: str
    subject: str
    parts: tuple[Part, ...]
    status: str
    at: datetime
    own: bool
    report: str  # the id of a delivery report that can be saved


@dataclass(frozen=True, slots=True)
class Phone:
    """One number and its texts, the newest last."""

    number: str
    texts: tuple[Message, ...]

    @property
    def spoken(self) -> str:
        """The number as people write it."""
        found = US_NUMBER.fullmatch(self.number)
        return f"({found[1]}) {found[2]}-{found[3]}" if found else self.number


@dataclass(frozen=True, slots=True)
class Code:
    """What a person's authenticator app would show now."""

    name: str
    email: str
    code: str
    seconds: int


def emails(world: World) -> list[Message]:
    """The latest e-mails, newest first."""
    return [_message(row) for row in world.store.newest(("email",), SHOWN)]


def phones(world: World) -> list[Phone]:
    """Every phone of the latest texts; the one that was busy last comes first."""
    by_number: dict[str, list[Json]] = {}
    for row in world.store.newest(("sms",), SHOWN):
        by_number.setdefault(_number(row), []).append(row)
    return [_phone(number, reversed(rows[:SHOWN_ON_A_PHONE])) for number, rows in by_number.items()]


def phone_of(world: World, number: str) -> Phone:
    """One phone with its latest texts; a new one has none."""
    latest = world.store.newest(("sms",), LOOKED_THROUGH)
    return _phone(number, reversed([row for row in latest if _number(row) == number][:SHOWN]))


def e164(typed: str) -> str:
    """A number as people type it, or empty when it is none."""
    digits = re.sub(r"\D", "", typed)
    if len(digits) == 10:  # noqa: PLR2004 - a US number without its country
        digits = f"1{digits}"
    return f"+{digits}" if re.fullmatch(r"[1-9]\d{7,14}", digits) else ""


def _phone(number: str, rows: Iterable[Json]) -> Phone:
    return Phone(number, tuple(_message(row) for row in rows))


def _own(row: Json) -> bool:
    return row.get("direction") == "inbound"


def _number(row: Json) -> str:
    return str(row["from"] if _own(row) else row["to"])


def _message(row: Json) -> Message:
    parts = (Part(text, bool(LINK.fullmatch(text))) for text in LINK.split(row["body"].strip()))
    code = row.get("error_code")
    return Message(
        to=row["to"],
        subject=row.get("subject", ""),
        parts=tuple(part for part in parts if part.text),
        status=f"{row.get('status', '')}{f', error {code}' if code else ''}",
        at=datetime.fromtimestamp(row["created"], UTC),
        own=_own(row),
        report=row["id"] if "raw" in row else "",
    )


def codes(demo: Path | None, at: float) -> list[Code]:
    """The current code of each person in demo.json who has an authenticator."""
    if demo is None or not demo.exists():
        return []
    people = json.loads(demo.read_text()).get("sign_ins", [])
    return [
        Code(
            name=person.get("name") or person.get("role") or "",
            email=person.get("email", ""),
            code=pyotp.TOTP(person["totp_secret"]).at(int(at)),
            seconds=CODE_SECONDS - int(at) % CODE_SECONDS,
        )
        for person in people
        if person.get("totp_secret")
    ]


def make_blueprint(messages: Messages, demo: Path | None) -> Blueprint:
    """The inbox, at the sandbox's front door too, and a page for each phone to text back from."""
    blueprint = Blueprint("inbox", __name__)
    world = messages.world

    @blueprint.get("/")
    def front_door() -> AnyResponse:
        return redirect("/inbox")

    @blueprint.get("/inbox")
    def inbox() -> Response:
        return render(
            "inbox.html",
            phones=phones(world),
            emails=emails(world),
            codes=codes(demo, clock.now().timestamp()),
        )

    @blueprint.get("/inbox/<mail_id>.eml")
    def report(mail_id: str) -> AnyResponse:
        found = [mail for mail in world.store.find("email") if mail["id"] == mail_id]
        if not found or "raw" not in found[0]:
            abort(404)
        return Response(found[0]["raw"], mimetype="message/rfc822")

    _add_phones(blueprint, messages)
    return blueprint


def _add_phones(blueprint: Blueprint, messages: Messages) -> None:
    @blueprint.get("/phones/<number>")
    def phone(number: str) -> Response:
        return _phone_page(messages, number, sent="sent" in request.args)

    @blueprint.get("/phones/new")
    def new_phone() -> Response:
        return render("new_phone.html", problem="", number="", body="", longest=LONGEST)

    @blueprint.post("/phones")
    def text_back() -> AnyResponse:
        number, body = e164(request.form.get("number", "")), request.form.get("body", "")
        if not number or number == NUMBER or not body.strip() or len(body) > LONGEST:
            return render(
                "new_phone.html",
                status=400,
                problem="Enter a phone number, such as 614-555-0188, and some words.",
                number=request.form.get("number", ""),
                body=body,
                longest=LONGEST,
            )
        status = messages.receive(number, NUMBER, body, messages.inbound_url)
        if messages.inbound_url and (status is None or status >= 400 or status == 0):  # noqa: PLR2004
            return _phone_page(
                messages, number, problem=f"The practice answered {status or 'nothing'}."
            )
        return redirect(f"/phones/{number}?sent=1#latest")


def _phone_page(
    messages: Messages, number: str, *, sent: bool = False, problem: str = ""
) -> Response:
    return render(
        "phone.html",
        phone=phone_of(messages.world, number),
        sent=sent,
        problem=problem,
        listens=bool(messages.inbound_url),
        longest=LONGEST,
    )
