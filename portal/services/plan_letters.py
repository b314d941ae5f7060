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
    "missed": (
        "A payment that you agreed to has not reached us.",
        "Sign in to see it, and to pay or ask for help",
    ),
    "reminder": (
        "A payment that you agreed to is still open.",
        "Sign in to see what you can do, and how to ask for financial help",
    ),
    "second_miss": (
        "A payment that you agreed to is a month late.",
        "Sign in to see until when you can catch up",
    ),
    "completed": (
        "You have paid everything that you agreed to. Thank you.",
        "Sign in to see it",
    ),
    "outside": (
        "What you owe us has changed. Your agreed payments stay as they are.",
        "Sign in to see what is new, and to choose",
    ),
    "ended": (
        "An agreement with us has ended.",
        "Sign in to see what happens now",
    ),
}


def plan_letter(head: Letterhead, what: str) -> Letter:
    """One of them: what was signed, what was answered, and what became of it is read on our pages."""
    first, then = WORDS[what]
    template = "plan_copy" if what == "signed" else "plan_news"
    return billing_letter(template, head, first, f"{then}: {head.public_url}/agreements", NOT_YOU)
