"""The words of e-mails about saved ways to pay, and about money drawn with them."""

from __future__ import annotations

from portal.services.letters import NOT_YOU, Letter, Letterhead, billing_letter


def method_added(head: Letterhead) -> Letter:
    """A card or bank account can be used without typing it again: its owner should know."""
    return billing_letter(
        "method_added",
        head,
        "A way to pay was saved on our website.",
        f"Sign in to see it, or to remove it: {head.public_url}/pay/methods",
        NOT_YOU,
    )


def method_expiring(head: Letterhead) -> Letter:
    """Thirty days before a saved card is over."""
    return billing_letter(
        "method_expiring",
        head,
        "A card that you saved on our website will soon be out of date.",
        f"Sign in to add your new card: {head.public_url}/pay/methods",
    )


def autopay_signed(head: Letterhead) -> Letter:
    """The copy of what was signed (PLAN-5)."""
    return billing_letter(
        "autopay_signed",
        head,
        "You gave us leave to draw payments. Here is your copy.",
        f"Sign in to read, print or save it: {head.public_url}/pay/autopay",
        "You can stop it there at any time, with one press. Or call us.",
        NOT_YOU,
    )


def autopay_stopped(head: Letterhead) -> Letter:
    """From now on nothing is drawn, whoever stopped it."""
    return billing_letter(
        "autopay_stopped",
        head,
        "We will not draw payments from you any more.",
        f"Sign in to see why, or to pay another way: {head.public_url}/pay/autopay",
    )


def draft_ahead(head: Letterhead) -> Letter:
    """Ten days before an amount that was not signed in figures (PLAN-6), and a few days before each (PLAN-9)."""
    return billing_letter(
        "draft_ahead",
        head,
        "We will soon draw a payment that you agreed to.",
        f"Sign in to see how much and on which day: {head.public_url}/pay/autopay",
        "You can stop it there until the end of the day before, with one press.",
    )


def draft_failed(head: Letterhead) -> Letter:
    """At the first failure already, and when the last try failed."""
    return billing_letter(
        "draft_failed",
        head,
        "A payment that you agreed to did not go through.",
        f"Sign in to see why, and what comes next: {head.public_url}/pay/autopay",
        "We charge no fee for this. You can pay another way, or call us.",
    )


def draft_asks(head: Letterhead) -> Letter:
    """The bank wants the patient there: a link to pay, never another try (payments.md rule 11)."""
    return billing_letter(
        "draft_asks",
        head,
        "Your bank wants you to confirm a payment to us.",
        f"Sign in to pay and confirm it with your bank: {head.public_url}/pay",
        "We will not try again by ourselves.",
    )


def draft_skipped(head: Letterhead) -> Letter:
    """Above the patient's own limit, or held by a rule: nothing was drawn."""
    return billing_letter(
        "draft_skipped",
        head,
        "We did not draw the payment that you agreed to.",
        f"Sign in to see why: {head.public_url}/pay/autopay",
        "You can pay another way, or call us.",
    )
