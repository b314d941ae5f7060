"""The packet that answers a bank: plain fields and one document, of the parts that a person left on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from billing.evidence import (
    FIELDS,
    MOST_TEXT,
    PART_WORDS,
    REFUND_POLICY,
    EvidencePart,
    tells_of_care,
)
from portal.queries.evidence_facts import AgreedText, Deed, EvidenceFacts
from portal.queries.payment_method import method_in_words

LAYOUT = "evidence"
HEADINGS = {
    "product_description": "The payment",
    "access_activity_log": "How the payer was known to us",
    "uncategorized_text": "What the payer agreed to",
    "refund_policy_disclosure": "Refunds",
    "customer_name": "Name",
    "customer_email_address": "E-mail address",
    "customer_purchase_ip": "Network address of the payment",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part as staff see it: on or off, and the very words that would leave."""

    part: EvidencePart
    words: str
    on: bool
    preview: tuple[str, ...]  # empty: our record has nothing of it

    @property
    def empty(self) -> bool:
        return not self.preview


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """What would be sent. `forbidden` are words in it that must not leave: with any, nothing is sent."""

    parts: tuple[Part, ...]
    fields: Mapping[str, str]
    document: Mapping[str, Any]
    forbidden: tuple[str, ...]

    @property
    def chosen(self) -> tuple[EvidencePart, ...]:
        return tuple(part.part for part in self.parts if part.on and not part.empty)

    @property
    def digest(self) -> str:
        """What a person saw, in one value: only what is still the same is sent."""
        return digest(self.fields)


def digest(fields: Mapping[str, str], document: bytes = b"") -> str:
    """The hash of what is sent: the fields in one spelling, and the document's bytes."""
    spelled = json.dumps(dict(fields), sort_keys=True, ensure_ascii=False).encode()
    return hashlib.sha256(spelled + document).hexdigest()


def build_packet(facts: EvidenceFacts, on: Iterable[EvidencePart]) -> Packet:
    """The packet of these parts; the same record and parts give the same bytes."""
    chosen = frozenset(on)
    every = _fields(facts, frozenset(EvidencePart))
    fields = {
        name: value for name, value in _fields(facts, chosen).items() if FIELDS[name] in chosen
    }
    names = {facts.payer_name} if EvidencePart.NAME not in chosen else set()
    names |= {facts.payer_email} if EvidencePart.EMAIL not in chosen else set()
    return Packet(
        parts=tuple(
            Part(
                part=part,
                words=PART_WORDS[part],
                on=part in chosen,
                preview=tuple(
                    line
                    for name, value in {**every, **fields}.items()
                    if FIELDS[name] is part
                    for line in value.splitlines()
                ),
            )
            for part in EvidencePart
        ),
        fields=fields,
        document={
            "practice": facts.practice_name,
            "reference": facts.receipt_number,
            "sections": [
                {"heading": HEADINGS[name], "lines": value.splitlines()}
                for name, value in fields.items()
            ],
        },
        forbidden=tells_of_care(fields.values(), facts.care | (names - {""})),
    )


def _fields(facts: EvidenceFacts, chosen: frozenset[EvidencePart]) -> dict[str, str]:
    zone, named = ZoneInfo(facts.time_zone), EvidencePart.NAME in chosen
    addresses = EvidencePart.ADDRESS in chosen
    paid_from = next((deed.ip for deed in reversed(facts.deeds) if deed.ip), "")
    found = {
        "product_description": _payment(facts, zone),
        "access_activity_log": "\n".join(_deed(deed, zone, addresses) for deed in facts.deeds),
        "uncategorized_text": "\n".join(
            line for text in facts.agreed for line in _agreed(text, zone, named, addresses)
        ),
        "refund_policy_disclosure": _refunds(facts, zone),
        "customer_name": facts.payer_name,
        "customer_email_address": facts.payer_email,
        "customer_purchase_ip": paid_from,
    }
    return {name: value[:MOST_TEXT] for name, value in found.items() if value}


def _payment(facts: EvidenceFacts, zone: ZoneInfo) -> str:
    how = method_in_words(facts.method, facts.brand, facts.last4)
    return (
        f"Payment of the balance of an account with {facts.practice_name}.\n"
        f"Receipt {facts.receipt_number}: {facts.amount}, {_at(facts.paid_at, zone)}, {how}.\n"
        "The payer saw the amount before they went to the card company’s own payment page, and"
        " entered the card there. The amount was credited to the account in full."
    )


def _deed(deed: Deed, zone: ZoneInfo, addresses: bool) -> str:
    told = [f"{_at(deed.at, zone)}: {deed.what}", deed.device]
    return "; ".join(part for part in (*told, deed.ip if addresses else "") if part)


def _agreed(text: AgreedText, zone: ZoneInfo, named: bool, addresses: bool) -> Iterable[str]:
    signed = f", signed by {text.by}" if text.by and named else ""
    at = f" from {text.ip}" if text.ip and addresses else ""
    yield f"{text.what}: {_at(text.at, zone)}{signed}{at}."
    if text.words:
        yield text.words
    if text.sha256:
        yield f"SHA-256 of its words: {text.sha256}"


def _refunds(facts: EvidenceFacts, zone: ZoneInfo) -> str:
    sent = [f"{amount} was refunded on {_at(at, zone)}." for at, amount in facts.refunds]
    return "\n".join((REFUND_POLICY, *(sent or ["No refund of this payment was made."])))


def _at(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M} {local:%Z}"
