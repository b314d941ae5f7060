"""Whether free words say that a bill is wrong, and in which way (DISP-1); what is not plain is for a person to read."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from billing.bill_disputes import Kind


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the words dispute; not `sure`: a person decides whether they do."""

    kind: Kind
    sure: bool


# Plain statements, the narrower first. A question holds the same words and says nothing yet.
PLAIN: tuple[tuple[Kind, str], ...] = (
    (Kind.IDENTITY_THEFT, r"\b(?:identity theft|stole my (?:identity|name|card)|robo de identidad)\b"),
    (Kind.IDENTITY_THEFT, r"\b(?:someone|somebody|alguien) (?:else )?(?:used|uso) (?:my|mi) (?:name|nombre|id)\b"),
    (Kind.DUPLICATE, r"\b(?:billed|charged) (?:me )?twice\b|\bdouble (?:billed|charged)\b|\bduplicate (?:bill|charge)\b"),
    (Kind.DUPLICATE, r"\bcobra\w+ dos veces\b"),
    (Kind.ALREADY_PAID, r"\b(?:already|have|was) paid\b|\bpaid (?:this|it|that|my bill|in full)\b|\bya (?:lo )?pague\b"),
    (Kind.INSURANCE, r"\b(?:insurance|medicare|medicaid|plan) (?:should|must|was supposed to|is supposed to|has to|needs to) (?:pay|cover)\b"),
    (Kind.INSURANCE, r"\bmi seguro (?:debe|deberia|tiene que) (?:pagar|cubrir)\b"),
    (Kind.NOT_RECEIVED, r"\b(?:never|did not|didnt) (?:got|get|had|have|received?|see|saw|went|go|come|came)\b.*\b(?:service|test|visit|doctor|shot|lab|there|procedure|treatment)s?\b"),
    (Kind.NOT_MINE, r"\b(?:not|isnt|is not) (?:my|mine)\b.*\bbill\b|\bbill (?:is|does|that is)? ?(?:not|isnt|doesnt)\b.*\b(?:mine|my|belong)\b|\bnot (?:mine|my bill)\b"),
    (Kind.NOT_MINE, r"\b(?:no es mia|no es mi (?:factura|cuenta))\b"),
    (Kind.AMOUNT, r"\b(?:bill|amount|charge|balance|total|price)\b.*\b(?:wrong|incorrect|not right|mistake|error)\b"),
    (Kind.AMOUNT, r"\b(?:wrong|incorrect) (?:bill|amount|charge|balance|total|price)\b|\bovercharged\b"),
    (Kind.AMOUNT, r"\bi (?:want to )?dispute\b|\bi do not owe\b|\bi dont owe\b|\bno debo\b"),
    (Kind.AMOUNT, r"\b(?:factura|cuenta|cobro|monto)\b.*\b(?:mal|equivocad[ao]|incorrect[ao]|error)\b"),
)  # fmt: skip
# Words that may say it, or something else: "something is wrong with my portal".
MAYBE = re.compile(
    r"\b(?:wrong|mistake|incorrect|not mine|dispute|complain\w*|overcharg\w*|paid already|scam|fraud)\b"
    r"|\b(?:insurance|medicare|medicaid|seguro) (?:\w+ ){0,4}(?:pay|cover|paid|pagar|cubrir)\w*\b"
    r"|\b(?:equivocad[ao]|queja|fraude)\b"
)
ASKS = re.compile(
    r"\?|^(?:how|what|when|where|can|could|do|does|did|is|are|will|would|should|if|como|cuando|puedo)\b"
)


def read_complaint(body: str) -> Complaint | None:
    """The complaint that the words are; None where nothing in them speaks of one."""
    plain = _plain(body)
    asks = "?" in body or bool(ASKS.search(plain))
    for kind, pattern in PLAIN:
        if re.search(pattern, plain):
            return Complaint(kind, sure=not asks)
    return Complaint(Kind.AMOUNT, sure=False) if MAYBE.search(plain) else None


def _plain(body: str) -> str:
    text = unicodedata.normalize("NFKD", body).casefold()
    text = "".join(char for char in text if not unicodedata.combining(char))
    text = re.sub(r"['`\u2018\u2019]", "", text)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())
