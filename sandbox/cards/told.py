"""Cards of people of the invented practice: what they say is given, only the look is drawn by chance."""

from __future__ import annotations

import random

from sandbox.cards.layouts import KNOWN, back_of_two
from sandbox.cards.samples import FONTS, Card, Facts, Pen

LABELS = {
    "subscriber": "Member",
    "member_id": "Member ID",
    "group_number": "Group",
    "plan": "Plan",
    "rx_bin": "RxBIN",
    "rx_pcn": "RxPCN",
    "rx_group": "RxGrp",
    "copay_office": "Office Visit",
    "copay_specialist": "Specialist",
    "copay_emergency": "Emergency Room",
}
PHARMACY = {
    "rx_bin": "610555",
    "rx_pcn": "ADV",
    "rx_group": "RX5550",
    "copay_office": "$25",
    "copay_specialist": "$50",
    "copay_emergency": "$250",
}


def told_card(layout: str, **says: str) -> Card:
    """Both sides of a card with these words (payer, subscriber, member_id, group_number, plan)."""
    printed = says | PHARMACY
    phones = ("1-800-555-0123", "1-800-555-0124")
    said = Facts(says=printed, printed=printed, labels=LABELS, phones=phones)
    front, back = (
        Pen(random.Random(layout), FONTS[0], "#111", "#0a4d8c") for _ in ("front", "back")
    )
    KNOWN[layout][0](front, said)
    back_of_two(back, said)
    return Card(says=printed, phones=phones, layout=layout, front=front.side, back=back.side)
