"""Where the steps of an application are: the same screens are filled in with a sign-in and without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from flask import url_for
from flask_babel import gettext

from billing.assistance_steps import Step, before

SCREENS = frozenset({Step.YOU, Step.HOUSEHOLD, Step.INCOME, Step.COVERAGE, Step.HARDSHIP})


class Addresses(Protocol):
    """What a screen leads to."""

    @property
    def who(self) -> str:
        """Where the applicant's name is changed; empty where the sign-in says it."""

    @property
    def all_people(self) -> str:
        """Where "these are all" is sent; empty where it only goes on."""

    @property
    def later(self) -> str:
        """Where somebody goes who does not sign now."""

    def of(self, step: str) -> str:
        """A step."""

    def back(self, step: Step) -> tuple[str, str]:
        """The way back from a step, and its words."""

    def without_person(self, person_id: int) -> str:
        """Takes somebody out of the household."""

    def without_income(self, income_id: int) -> str:
        """Takes an income out."""

    def paper(self, paper_id: UUID | int) -> str:
        """One of the papers."""

    def without_paper(self, paper_id: UUID | int) -> str:
        """Deletes one."""


@dataclass(frozen=True, slots=True)
class OwnAddresses:
    """Of an application of somebody who signed in."""

    application: UUID

    @property
    def who(self) -> str:
        return ""

    @property
    def all_people(self) -> str:
        return ""

    @property
    def later(self) -> str:
        return url_for("help_paying.start")

    def of(self, step: str) -> str:
        if step in SCREENS:
            return url_for("help_paying.step", application_id=self.application, step=str(step))
        if step == Step.PAPERS:
            return url_for("help_paying.papers", application_id=self.application)
        return url_for("help_paying.sign", application_id=self.application)

    def back(self, step: Step) -> tuple[str, str]:
        earlier = before(step)
        return self.of(earlier) if earlier else self.later, gettext("Back")

    def without_person(self, person_id: int) -> str:
        return url_for(
            "help_paying.without_person", application_id=self.application, person_id=person_id
        )

    def without_income(self, income_id: int) -> str:
        return url_for(
            "help_paying.without_income", application_id=self.application, income_id=income_id
        )

    def paper(self, paper_id: UUID | int) -> str:
        return url_for("help_paying.paper", application_id=self.application, document_id=paper_id)

    def without_paper(self, paper_id: UUID | int) -> str:
        return url_for(
            "help_paying.without_paper", application_id=self.application, document_id=paper_id
        )


@dataclass(frozen=True, slots=True)
class GuestAddresses:
    """Of the one that this browser opened by its code: none of them names it."""

    @property
    def who(self) -> str:
        return url_for("help_paying.guest_who")

    @property
    def all_people(self) -> str:
        return url_for("help_paying.guest_household_all")

    @property
    def later(self) -> str:
        return url_for("help_paying.guest_parts")

    def of(self, step: str) -> str:
        if step == Step.YOU:
            return url_for("help_paying.guest_you")
        if step in SCREENS:
            return url_for("help_paying.guest_step", step=str(step))
        if step == Step.PAPERS:
            return url_for("help_paying.guest_papers")
        return url_for("help_paying.guest_sign")

    def back(self, step: Step) -> tuple[str, str]:  # noqa: ARG002 (they answer in any order)
        return self.later, gettext("Your application")

    def without_person(self, person_id: int) -> str:
        return url_for("help_paying.guest_without_person", place=person_id)

    def without_income(self, income_id: int) -> str:
        return url_for("help_paying.guest_without_income", place=income_id)

    def paper(self, paper_id: UUID | int) -> str:
        return url_for("help_paying.guest_one_paper", paper_id=paper_id)

    def without_paper(self, paper_id: UUID | int) -> str:
        return url_for("help_paying.guest_without_paper", paper_id=paper_id)
