"""Letters with required words: which there are, the facts that each needs, and the gate's action for it (COLL-4, FA-10).

Facts are typed merge fields. A missing, wrong or unknown one refuses the letter by the field's name: a blank in a
letter of law is a letter that was not sent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from billing.holds import Action, Condition
from billing.money import Money

DEADLINE_AFTER = timedelta(days=30)  # no earlier than this after the letter leaves (COLL-4)
CORRECTED_DUE_AFTER = timedelta(days=21)  # at least, to pay by a corrected statement (STMT-19)
HANDOFF_AFTER = timedelta(days=35)  # to say no to being e-mailed by an agency (COLL-20)
# Written down before it leaves, and the post takes its time: the last day counts from the sending.
SLACK = timedelta(days=5)


class NoticeKind(StrEnum):
    """A kind of letter."""

    FINAL_NOTICE = "final_notice"
    ECA_NOTICE = "eca_notice"
    STATE_NOTICE = "state_notice"
    PLAN_DEFAULT = "plan_default"
    CORRECTED_STATEMENT = "corrected_statement"
    ASSISTANCE_RECEIVED = "assistance_received"
    ASSISTANCE_MISSING = "assistance_missing"
    ASSISTANCE_DECISION = "assistance_decision"
    ASSISTANCE_EXTENSION = "assistance_extension"
    DISPUTE_RECEIVED = "dispute_received"
    DISPUTE_EXTENDED = "dispute_extended"
    DISPUTE_ANSWER = "dispute_answer"
    PLACEMENT_RECALLED = "placement_recalled"
    RETURNED_MAIL = "returned_mail"
    GOOD_FAITH_ESTIMATE = "good_faith_estimate"


class Intended(StrEnum):
    """What may follow a final notice, by the name that the gate looks for. Nothing else may be named: we do nothing else."""

    PLACEMENT = "placement"
    LAWSUIT = "lawsuit"


class EcaType(StrEnum):
    """Every extraordinary collection action of the federal rule (COLL-1)."""

    SALE_OF_DEBT = "sale_of_debt"
    CREDIT_REPORT = "credit_report"
    CARE_DENIED = "care_denied"  # deferred, denied, or only against a payment for old bills
    LIEN = "lien"
    FORECLOSURE = "foreclosure"
    SEIZURE = "seizure"  # of an account or other property
    LAWSUIT = "lawsuit"
    ARREST = "arrest"
    GARNISHMENT = "garnishment"


# Of these the product can do one. A letter that named another would threaten what is not true (COLL-12).
ECA_DONE = frozenset({EcaType.LAWSUIT})


class Field(StrEnum):
    """What kind of value a merge field holds."""

    WORDS = "words"  # a sentence or a name; never empty
    DAY = "day"
    MONEY = "money"
    COUNT = "count"
    LINES = "lines"  # one or more sentences, each by itself
    FLAG = "flag"


_W, _D, _M, _C, _L = Field.WORDS, Field.DAY, Field.MONEY, Field.COUNT, Field.LINES
_OWED: Mapping[str, Field] = {"amount": _M, "bills": _L}
_WARNS: Mapping[str, Field] = {**_OWED, "deadline": _D}
REQUIRED: Mapping[NoticeKind, Mapping[str, Field]] = {
    NoticeKind.FINAL_NOTICE: _WARNS,
    NoticeKind.ECA_NOTICE: _WARNS,
    NoticeKind.STATE_NOTICE: _WARNS,
    NoticeKind.PLAN_DEFAULT: {"plan": _W, "payoff": _M},
    NoticeKind.CORRECTED_STATEMENT: {"replaces": _W, "reason": _W, "old_amount": _M, "new_amount": _M, "due": _D},
    NoticeKind.ASSISTANCE_RECEIVED: {"received": _D, "decide_by": _D},
    NoticeKind.ASSISTANCE_MISSING: {"received": _D, "missing": _L, "send_by": _D},
    NoticeKind.ASSISTANCE_DECISION: {
        "outcome": _W,
        "accounts": _L,
        "household": _C,
        "income": _M,
        "percent": _W,
        "discount": _W,
        "before": _M,
        "after": _M,
        "agb": _W,
        "refund": _M,
        "effective": _D,
        "ends": _D,
        "appeal_by": _D,
    },
    NoticeKind.ASSISTANCE_EXTENSION: {"received": _D, "decide_by": _D, "reason": _W},
    NoticeKind.DISPUTE_RECEIVED: {"received": _D, "about": _W, "answer_by": _D},
    NoticeKind.DISPUTE_EXTENDED: {"received": _D, "about": _W, "answer_by": _D, "reason": _W},
    NoticeKind.DISPUTE_ANSWER: {"received": _D, "about": _W, "finding": _W, "changed": _L, "next": _L},
    NoticeKind.PLACEMENT_RECALLED: {"agency": _W, "recalled": _D, "reason": _W},
    NoticeKind.RETURNED_MAIL: {"sent": _D},
    NoticeKind.GOOD_FAITH_ESTIMATE: {
        "patient": _W,
        "born": _D,
        "service": _W,
        "lines": _L,
        "providers": _L,
        "total": _M,
    },
}  # fmt: skip
# May be given; what is not given is not said.
OPTIONAL: Mapping[NoticeKind, Mapping[str, Field]] = {
    NoticeKind.FINAL_NOTICE: {"agency": _W, "email": _W, "email_no_by": _D},
    NoticeKind.STATE_NOTICE: {"agency": _W},
    NoticeKind.ASSISTANCE_DECISION: {"policy_line": _W, "plan": _W},
    NoticeKind.DISPUTE_ANSWER: {"due": _D, "amount": _M},
    NoticeKind.CORRECTED_STATEMENT: {"number": _W, "more": _M},
    NoticeKind.GOOD_FAITH_ESTIMATE: {"visit_on": _D, "replaces": _D},
}
WARNINGS = frozenset({NoticeKind.FINAL_NOTICE, NoticeKind.ECA_NOTICE, NoticeKind.STATE_NOTICE})
# A bill by another name: what keeps a statement from leaving keeps these too.
BILLS = frozenset({NoticeKind.PLAN_DEFAULT, NoticeKind.CORRECTED_STATEMENT})
# An answer that somebody is owed, or news that helps them, is not held with the bill that it is about. Nothing
# is written to somebody who cannot read it, or past the attorney who speaks for them (COLL-17, 25, 26).
BARS_ANSWERS = frozenset({Condition.DECEASED, Condition.MINOR_UNNAMED, Condition.ATTORNEY})
# These bear the words about help with bills on a page of their own (COLL-4).
ENCLOSES_SUMMARY = WARNINGS


class WrongField(ValueError):
    """A merge field is missing, unknown, or holds what it may not; `field` names it."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field


def action_of(kind: NoticeKind) -> Action:
    """What the gate is asked for when the letter leaves."""
    return Action.FINAL_NOTICE if kind in WARNINGS else Action.STATEMENT


def that_bar(kind: NoticeKind, held: Collection[Condition]) -> frozenset[Condition]:
    """Of the conditions that hold, those that speak about this kind of letter."""
    return frozenset(held) if kind in WARNINGS | BILLS else frozenset(held) & BARS_ANSWERS


def checked(
    kind: NoticeKind, facts: Mapping[str, Any], *, intended: Collection[str], on: date
) -> dict[str, Any]:
    """The facts as they are kept: JSON values, each of its type. Raises WrongField."""
    known = {**REQUIRED[kind], **OPTIONAL.get(kind, {})}
    for name in facts:
        if name not in known:
            raise WrongField(name, f"a {kind.value} has no such field")
    for name in REQUIRED[kind]:
        if name not in facts:
            raise WrongField(name, "it is missing")
    kept = {name: _kept(name, known[name], value) for name, value in facts.items()}
    _check_warning(kind, facts, intended, on)
    if kind is NoticeKind.CORRECTED_STATEMENT and facts["due"] < on + CORRECTED_DUE_AFTER:
        raise WrongField("due", "it must be at least 21 days away")
    return kept


def _check_warning(
    kind: NoticeKind, facts: Mapping[str, Any], intended: Collection[str], on: date
) -> None:
    if kind not in WARNINGS:
        if intended:
            raise WrongField("eca_types", "only a warning names what may follow")
        return
    for one in intended:
        if one not in {known.value for known in Intended}:
            raise WrongField("eca_types", f"{one} is nothing that we do")
    if facts["deadline"] < on + DEADLINE_AFTER + SLACK:
        raise WrongField("deadline", "it must be at least 35 days away: 30 after the letter leaves")
    if ("email" in facts) != ("email_no_by" in facts):
        raise WrongField("email_no_by", "an address for the agency needs the last day to say no")
    if "email" in facts and facts["email_no_by"] < on + HANDOFF_AFTER + SLACK:
        raise WrongField(
            "email_no_by", "it must be at least 40 days away: 35 after the letter leaves"
        )
    if "email" in facts and Intended.PLACEMENT not in set(intended):
        raise WrongField("email", "no agency gets it where none is named")


def _kept(name: str, kind: Field, value: Any) -> Any:
    if not _fits(kind, value):
        raise WrongField(name, f"it must be {kind.value}")
    if kind is Field.DAY:
        return value.isoformat()
    if kind is Field.MONEY:
        return value.cents
    return list(value) if kind is Field.LINES else value


def _fits(kind: Field, value: Any) -> bool:
    if kind is Field.WORDS:
        return isinstance(value, str) and bool(value.strip())
    if kind is Field.LINES:
        return (
            isinstance(value, tuple | list)
            and bool(value)
            and all(isinstance(one, str) and one.strip() for one in value)
        )
    if kind is Field.COUNT:
        return type(value) is int and value >= 0
    return type(value) is {Field.DAY: date, Field.MONEY: Money, Field.FLAG: bool}[kind]


def fields_of(kind: NoticeKind) -> Mapping[str, Field]:
    """Every field that a letter of this kind may hold."""
    return {**REQUIRED[kind], **OPTIONAL.get(kind, {})}
