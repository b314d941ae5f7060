"""What somebody filled in of an application for assistance, with a sign-in or without one: one shape for its pages (FA-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from billing.assistance import Presumed
from billing.assistance_income import PERIOD_WORDS, SOURCE_WORDS, Income, year_of
from billing.assistance_reasons import PROOF_WORDS, Proof
from billing.assistance_steps import PROGRAM_WORDS, Filled, Step, missing, signed_hash
from billing.money import Money

WAYS = ("phone", "email", "street")  # each of them reaches somebody


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the household."""

    id: int
    name: str
    birth_on: date | None
    relation: str
    tax_dependent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """One source of income, with whose it is."""

    id: int
    member: str
    income: Income

    @property
    def source_words(self) -> str:
        return SOURCE_WORDS[self.income.source]

    @property
    def period_words(self) -> str:
        return PERIOD_WORDS[self.income.period]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A paper that lies with it."""

    id: UUID | int
    kind: Proof

    @property
    def words(self) -> str:
        return PROOF_WORDS[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """All that somebody filled in."""

    id: UUID
    state: str
    fields: dict[str, Any]  # by name, answers among them
    people: tuple[Person, ...]  # the applicant first
    incomes: tuple[Earned, ...]
    papers: tuple[Sheet, ...]
    accounts: tuple[str, ...] = ()  # their numbers, where a sign-in has any

    @property
    def editable(self) -> bool:
        return self.state == "draft"

    @property
    def program_words(self) -> str:
        """The program that they name; empty when none."""
        program = self.fields["program"]
        return PROGRAM_WORDS[Presumed(program)] if program else ""

    @property
    def income_in_year(self) -> Money:
        return year_of(earned.income for earned in self.incomes)

    @property
    def reachable(self) -> bool:
        """Whether somebody can be answered; whoever signs in can."""
        ways = [self.fields[way] for way in WAYS if way in self.fields]
        return not ways or any(ways)

    @property
    def missing(self) -> tuple[Step, ...]:
        answers = self.fields["answers"]
        return missing(
            Filled(
                applicant=self.fields["applicant"],
                residence=self.fields["residence_state"] if self.reachable else "",
                members=len(self.people),
                incomes=len(self.incomes),
                no_income=bool(answers.get("no_income")),
                coverage_answered="another_plan" in answers,
            )
        )

    def content(self) -> dict[str, Any]:
        """What is signed, as plain data."""
        return {
            **{key: _plain(value) for key, value in self.fields.items()},
            "people": [
                [one.name, _plain(one.birth_on), one.relation, one.tax_dependent]
                for one in self.people
            ],
            "incomes": [
                [one.member, one.income.source, one.income.period, one.income.amount.cents]
                for one in self.incomes
            ],
            "papers": [str(one.id) for one in self.papers],
            "accounts": list(self.accounts),
        }

    def hash_of(self, words: str) -> str:
        return signed_hash(words, self.content())


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return value.cents
    return value.isoformat() if isinstance(value, date) else value
