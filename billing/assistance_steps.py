"""The steps of an application: what each asks, what is still missing before it may be sent, and what is signed (FA-6).

No step asks for a social security number, citizenship or immigration status, or what somebody owns.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from billing.assistance import Presumed
from billing.assistance_reasons import Proof

MOST_MEMBERS = 20
MOST_INCOMES = 40
MOST_PAPERS = 30


class Step(StrEnum):
    """In the order in which they are asked; each is one screen."""

    YOU = "you"
    HOUSEHOLD = "household"
    INCOME = "income"
    COVERAGE = "coverage"
    HARDSHIP = "hardship"
    PAPERS = "papers"
    SIGN = "sign"


class Relation(StrEnum):
    """Of a person of the household to the applicant, who is `self`."""

    SELF = "self"
    SPOUSE = "spouse"
    CHILD = "child"
    PARENT = "parent"
    OTHER = "other"


RELATION_WORDS: Mapping[Relation, str] = {
    Relation.SPOUSE: "Husband, wife or partner",
    Relation.CHILD: "Child",
    Relation.PARENT: "Parent",
    Relation.OTHER: "Somebody else",
}
# What somebody can say of themself; the rest of FA-8 is known by the office alone.
PROGRAM_WORDS: Mapping[Presumed, str] = {
    Presumed.MEDICAID: "Medicaid, now or in the last months",
    Presumed.SNAP: "SNAP (food stamps)",
    Presumed.WIC: "WIC",
    Presumed.TANF: "TANF (cash help)",
    Presumed.LIHEAP: "LIHEAP (help with heating)",
    Presumed.HOMELESS: "I have no home right now",
}
# What an applicant may send; a signature and an answer are no papers.
PAPERS: tuple[Proof, ...] = tuple(
    proof for proof in Proof if proof not in {Proof.SIGNATURE, Proof.ANSWERS}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a draft has so far."""

    applicant: str
    residence: str
    members: int  # the applicant among them
    incomes: int
    no_income: bool
    coverage_answered: bool


def missing(filled: Filled) -> tuple[Step, ...]:
    """The steps that must be done before it can be signed. Hardship and papers are never a must (FA-7)."""
    undone = (
        (Step.YOU, not (filled.applicant and filled.residence)),
        (Step.HOUSEHOLD, filled.members < 1),
        (Step.INCOME, filled.incomes < 1 and not filled.no_income),
        (Step.COVERAGE, not filled.coverage_answered),
    )
    return tuple(step for step, lacks in undone if lacks)


def after(step: Step) -> Step:
    """The next screen; the last one stays."""
    steps = list(Step)
    return steps[min(steps.index(step) + 1, len(steps) - 1)]


def before(step: Step) -> Step | None:
    """The screen before; none before the first."""
    steps = list(Step)
    place = steps.index(step)
    return steps[place - 1] if place else None


def signed_hash(words: str, content: Mapping[str, Any]) -> str:
    """Of the words and of everything that stood above them, whatever the order of its keys."""
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(f"{words}\n{plain}".encode()).hexdigest()
