"""The agreement of a payment plan, as data that the page and the paper both print, and that is kept as signed.

English only: it is a contract, and no translation of it has been reviewed. Who reads it in another language gets
help for free, and the page says so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from billing.money import ZERO
from billing.plans import Schedule, Terms, needs_federal_box
from billing.state_pack import COLL_33, StateRow, text_of

TEXT_VERSION = "2026-11"  # of the words below; kept with each signature
MANUAL, SAVED = "manual", "saved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Who agrees with whom, about which bills."""

    plan_number: str
    version: int
    creditor: str
    creditor_address: tuple[str, ...]
    creditor_phone: str
    name: str
    account_number: str
    bills: tuple[tuple[str, str], ...]  # "Visit of March 2, 2026 (Testa)", "$120.00"


def agreement(
    *,
    parties: Parties,
    terms: Terms,
    made: Schedule,
    method: str,
    grace_days: int,
    state: StateRow | None,
    on: date,
) -> dict[str, Any]:
    """Everything that is agreed, in words and figures."""
    own_text = text_of(state)
    return {
        "text_version": TEXT_VERSION,
        "plan_number": parties.plan_number,
        "version": parties.version,
        "replaces": f"This replaces version {parties.version - 1} of your plan."
        if parties.version > 1
        else "",
        "on": _day(on),
        "creditor": parties.creditor,
        "creditor_address": list(parties.creditor_address),
        "creditor_phone": parties.creditor_phone,
        "name": parties.name,
        "account_number": parties.account_number,
        "bills": [list(bill) for bill in parties.bills],
        "total": str(terms.total),
        "down": str(terms.down) if terms.down > ZERO else "",
        "payments": [
            [str(one.number), _day(one.due_on), str(one.amount)] for one in made.instalments
        ],
        "box": federal_box(parties, terms, made) if needs_federal_box(made) else None,
        "terms": [list(term) for term in _terms(parties, terms, method, grace_days)],
        "required": [COLL_33, *([own_text] if own_text else [])],
        "signing": SIGNING,
        "heads": HEADS,
    }


SIGNING = (
    "I agree to this payment plan. I have read the agreement above. My typed name is my signature."
)


# The headings are a part of the contract: they stand in its language too.
HEADS = {
    "what_the_plan_covers": "What the plan covers",
    "bill": "Bill",
    "amount": "Amount",
    "what_you_pay_and_when": "What you pay, and when",
    "when": "When",
    "your_payment_schedule_will_be": "Your payment schedule will be",
    "number_of_payments": "Number of payments",
    "amount_of_each": "Amount of each",
    "when_payments_are_due": "When payments are due",
    "itemization_of_the_amount_financed": "Itemization of the amount financed",
    "for": "For",
    "payment_plan_agreement": "Payment plan agreement",
    "between": "Between",
    "creditor": "Creditor",
    "what_the_law_wants_said": "What the law wants said",
    "what_this_plan_costs_you": "What this plan costs you",
    "in_all": "In all",
    "prepayment": "Prepayment",
    "and": "And",
    "plan": "Plan",
    "version": "version",
    "account": "account",
}


def federal_box(parties: Parties, terms: Terms, made: Schedule) -> dict[str, Any]:
    """The closed-end disclosures, apart from all else (PLAN-2; 12 CFR 1026.17 and 1026.18)."""
    financed = terms.total - terms.down
    sale = (
        [
            (
                "Total sale price",
                (
                    "The total cost of your purchase on credit, with your down payment of"
                    f" {terms.down}"
                ),
                str(terms.total),
            )
        ]
        if terms.down > ZERO
        else []
    )
    return {
        "creditor": parties.creditor,
        "figures": [
            ("Annual percentage rate", "The cost of your credit as a yearly rate", "0.00%"),
            ("Finance charge", "The dollar amount the credit will cost you", "$0.00"),
            (
                "Amount financed",
                "The amount of credit provided to you or on your behalf",
                str(financed),
            ),
            (
                "Total of payments",
                "The amount you will have paid after you have made all payments as scheduled",
                str(financed),
            ),
            *sale,
        ],
        "schedule": [list(row) for row in _grouped(made)],
        "prepayment": "If you pay off early, you will not have to pay a penalty.",
        "late": "Late charge: none.",
        "itemisation": [
            *([what, amount] for what, amount in parties.bills),
            *([["Less your down payment", str(-terms.down)]] if terms.down > ZERO else []),
            ["Amount financed, owed to us for your care", str(financed)],
        ],
        "more": "See your agreement for any other information about nonpayment and default.",
    }


def sealed(part: object) -> str:
    """The hash of a part as it was shown: what is signed is exactly this."""
    spelled = json.dumps(part, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(spelled.encode()).hexdigest()


def _terms(
    parties: Parties, terms: Terms, method: str, grace_days: int
) -> Sequence[tuple[str, str]]:
    how = {
        MANUAL: "You make each payment yourself: on our pages, by phone, by mail, or at our desk."
        " You do not have to keep a card or a bank account with us.",
        SAVED: "We take each payment from the card or bank account that you saved. You agreed to"
        " that in a paper of its own. You can stop it at any time until the day before, and keep"
        " the plan.",
    }[method]
    down = f" You pay {terms.down} of it today." if terms.down > ZERO else ""
    return (
        (
            "What you pay",
            f"You pay {terms.total} in all.{down} You pay nothing on top: no interest and no fees.",
        ),
        ("How you pay", how),
        (
            "Paying early",
            (
                "You can pay more, or all of it, at any time. There is no penalty. What you pay early"
                " counts for the next payments first."
            ),
        ),
        (
            "If a payment is late",
            (
                f"Nothing is added. You have {grace_days} days after the due date to pay it. We write to"
                " you first. The plan can end only when you miss two payments and one of them is 60 days"
                " late. Then we tell you, what you paid stays yours, and the rest is due as before."
            ),
        ),
        (
            "While you keep the plan",
            (
                "We do not send these bills to anybody to collect, and we do not tell credit bureaus"
                " about them."
            ),
        ),
        (
            "If your bill changes",
            (
                "When you owe less, we take the difference off your last payments. When you owe more, or"
                " get a new bill, your payments do not change until you sign again."
            ),
        ),
        (
            "Changing or ending it",
            (
                "You can change the day, ask for a pause, or end the plan on our pages, or call"
                f" {parties.creditor_phone}. You can ask for financial assistance at any time."
            ),
        ),
    )


def _grouped(made: Schedule) -> list[tuple[str, str, str]]:
    """Runs of equal payments: how many, how much, and when."""
    rows: list[tuple[str, str, str]] = []
    runs: list[list[Any]] = []
    for one in made.instalments:
        if runs and runs[-1][0].amount == one.amount:
            runs[-1].append(one)
        else:
            runs.append([one])
    for run in runs:
        when = _day(run[0].due_on)
        if len(run) > 1:
            when = f"Monthly, from {when} to {_day(run[-1].due_on)}"
        rows.append((str(len(run)), str(run[0].amount), when))
    return rows


def _day(value: date) -> str:
    return f"{value:%B} {value.day}, {value.year}"
