"""Evidence for a bank: which parts there are, what may leave in each, and that none of it tells of care.

The card company is no business associate. What answers a dispute is about a payment: that it was
made, by whom, how they were known to us and what they agreed to. Never what was treated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum


class EvidencePart(StrEnum):
    """What a person switches on or off before it is sent."""

    PAYMENT = "payment"
    ACCESS = "access"
    AGREED = "agreed"
    REFUNDS = "refunds"
    NAME = "name"
    EMAIL = "email"
    ADDRESS = "address"


PART_WORDS: Mapping[EvidencePart, str] = {
    EvidencePart.PAYMENT: "The payment: receipt number, amount, moment, card brand and last four",
    EvidencePart.ACCESS: "Access log: when the payer signed in and paid, on which device",
    EvidencePart.AGREED: "What the payer agreed to: authorisations with their words and moments",
    EvidencePart.REFUNDS: "Our refund policy, and what was refunded of this payment",
    EvidencePart.NAME: "The payer’s name",
    EvidencePart.EMAIL: "The payer’s e-mail address",
    EvidencePart.ADDRESS: "The network addresses beside the access log",
}
# The least that answers. What names a person is switched on by somebody who says so.
DEFAULT_PARTS = frozenset(
    {EvidencePart.PAYMENT, EvidencePart.ACCESS, EvidencePart.AGREED, EvidencePart.REFUNDS}
)
# The only fields of the card company that we ever fill; the others ask about goods, service or care.
FIELDS: Mapping[str, EvidencePart] = {
    "product_description": EvidencePart.PAYMENT,
    "access_activity_log": EvidencePart.ACCESS,
    "customer_purchase_ip": EvidencePart.ADDRESS,
    "uncategorized_text": EvidencePart.AGREED,
    "refund_policy_disclosure": EvidencePart.REFUNDS,
    "customer_name": EvidencePart.NAME,
    "customer_email_address": EvidencePart.EMAIL,
}
FILE_FIELD = "uncategorized_file"  # the same in one tagged PDF
MOST_TEXT = 20_000  # letters in one field
REFUND_POLICY = (
    "What is paid above the amount owed is kept as the payer’s credit, shown on their account, and"
    " sent back on request within 30 days, to the card or bank account that it came from. A payment"
    " made by mistake is refunded in full when the payer tells us."
)
_WORD = re.compile(r"[^a-z0-9]+")
_SHORTEST = 3


def tells_of_care(sent: Iterable[str], care: Iterable[str]) -> tuple[str, ...]:
    """Which of the words of care stand in what would be sent, as whole words; empty when none does."""
    whole = f" {' '.join(map(_plain, sent))} "
    found = {
        word for word in care if len(_plain(word)) >= _SHORTEST and f" {_plain(word)} " in whole
    }
    return tuple(sorted(found))


def _plain(words: str) -> str:
    return _WORD.sub(" ", words.lower()).strip()
