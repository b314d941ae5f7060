"""Twilio's Messages: create, fetch, list, signed status callbacks, STOP and START, magic numbers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from email.utils import formatdate

from flask import Blueprint, Response, request

from sandbox.errors import ApiError
from sandbox.store import Json, public
from sandbox.world import World

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "sandbox_auth_token"
NUMBER = "+15005550006"
# Magic numbers: 0001, 0003, 0004 and 0009 are Twilio's own; the rest are ours, one for each error that Twilio
# tells at once (REFUSED) or by callback (UNDELIVERABLE).
REFUSED = {
    "+15005550003": (21408, "Permission to send an SMS has not been enabled for the region"),
    "+15005550005": (21608, "The number is unverified. Trial accounts cannot text it"),
    "+15005550007": (21635, "'To' number cannot be a landline"),
}
UNDELIVERABLE = {
    "+15005550011": (30005, "undelivered"),
    "+15005550012": (30007, "undelivered"),
    "+15005550013": (30003, "failed"),
    "+15005550014": (30004, "undelivered"),
    "+15005550015": (30006, "undelivered"),
    "+15005550016": (30008, "failed"),
    "+15005550017": (30001, "failed"),
    "+15005550018": (30032, "undelivered"),
    "+15005550019": (30034, "undelivered"),
    "+15005550020": (30410, "failed"),
}
OPTED_OUT = 21610
LONGEST = 1600
STEP_SECONDS = 0.05
# The GSM 03.38 alphabet; one other letter, a curly quote say, makes the whole text UCS-2.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = frozenset("^{}\\[~]|€\f")  # take the room of two
STOP_WORDS = frozenset(
    ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]
)
START_WORDS = frozenset(["START", "YES", "UNSTOP"])
HELP_WORDS = frozenset(["HELP", "INFO"])
# What Twilio answers by itself to its own words when a webhook is told `OptOutType`.
REPLIES = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from"
    " this number. Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. Reply HELP for"
    " help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that Twilio does not take: HTTP status, Twilio's code and words."""

    status: int
    code: int
    message: str

    def response(self) -> Response:
        body = {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
        return Response(json.dumps(body), self.status, mimetype="application/json")


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of one Twilio account."""

    world: World
    sid: str = ACCOUNT_SID
    token: str = AUTH_TOKEN
    inbound_url: str | None = None  # the number's webhook for texts that phones send

    def refusal(self, to: str, sender: str, body: str) -> Refusal | None:
        """Why Twilio would not take the message; None when it does."""
        stopped = to == "+15005550004" or self.world.store.setting(f"opted_out:{to}") == "1"
        complaints = (
            (not to, 21604, "A 'To' phone number is required."),
            (
                to == "+15005550001" or not re.fullmatch(r"\+[1-9]\d{7,14}", to),
                21211,
                f"Invalid 'To' Phone Number: {to}",
            ),
            (to == "+15005550009", 21614, f"'To' number is not a valid mobile number: {to}"),
            (to in REFUSED, *REFUSED.get(to, (0, ""))),
            (sender in {"", "+15005550001"}, 21212, f"Invalid 'From' Phone Number: {sender}"),
            (not body, 21602, "Message body is required."),
            (len(body) > LONGEST, 21617, "The concatenated message body exceeds the limit."),
            (stopped, OPTED_OUT, "Attempt to send to unsubscribed recipient"),
        )
        for applies, code, message in complaints:
            if applies:
                return Refusal(400, code, message)
        return None

    def create(self, message: Json) -> Json:
        """Store a message with all the fields that Twilio gives it."""
        sid = "SM" + secrets.token_hex(16)
        now = formatdate(self.world.store.now())
        row = {
            "id": sid,
            "sid": sid,
            "object": "sms",
            "created": self.world.store.now(),
            "account_sid": self.sid,
            "api_version": "2010-04-01",
            "date_created": now,
            "date_sent": None,
            "date_updated": now,
            "error_code": None,
            "error_message": None,
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": str(segments(message["body"])),
            "price": None,
            "price_unit": "USD",
            "subresource_uris": {},
            "uri": f"/2010-04-01/Accounts/{self.sid}/Messages/{sid}.json",
            **message,
        }
        return self.world.store.put(row)

    def progress(self, sid: str) -> None:
        """Move a message on to its end, telling the callback at each step."""
        code, end = UNDELIVERABLE.get(self.world.store.get("sms", sid)["to"], (None, "delivered"))
        for status in ("sending", "sent", end):
            time.sleep(STEP_SECONDS)
            with self.world.store.transaction():
                message = self.world.store.get("sms", sid)
                message["status"] = status
                message["error_code"] = code if status == end else None
                self.world.store.put(message)
            if message["_callback"]:
                self.post(message["_callback"], self._facts(message))

    def _facts(self, message: Json) -> dict[str, str]:
        facts = {
            "AccountSid": self.sid,
            "ApiVersion": "2010-04-01",
            "From": message["from"],
            "MessageSid": message["sid"],
            "MessageStatus": message["status"],
            "SmsSid": message["sid"],
            "SmsStatus": message["status"],
            "To": message["to"],
        }
        if message["error_code"]:
            facts["ErrorCode"] = str(message["error_code"])
        return facts

    def receive(self, sender: str, to: str, body: str, url: str | None) -> int | None:
        """A text from a phone: opt-outs are remembered and answered, and the webhook is told."""
        message = self.create(
            {
                "to": to,
                "from": sender,
                "body": body,
                "direction": "inbound",
                "status": "received",
                "_callback": None,
            }
        )
        kind = _opt_out_type(body)
        if kind in {"STOP", "START"}:
            self.world.store.set(f"opted_out:{sender}", "1" if kind == "STOP" else "0")
        if kind:
            self._reply(sender, to, REPLIES[kind])
        facts = {
            "AccountSid": self.sid,
            "ApiVersion": "2010-04-01",
            "Body": body,
            "From": sender,
            "MessageSid": message["sid"],
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsSid": message["sid"],
            "To": to,
        }
        if kind:
            facts["OptOutType"] = kind
        return self.post(url, facts) if url else None

    def _reply(self, phone: str, number: str, body: str) -> None:
        """Twilio's own answer: it goes out even to a phone that has just said STOP."""
        self.create(
            {
                "to": phone,
                "from": number,
                "body": body,
                "direction": "outbound-reply",
                "status": "delivered",
                "_callback": None,
            }
        )

    def post(self, url: str, facts: dict[str, str]) -> int:
        """Post a signed form; the HTTP status, or 0 when nobody answered."""
        call = urllib.request.Request(
            url,
            urllib.parse.urlencode(facts).encode(),
            {
                "X-Twilio-Signature": signature(url, facts, self.token),
                "User-Agent": "TwilioProxy/1.1",
            },
        )
        try:
            with urllib.request.urlopen(call, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except (OSError, ValueError):
            return 0


def _opt_out_type(body: str) -> str:
    """STOP, START or HELP for a text that is one of Twilio's words and nothing else."""
    word = body.strip().upper()
    words = {"STOP": STOP_WORDS, "START": START_WORDS, "HELP": HELP_WORDS}
    return next((kind for kind, known in words.items() if word in known), "")


def segments(body: str) -> int:
    """How many messages the carrier counts: 160 or 153 letters of GSM, 70 or 67 units of UCS-2."""
    if set(body) <= GSM | GSM_TWICE:
        length, alone, joined = len(body) + sum(c in GSM_TWICE for c in body), 160, 153
    else:
        length, alone, joined = len(body.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= alone else -(-length // joined)


def signature(url: str, facts: dict[str, str], token: str) -> str:
    """X-Twilio-Signature: HMAC-SHA1 over the address and the sorted fields."""
    spelled = url + "".join(name + facts[name] for name in sorted(facts))
    digest = hmac.new(token.encode(), spelled.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def make_blueprint(messages: Messages) -> Blueprint:
    """Twilio's addresses, answered from these messages."""
    blueprint = Blueprint("twilio", __name__, url_prefix=f"/2010-04-01/Accounts/{messages.sid}")

    @blueprint.before_request
    def authenticate() -> Response | None:
        given = request.authorization
        if given and given.username == messages.sid and given.password == messages.token:
            return None
        return Refusal(401, 20003, "Authenticate").response()

    @blueprint.post("/Messages.json")
    def create() -> Response:
        return _create(messages)

    @blueprint.get("/Messages.json")
    def index() -> Json:
        wanted = {"To": "to", "From": "from"}
        where = {wanted[name]: request.args[name] for name in wanted if name in request.args}
        rows = messages.world.store.find("sms", where)[: int(request.args.get("PageSize", 50))]
        return {
            "messages": [public(row) for row in rows],
            "end": len(rows),
            "first_page_uri": request.path,
            "next_page_uri": None,
            "page": 0,
            "page_size": 50,
            "previous_page_uri": None,
            "start": 0,
            "uri": request.path,
        }

    @blueprint.get("/Messages/<sid>.json")
    def fetch(sid: str) -> Response:
        try:
            message = messages.world.store.get("sms", sid)
        except ApiError:
            return Refusal(404, 20404, "The requested resource was not found").response()
        return Response(json.dumps(public(message)), mimetype="application/json")

    return blueprint


def _create(messages: Messages) -> Response:
    fault = messages.world.faults.take("POST", request.path)
    if fault and fault.do == "delay":
        time.sleep(fault.secs)
        fault = None
    broken = Refusal(fault.status if fault else 503, 20500, "injected").response()
    if fault and fault.where == "before":
        return broken
    form = request.form
    sender = form.get("From") or form.get("MessagingServiceSid", "")
    refusal = messages.refusal(form.get("To", ""), sender, form.get("Body", ""))
    if refusal:
        return refusal.response()
    message = messages.create(
        {
            "to": form["To"],
            "from": sender,
            "body": form["Body"],
            "direction": "outbound-api",
            "status": "queued",
            "_callback": form.get("StatusCallback"),
        }
    )
    threading.Thread(target=messages.progress, args=(message["sid"],), daemon=True).start()
    return (
        broken if fault else Response(json.dumps(public(message)), 201, mimetype="application/json")
    )
