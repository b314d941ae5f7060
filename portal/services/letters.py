"""The words of every e-mail, here and in `access_letters`: nothing about care, no name, no amount (MSG-17, MSG-18).

Subject and first line, which a locked screen shows, never change from patient to patient but for a
one-time code. What an e-mail is about stands behind the sign-in that it links to. Plain text alone:
there is nothing that a picture or a colour would help to say. All of them are transactional: no
List-Unsubscribe; the notice of a statement says how to go back to paper.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.text_templates import PAYMENT_NEWS
from portal.models.practice import Practice
from portal.services.letter_subjects import SUBJECTS

VERSION = "2026-11"  # of the words; kept with each message (MSG-20)
WIDTH = 72  # short lines read well in every mail program
NOT_YOU = "If this was not you, call us. Nobody from our office will ever ask for your password."


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail, ready to be queued."""

    template: str
    body: str

    @property
    def subject(self) -> str:
        return SUBJECTS[self.template]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who writes: the foot of each letter about bills."""

    name: str
    phone: str
    public_url: str


def letterhead(session: Session, *, public_url: str) -> Letterhead:
    """The practice as its letters name it."""
    row = session.execute(select(Practice.name, Practice.phone)).one_or_none()
    name, phone = row or ("Your practice", "")
    return Letterhead(name=name, phone=phone, public_url=public_url)


def statement_notice(head: Letterhead, *, number: str) -> Letter:
    """A statement waits behind the sign-in; this is its delivery (MSG-24, CORE-3)."""
    return billing_letter(
        "statement_notice",
        head,
        "A new statement is ready for you.",
        f"Sign in to read it: {head.public_url}/statements/{number}",
        "You can print it or save it there. You can also ask for a free paper copy, or go back to"
        f" paper at any time: {head.public_url}/paperless",
    )


def letter_waiting(head: Letterhead, *, notice_id: int) -> Letter:
    """A letter of ours waits behind the sign-in; this is its delivery (MSG-24)."""
    return billing_letter(
        "letter_waiting",
        head,
        "We wrote you a letter.",
        f"Sign in to read it: {head.public_url}/letters/{notice_id}",
        "You can print it or save it there. You can go back to paper at any time:"
        f" {head.public_url}/paperless",
    )


def bill_notice(head: Letterhead, *, number: str) -> Letter:
    """A courtesy beside the statement: it is new, due soon, or still open (MSG-16)."""
    return billing_letter(
        "bill_notice",
        head,
        "There is a message about your bill.",
        f"Sign in to read it: {head.public_url}/statements/{number}",
        f"You can choose how we reach you: {head.public_url}/contact",
    )


def receipt(head: Letterhead, *, number: str) -> Letter:
    """Money came in: the number of the receipt, and where to see it."""
    return billing_letter(
        "receipt",
        head,
        "We received your payment. Thank you.",
        f"Receipt number: {number}",
        f"Sign in to see or print it: {head.public_url}/receipts/{number}",
        "If you did not pay us, please call us.",
    )


def refund(head: Letterhead, *, number: str) -> Letter:
    """Money is on its way back: the number of the receipt it was paid under."""
    return billing_letter(
        "refund",
        head,
        "We sent money back to you, the same way that you paid.",
        f"Receipt number: {number}",
        f"Sign in to see it: {head.public_url}/receipts/{number}",
        "It can take 5 to 10 days until your bank shows it.",
    )


def refund_failed(head: Letterhead, *, number: str) -> Letter:
    """The bank sent it back: the patient tells us how to send it."""
    return billing_letter(
        "refund_failed",
        head,
        "We sent money back to you, but your bank returned it to us.",
        f"Receipt number: {number}",
        f"Sign in to see it: {head.public_url}/receipts/{number}",
        "Please call us, so that we can send it another way.",
    )


def payment_returned(head: Letterhead, *, number: str) -> Letter:
    """A bank debit came back after it was paid: its bills are due again, and nothing is retried."""
    return billing_letter(
        "payment_returned",
        head,
        "Your bank returned a payment that you made to us.",
        f"Receipt number: {number}",
        f"Sign in to see it: {head.public_url}/receipts/{number}",
        "We will not try your bank account again. If you have a question, please call us.",
    )


def news(template: str, head: Letterhead) -> Letter:
    """The bare letter that stands for a text of this template."""
    return payment_news(head) if template == PAYMENT_NEWS else new_message(head)


def payment_news(head: Letterhead) -> Letter:
    """A receipt or a refund waits behind the sign-in (MSG-18)."""
    return billing_letter(
        "payment_news",
        head,
        "There is news about a payment.",
        f"Sign in to see it: {head.public_url}/payments",
        "If you did not pay us, please call us.",
    )


def new_message(head: Letterhead) -> Letter:
    """Our answer waits behind the sign-in; not a word of it is here (MSG-18)."""
    return billing_letter(
        "new_message",
        head,
        "You have a new message from us.",
        f"Sign in to read it: {head.public_url}/messages",
    )


def paperless_sample(head: Letterhead, *, link: str) -> Letter:
    """The demonstration that electronic statements can be read (MSG-24)."""
    return billing_letter(
        "paperless_sample",
        head,
        "You asked to try statements without paper.",
        f"Open the sample: {link}",
        "It is a PDF file with a code of six digits in it. Type that code on our page. If you cannot"
        " open it, do nothing: your statements keep coming on paper.",
    )


def paperless_on(head: Letterhead) -> Letter:
    """Sent to whoever got the statements before, and to whoever gets them now (ID-12)."""
    return billing_letter(
        "paperless_on",
        head,
        "Your statements come without paper from now on.",
        "When a new one is ready, we write to the e-mail address that you agreed to.",
        f"You can go back to paper at any time: {head.public_url}/paperless",
        NOT_YOU,
    )


def paperless_off(head: Letterhead) -> Letter:
    """The way back is confirmed."""
    return billing_letter(
        "paperless_off",
        head,
        "Your statements come on paper from now on.",
        "The next one comes in the mail. It costs you nothing.",
        NOT_YOU,
    )


def email_code(code: str) -> Letter:
    """Six digits that prove an address."""
    return plain_letter(
        "email_code",
        f"{code} is your code to go on signing up. It works for 10 minutes.",
        "If you did not ask for it, you can ignore this e-mail.",
    )


def already_signed_up(head: Letterhead) -> Letter:
    """In place of a code: the page that asked must not tell that the address is known (ID-4)."""
    return plain_letter(
        "already_signed_up",
        "Somebody tried to sign up on our website with this e-mail address. It already has a sign-in.",
        f"If this was you, sign in: {head.public_url}/sign-in",
        f"Did you forget your password? Choose a new one: {head.public_url}/reset-password",
        "If this was not you, there is nothing to do.",
    )


def change_code(code: str) -> Letter:
    """Six digits that let somebody change how we reach them (ID-12)."""
    return plain_letter(
        "change_code",
        f"{code} is your code to change how we reach you. It works for 10 minutes.",
        "Did you not ask for it? Then somebody else is signed in as you. Give the code to nobody,"
        " choose a new password, and call us.",
    )


def email_known() -> Letter:
    """In place of a code: the page that asked must not tell that the address is known (ID-4)."""
    return plain_letter(
        "email_known",
        "Somebody typed this e-mail address for another sign-in of our website. Nothing was changed.",
        "It already has a sign-in. If this was you, call us. If not, there is nothing to do.",
    )


def email_changed() -> Letter:
    """To the old address and to the new one (ID-12)."""
    return plain_letter(
        "email_changed", "The e-mail address that you sign in with was changed.", NOT_YOU
    )


def address_changed() -> Letter:
    """Paper goes elsewhere from now on (ID-12)."""
    return plain_letter(
        "address_changed", "The address that we mail your bills to was changed.", NOT_YOU
    )


def mobile_changed() -> Letter:
    """Somebody proved another phone: the next texts go there (ID-12)."""
    return plain_letter(
        "mobile_changed",
        "The mobile number that we text about your bills was changed.",
        NOT_YOU,
    )


def access_granted() -> Letter:
    """To the address on file: the one who signed up may be somebody else."""
    return plain_letter(
        "access_granted",
        "Somebody signed up on our website and can see your bills there now.",
        "If this was you, there is nothing to do. If not, call us and we will close it.",
    )


def sign_in_locked() -> Letter:
    """Ten failures in a row (ID-8)."""
    return plain_letter(
        "sign_in_locked",
        "We paused your sign-in for 15 minutes.",
        "There were 10 wrong passwords or codes in a row.",
        NOT_YOU,
    )


def sign_in_reset(head: Letterhead) -> Letter:
    """The office saw who they are and shut every way in; this is the next step (ID-11)."""
    return plain_letter(
        "sign_in_reset",
        "As you asked, our office turned off your old password and your old sign-in codes.",
        f"Choose a new password: {head.public_url}/reset-password",
        "Then sign in with it and set up your second step again.",
        NOT_YOU,
    )


def recovery_code_used() -> Letter:
    """A saved code opened the sign-in (ID-11)."""
    return plain_letter(
        "recovery_code_used",
        "Somebody signed in with one of your saved recovery codes.",
        NOT_YOU,
    )


def second_factor_changed() -> Letter:
    """The second step works another way now."""
    return plain_letter(
        "second_factor_changed", "The way you get your sign-in codes was changed.", NOT_YOU
    )


def passkey_added() -> Letter:
    """A device opens the sign-in by itself from now on."""
    return plain_letter(
        "passkey_added",
        "A passkey was added to your sign-in.",
        "It opens your account without a password.",
        NOT_YOU,
    )


def passkey_deleted() -> Letter:
    """A device opens the sign-in no longer; other browsers were signed out."""
    return plain_letter("passkey_deleted", "A passkey was deleted from your sign-in.", NOT_YOU)


def staff_invitation(*, link: str) -> Letter:
    """The way in for a member of staff; nobody comes another way (ID-13)."""
    return plain_letter(
        "staff_invitation",
        "You are invited to sign in to the pages of our office.",
        f"Open this link and choose a password: {link}",
        "It works once, for seven days. You also need an authenticator app on your phone.",
        "If you do not know why you got this, call us.",
    )


def signed(letter: Letter, head: Letterhead) -> Letter:
    """The letter with who wrote it, and the number that its "call us" means."""
    call = f"Questions? Call {head.phone}. Hard of hearing? Dial 711 first.\n" if head.phone else ""
    return replace(letter, body=f"{letter.body}\n-- \n{head.name}\n{call}")


def from_library(template: str, text: str) -> Letter:
    """A letter of the sign-in library: its words are our own files under `security/email/`."""
    return plain_letter(template, *re.split(r"\n\s*\n", text.strip()))


def billing_letter(template: str, head: Letterhead, *paragraphs: str) -> Letter:
    """With the practice's name and the notice of free language help (LANG-1)."""
    foot = (
        head.name,
        f"Questions? Call {head.phone}. Hard of hearing? Dial 711 first.",
        (
            f"You can get free help in your language: call {head.phone}."
            f" Hay ayuda gratis en español: llame al {head.phone}."
            f" Other languages: {head.public_url}/languages"
        ),
    )
    return plain_letter(template, *paragraphs, "-- \n" + "\n".join(map(_wrapped, foot)))


def plain_letter(template: str, *paragraphs: str) -> Letter:
    """Words alone, under the subject of the template."""
    if template not in SUBJECTS:
        raise KeyError(f"no letter is called {template}: add its subject to letter_subjects")
    return Letter(template, "\n\n".join(map(_wrapped, paragraphs)) + "\n")


def _wrapped(paragraph: str) -> str:
    if paragraph.startswith("-- \n"):
        return paragraph
    one_line = " ".join(paragraph.split())
    return textwrap.fill(one_line, WIDTH, break_long_words=False, break_on_hyphens=False)
