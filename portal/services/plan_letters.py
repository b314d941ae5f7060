"""The words of e-mails about payment plans: that something waits behind the sign-in, never how much (MSG-18)."""

from __future__ import annotations

from portal.services.letters import NOT_YOU, Letter, Letterhead, billing_letter

WORDS = {
    "signed": (
        "You signed an agreement with us. Your copy is ready.",
        "Sign in to read it, print it or save it",
    ),
    "offered": (
        "We have an answer to what you asked us about your payments.",
        "Sign in to read it",
    ),
    "declined": (
        "We have an answer to what you asked us about your payments.",
        "Sign in to read our letter, with the reasons",
    ),
    "changed": (
        "Your payments to us were changed, as you or our office asked.",
        "Sign in to see it",
    ),
}


def plan_letter(head: Letterhead, what: str) -> Letter:
    """One of the four: what was signed, offered, declined or changed is read on our pages."""
    first, then = WORDS[what]
    template = "plan_copy" if what == "signed" else "plan_news"
    return billing_letter(template, head, first, f"{then}: {head.public_url}/agreements", NOT_YOU)
