"""A passkey made of software: it signs as a phone would, and as a forger might."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from html import unescape
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.web.pages import Page, PageClient

HOST, ORIGIN = "localhost", "http://localhost:8000"
PRESENT, VERIFIED, CREDENTIAL = 0x01, 0x04, 0x40


class SoftPasskey:
    """One key pair; `verified` says whether it checks its holder by finger, face or PIN."""

    def __init__(self, *, verified: bool = True, origin: str = ORIGIN) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.flags = PRESENT | (VERIFIED if verified else 0)
        self.origin = origin
        self.owner = b""
        self.count = 0

    def made(self, options: dict[str, Any]) -> str:
        """The answer to the server's wish for a new passkey."""
        self.owner = _bytes(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        point = {-2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, **point})
        data = self._data(CREDENTIAL) + bytes(16) + len(self.id).to_bytes(2, "big")
        attestation = {"fmt": "none", "attStmt": {}, "authData": data + self.id + public}
        client = self._client("webauthn.create", options)
        return self._answer(
            clientDataJSON=_text(client),
            attestationObject=_text(cbor2.dumps(attestation)),
            transports=["internal"],
        )

    def used(self, options: dict[str, Any]) -> str:
        """The answer to the server's wish for a signature."""
        self.count += 1
        client, data = self._client("webauthn.get", options), self._data(0)
        signed = data + hashlib.sha256(client).digest()
        return self._answer(
            clientDataJSON=_text(client),
            authenticatorData=_text(data),
            signature=_text(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            userHandle=_text(self.owner),
        )

    def _data(self, more: int) -> bytes:
        flags = (self.flags | more).to_bytes(1, "big")
        return hashlib.sha256(HOST.encode()).digest() + flags + self.count.to_bytes(4, "big")

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said | {"crossOrigin": False}).encode()

    def _answer(self, **response: Any) -> str:
        found = {"id": _text(self.id), "rawId": _text(self.id), "type": "public-key"}
        return json.dumps(found | {"response": response})


def wish(page: Page) -> tuple[str, dict[str, Any]]:
    """Where the page posts the device's answer, and what it asks of the device."""
    form = re.search(
        r'<form id="passkey"[^>]*action="([^"]*)"[^>]*data-options="([^"]*)"', page.source
    )
    assert form, page.source
    return unescape(form[1]), json.loads(unescape(form[2]))


def register(client: PageClient, passkey: SoftPasskey, name: str = "My phone") -> Page:
    """The signed-in person's browser makes the passkey theirs."""
    client.get("/passkeys")
    action, options = wish(client.post("/passkeys", {"name": name}, expect=200))
    return client.post(action, {"credential": passkey.made(options)}, expect=302)


def sign_in(client: PageClient, passkey: SoftPasskey) -> Page:
    """By the passkey alone, from the sign-in page."""
    client.get("/sign-in")
    action, options = wish(client.post("/sign-in/passkey", expect=200))
    return client.post(action, {"credential": passkey.used(options)}, expect=302)


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(value: str) -> bytes:
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))
