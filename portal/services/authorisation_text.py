"""The words of an authorisation to draw money: all that PLAN-5 and PLAN-9 ask for, in sentences that one can read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from billing.money import Money
from portal.queries.practice import PracticePage

VERSION = "2026-11"
BANK = "us_bank_account"
Words = Callable[[str], str]  # from English to the language of the page

WHO = "I allow %(practice)s to draw payments for account %(account)s from my %(method)s."
AUTOPAY_WHEN = "Each month on day %(day)s, or on the next business day. The first time is on %(first)s or later."
AUTOPAY_MUCH = (
    "What is due on my account, and never more than %(cap)s. If more than that is due, nothing is"
    " drawn, and I am told."
)
PLAN_WHEN = (
    "On the days in my payment agreement %(plan)s, or on the next business day, until it is paid."
)
PLAN_MUCH = "The amounts in that agreement, and never more than %(cap)s at a time."
NOTICE = (
    "At least 10 days before an amount that is not written here or in my agreement, I get an e-mail"
    " that it can be read behind my sign-in. I am reminded 3 to 7 days before each payment, and get a"
    " receipt after it."
)
STOP = (
    "I can stop this at any time: on the page “Autopay” until 11:59 PM of the day before, or by phone"
    " at %(phone)s. It ends when I stop it, or remove the card or bank account."
)
BANK_RULES = (
    "These are electronic debits from my bank account. I can also stop one by telling my bank 3"
    " business days before. If the money is not there, the same debit may be tried twice more."
)
CARD_RULES = (
    "If my card is declined, it may be tried again after 1, 3 and 7 days. It is never tried again when"
    " my bank says that it is lost, closed or stopped."
)
REST = (
    "No fee is charged for this, nor when a payment fails. Money is sent back the way it came. New"
    " terms need my signature."
)
FREE = (
    "I do not have to do this. My care, my prices and any payment agreement do not depend on it. I can"
    " always pay another way."
)
SENTENCES = (
    WHO,
    AUTOPAY_WHEN,
    AUTOPAY_MUCH,
    PLAN_WHEN,
    PLAN_MUCH,
    NOTICE,
    STOP,
    BANK_RULES,
    CARD_RULES,
    REST,
    FREE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is filled in. `plan` is the number of a payment agreement; none for autopay."""

    account_number: str
    method: str  # in words: Visa ending 4242
    kind: str
    cap: Money
    day: int
    first_on: date
    plan: str = ""


def authorisation_text(terms: Terms, practice: PracticePage, *, words: Words) -> tuple[str, ...]:
    """Its paragraphs, in the language of the page it is signed on."""
    filled = {
        "practice": practice.name,
        "phone": practice.phone,
        "account": terms.account_number,
        "method": terms.method,
        "cap": str(terms.cap),
        "day": terms.day,
        "first": f"{terms.first_on:%m/%d/%Y}",
        "plan": terms.plan,
    }
    when, much = (PLAN_WHEN, PLAN_MUCH) if terms.plan else (AUTOPAY_WHEN, AUTOPAY_MUCH)
    rules = BANK_RULES if terms.kind == BANK else CARD_RULES
    asked = (WHO, when, much, NOTICE, STOP, rules, REST, FREE)
    return tuple(words(sentence) % filled for sentence in asked)


def text_hash(paragraphs: Sequence[str]) -> str:
    """What the page carries along, so that nobody signs other words than they read."""
    return hashlib.sha256("\n".join(paragraphs).encode()).hexdigest()
