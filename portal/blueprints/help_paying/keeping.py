"""Who keeps what a screen asked: a sign-in's own application, or one that was opened by its code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from billing.assistance_income import Income
from billing.assistance_steps import Relation
from billing.money import Money
from portal.services.guest_application import add_to_guest, save_guest
from portal.services.save_application import add_income, add_person, save_application
from portal.web.access import current_patient
from portal.web.clock import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Another:
    """One more person of the household. `seen`: how many the form showed, the applicant among them."""

    name: str
    birth_on: date | None
    relation: Relation
    tax_dependent: bool
    seen: int


class Keeper(Protocol):
    """Saves at once, so that an application may be left at any screen. Raises CannotApply or AlreadySent."""

    def save(self, fields: Mapping[str, Any], answers: Mapping[str, Any]) -> None:
        """Fields by name, and answers over the earlier ones."""

    def add_person(self, person: Another) -> None:
        """One more of the household."""

    def add_income(self, member: str, income: Income, *, seen: int) -> None:
        """One more source. `seen`: how many the form showed."""


@dataclass(frozen=True, slots=True)
class OwnKeeper:
    """Of whoever signed in."""

    application_id: UUID

    def save(self, fields: Mapping[str, Any], answers: Mapping[str, Any]) -> None:
        save_application(
            viewer=current_patient(),
            application_id=self.application_id,
            fields=fields,
            answers=answers,
            now=now(),
        )

    def add_person(self, person: Another) -> None:
        add_person(
            viewer=current_patient(),
            application_id=self.application_id,
            name=person.name,
            birth_on=person.birth_on,
            relation=person.relation,
            tax_dependent=person.tax_dependent,
            seen=person.seen,
            now=now(),
        )

    def add_income(self, member: str, income: Income, *, seen: int) -> None:
        add_income(
            viewer=current_patient(),
            application_id=self.application_id,
            member=member,
            income=income,
            seen=seen,
            now=now(),
        )


@dataclass(frozen=True, slots=True)
class GuestKeeper:
    """Of whoever opened one by its code."""

    guest_id: UUID

    def save(self, fields: Mapping[str, Any], answers: Mapping[str, Any]) -> None:
        said = {
            name: value.cents if isinstance(value, Money) else value
            for name, value in {**fields, **answers}.items()
        }
        save_guest(self.guest_id, answers=said, now=now())

    def add_person(self, person: Another) -> None:
        entry = {
            "name": person.name,
            "birth_on": person.birth_on.isoformat() if person.birth_on else "",
            "relation": person.relation.value,
            "tax_dependent": person.tax_dependent,
        }
        add_to_guest(self.guest_id, "people", entry, seen=person.seen - 1, now=now())

    def add_income(self, member: str, income: Income, *, seen: int) -> None:
        entry = {
            "member": member,
            "source": income.source.value,
            "period": income.period.value,
            "amount": income.amount.cents,
        }
        add_to_guest(self.guest_id, "incomes", entry, seen=seen, now=now())
