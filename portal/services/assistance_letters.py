"""The words of e-mails about an application for assistance: that something waits behind the sign-in, no more (MSG-18)."""

from __future__ import annotations

from portal.services.letters import Letter, Letterhead, billing_letter

TEMPLATE = "assistance_news"
WORDS = {
    "received": (
        "We have the form that you sent us. Thank you.",
        "Sign in to see what comes next, and by when",
    ),
    "asked": ("We need something more from you.", "Sign in to see what, and to send it"),
    "decided": ("We have an answer to the form that you sent us.", "Sign in to read our letter"),
    "reversed": ("An answer that we gave you has changed.", "Sign in to read why"),
}


def assistance_letter(head: Letterhead, what: str) -> Letter:
    """One of them."""
    first, then = WORDS[what]
    return billing_letter(TEMPLATE, head, first, f"{then}: {head.public_url}/help-paying")
