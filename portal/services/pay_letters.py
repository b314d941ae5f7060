"""The words of e-mails about paying that staff send: no name, no amount, nothing about care (MSG-18)."""

from __future__ import annotations

from portal.services.letters import Letter, Letterhead, billing_letter


def pay_link(head: Letterhead, *, link: str) -> Letter:
    """A link that opens the page to pay, and nothing else."""
    return billing_letter(
        "pay_link",
        head,
        "Here is the link to pay that you asked for.",
        f"{link}",
        "It works once, for 3 days. We ask for the birth date and the ZIP code of the person the"
        " statement is addressed to. If you did not ask for it, do nothing.",
    )
