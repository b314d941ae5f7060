"""Where paper, e-mails, texts and calls go: what a person asked for comes before what is on file (HIPAA-10).

Safety first, then preference: these answers say what may be used; which of it is used for which message is chosen
after that. An empty answer means that nothing goes out by that way.
"""

from __future__ import annotations

from dataclasses import dataclass

from billing.text_templates import Grade

Lines = tuple[str, ...]  # of an envelope, below the name


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What somebody asked for; empty words mean that what is on file is good."""

    address: Lines = ()
    email: str = ""
    phone: str = ""
    no_paper: bool = False  # at the usual address
    no_email: bool = False
    no_texts: bool = False
    no_calls: bool = False
    shared_phone: bool = False


def paper_to(usual: Lines, wishes: Wishes | None) -> Lines:
    """The lines of the envelope."""
    if wishes is None:
        return usual
    return wishes.address or (() if wishes.no_paper else usual)


def is_sealed(wishes: Wishes | None) -> bool:
    """Whether no page, file or stored paper may bear the address that the envelope bears."""
    return wishes is not None and bool(wishes.address or wishes.no_paper)


def email_to(usual: str, wishes: Wishes | None) -> str:
    """The mailbox."""
    if wishes is None:
        return usual
    return "" if wishes.no_email else wishes.email or usual


def text_to(usual: str, wishes: Wishes | None) -> str:
    """The number that texts go to."""
    if wishes is None:
        return usual
    return "" if wishes.no_texts else wishes.phone or usual


def call_to(usual: str, wishes: Wishes | None) -> str:
    """The number that people call."""
    if wishes is None:
        return usual
    return "" if wishes.no_calls else wishes.phone or usual


def text_grade(chosen: Grade, wishes: Wishes | None) -> Grade:
    """How much a text may say: on a phone that others hold too, a bare link."""
    return Grade.LINK if wishes is not None and wishes.shared_phone else chosen
