"""The inbox: every text and e-mail, and the authenticator codes of the demo's people."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyotp
from flask import Blueprint, Response, abort, redirect
from werkzeug.wrappers import Response as AnyResponse

from sandbox.pages import render
from sandbox.store import Json
from sandbox.world import World

SHOWN = 100
CODE_SECONDS = 30
LINK = re.compile(r"(https?://[^\s<>\"]+[^\s<>\".,;:!?)])")


@dataclass(frozen=True, slots=True)
class Part:
    """A run of a message's text, or an address in it."""

    text: str
    link: bool


@dataclass(frozen=True, slots=True)
class Message:
    """One text or e-mail as the page shows it."""

    channel: str
    to: str
    subject: str
    parts: tuple[Part, ...]
    status: str
    at: datetime
    report: str  # the id of a delivery report that can be saved


@dataclass(frozen=True, slots=True)
class Code:
    """What a person's authenticator app would show now."""

    name: str
    email: str
    code: str
    seconds: int


def messages(world: World) -> list[Message]:
    """The latest texts and e-mails, newest first."""
    rows = world.store.newest(("sms", "email"), SHOWN)
    return [_message(row) for row in rows if row.get("direction") != "inbound"]


def _message(row: Json) -> Message:
    parts = (Part(text, bool(LINK.fullmatch(text))) for text in LINK.split(row["body"].strip()))
    return Message(
        channel=row["object"],
        to=row["to"],
        subject=row.get("subject", ""),
        parts=tuple(part for part in parts if part.text),
        status=row.get("status", ""),
        at=datetime.fromtimestamp(row["created"], UTC),
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


def make_blueprint(world: World, demo: Path | None) -> Blueprint:
    """The inbox page, at the sandbox's front door too."""
    blueprint = Blueprint("inbox", __name__)

    @blueprint.get("/")
    def front_door() -> AnyResponse:
        return redirect("/inbox")

    @blueprint.get("/inbox")
    def inbox() -> Response:
        return render("inbox.html", messages=messages(world), codes=codes(demo, time.time()))

    @blueprint.get("/inbox/<mail_id>.eml")
    def report(mail_id: str) -> AnyResponse:
        found = [mail for mail in world.store.find("email") if mail["id"] == mail_id]
        if not found or "raw" not in found[0]:
            abort(404)
        return Response(found[0]["raw"], mimetype="message/rfc822")

    return blueprint
