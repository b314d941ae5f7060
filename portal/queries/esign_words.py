"""What a person reads before they give up paper: six disclosures, each with its own version (MSG-24)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

WORDING_VERSION = "2026-11"
TECHNICAL = "technical"
# A new version asks everybody for a new consent: what people need to read a statement has changed.
TECHNICAL_VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """One of the six, in words that stand in the consent row as they were seen."""

    key: str
    version: str
    title: str
    text: str


def disclosures(phone: str) -> tuple[Disclosure, ...]:
    """The six texts, with the practice's phone number in them."""
    return (
        Disclosure(
            key="paper",
            version="1",
            title="You have a right to paper",
            text="You can get every statement on paper. Paper is free."
            " If you do nothing here, your statements come on paper.",
        ),
        Disclosure(
            key="withdraw",
            version="1",
            title="You can go back to paper",
            text="You can change your mind at any time. It is free. Your next statement then comes"
            " in the mail. Older statements stay on this site.",
        ),
        Disclosure(
            key="scope",
            version="1",
            title="What this covers",
            text="This covers your statements and notices about your bills. It covers nothing else."
            " It lasts until you stop it.",
        ),
        Disclosure(
            key="how",
            version="1",
            title="How to stop, and how to change your address",
            text="To stop, press the button on this page, or call us at"
            f" {phone}. To change your e-mail address, call us too."
            " If our e-mail comes back, we send paper again.",
        ),
        Disclosure(
            key="copy",
            version="1",
            title="How to get a paper copy",
            text="Open a statement and press “Mail me a paper copy”, or call us. It is free.",
        ),
        Disclosure(
            key=TECHNICAL,
            version=TECHNICAL_VERSION,
            title="What you need",
            text="You need a phone or a computer that is on the internet. It must have a new web"
            " browser and be able to open PDF files. You need your own e-mail address.",
        ),
    )


def agreement(email: str) -> str:
    """The words beside the unchecked box."""
    return (
        "Yes, send my statements and notices about my bills without paper."
        f" Write to {email}. I could open the sample."
    )


def as_seen(phone: str, email: str) -> dict[str, Any]:
    """The texts as a consent row keeps them."""
    texts = {
        one.key: {"version": one.version, "title": one.title, "text": one.text}
        for one in disclosures(phone)
    }
    return {**texts, "agreement": agreement(email)}
