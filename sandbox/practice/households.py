"""Draws the practice's households: who lives together, who insures whom, and what the contacts file knows."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from sandbox.practice import catalogue
from sandbox.practice.model import Address, Contact, Membership, Patient, Person, Plan
from sandbox.practice.names import STREETS, NamePool

COMMERCIAL = (
    catalogue.ACME_CHOICE,
    catalogue.ACME_SAVER,
    catalogue.BLUEBIRD_PPO,
    catalogue.BLUEBIRD_FAMILY,
    catalogue.EVERGREEN_HMO,
)
FAMILIES, COUPLES, SINGLES, MEDICARE_HOMES, MEDICAID_HOMES, UNINSURED = 8, 4, 7, 4, 4, 3


class Town:
    """Hands out people, addresses, phones, and member ids, each only once."""

    def __init__(self, rng: Random, today: date) -> None:
        self.rng, self.today = rng, today
        self.names = NamePool(rng)
        self.patients: list[Patient] = []
        self._phone, self._member, self._house = 100, 500_100, 100

    def address(self) -> Address:
        """The next house."""
        self._house += self.rng.randrange(1, 9)
        street = self.rng.choice(STREETS)
        return Address(f"{self._house} {street}", "Exampleton", "OH", "43999")

    def phone(self) -> str:
        """A number of the range kept for fiction: 555-0100 to 555-0199, in more than one area code."""
        self._phone += 1
        area = ("614", "740", "216")[(self._phone - 100) // 100]
        return f"{area}-555-01{self._phone % 100:02d}"

    def person(self, last: str, sex: str, age: int, address: Address) -> Person:
        """Somebody of this age today."""
        born = self.today.replace(day=1, year=self.today.year - age) - timedelta(
            days=self.rng.randrange(1, 360)
        )
        first = self.names.first(sex, last)
        return Person(first=first, last=last, birth_on=born, sex=sex, address=address)

    def membership(self, plan: Plan, subscriber: Person, relationship: str = "18") -> Membership:
        """A new card."""
        self._member += self.rng.randrange(3, 40)
        prefix = plan.payer.key[:3].upper()
        return Membership(
            plan=plan,
            member_id=f"{prefix}{self._member:07d}",
            group_number=""
            if plan.payer.filing_code in {"MB", "MC"}
            else f"G{plan.key[:3].upper()}77",
            subscriber=subscriber,
            relationship=relationship,
        )

    def contact(self, guarantor: Person, **known: object) -> Contact:
        """What the desk wrote down: most gave a mobile, half agreed to texts, a third to e-mail."""
        drawn: dict[str, object] = {}
        if self.rng.random() < 0.88:  # noqa: PLR2004 - a share of people
            consent = self.rng.random() < 0.6  # noqa: PLR2004 - a share of people
            drawn = {"mobile": self.phone(), "mobile_owner": "guarantor", "sms_consent": consent}
        if self.rng.random() < 0.7:  # noqa: PLR2004 - a share of people
            address = f"{guarantor.first}.{guarantor.last}".lower().replace("--", "-")
            drawn["email"] = f"{address}@example.com"
            drawn["estatement_consent"] = self.rng.random() < 0.5  # noqa: PLR2004 - a share
        return Contact(guarantor=guarantor, **{**drawn, **known})  # type: ignore[arg-type]

    def patient(
        self,
        person: Person,
        memberships: tuple[Membership, ...],
        contact: Contact | None,
    ) -> Patient:
        """A new chart."""
        patient = Patient(
            practice_id=f"RFM-{1001 + len(self.patients)}",
            person=person,
            memberships=memberships,
            contact=contact,
        )
        self.patients.append(patient)
        return patient


def draw_households(town: Town) -> None:
    """Everybody who has no fixed story."""
    for _ in range(FAMILIES):
        _family(town)
    for _ in range(COUPLES):
        _couple(town)
    for _ in range(SINGLES):
        _single(town, town.rng.choice(COMMERCIAL))
    for number in range(MEDICARE_HOMES):
        _senior(town, supplement=number % 2 == 0)
    for number in range(MEDICAID_HOMES):
        _medicaid_home(town, children=number % 3)
    for _ in range(UNINSURED):
        _single(town, None)


def child_of(person: Person, guarantor: Person, contact: Contact) -> Contact:
    """A child's row of the contacts file: the parent pays and is written to at the parent's own address."""
    relationship = "mother" if guarantor.sex == "F" else "father"
    if person.last != guarantor.last:
        relationship = "parent"
    return Contact(
        guarantor=guarantor,
        relationship=relationship,
        mobile=contact.mobile,
        mobile_owner=contact.mobile_owner,
        sms_consent=contact.sms_consent,
        email=contact.email,
        estatement_consent=contact.estatement_consent,
        language=contact.language,
        paper_only=contact.paper_only,
    )


def _family(town: Town) -> None:
    rng, last, home = town.rng, town.names.last(), town.address()
    plan = rng.choice(COMMERCIAL)
    sex = rng.choice("FM")
    subscriber = town.person(last, sex, rng.randrange(28, 52), home)
    card = town.membership(plan, subscriber)
    contact = town.contact(subscriber)
    town.patient(subscriber, (card,), contact)
    if rng.random() < 0.4:  # noqa: PLR2004 - a share of families
        spouse = town.person(last, "M" if sex == "F" else "F", rng.randrange(28, 52), home)
        covered = _covered(card, "01")
        town.patient(spouse, (covered,), town.contact(spouse))
    for _ in range(rng.choice((1, 1, 2, 2, 3))):
        child = town.person(last, rng.choice("FM"), rng.randrange(1, 11), home)
        town.patient(child, (_covered(card, "19"),), child_of(child, subscriber, contact))
    if rng.random() < 0.25:  # noqa: PLR2004 - a share of families
        teen = town.person(last, rng.choice("FM"), rng.randrange(13, 17), home)
        town.patient(teen, (_covered(card, "19"),), child_of(teen, subscriber, contact))


def _couple(town: Town) -> None:
    rng, last, home = town.rng, town.names.last(), town.address()
    plan = rng.choice(COMMERCIAL)
    one = town.person(last, "F", rng.randrange(30, 64), home)
    other = town.person(last, "M", rng.randrange(30, 64), home)
    card = town.membership(plan, one)
    town.patient(one, (card,), town.contact(one))
    town.patient(other, (_covered(card, "01"),), town.contact(other))


def _single(town: Town, plan: Plan | None) -> None:
    rng = town.rng
    person = town.person(town.names.last(), rng.choice("FM"), rng.randrange(19, 63), town.address())
    cards = (town.membership(plan, person),) if plan else ()
    town.patient(person, cards, town.contact(person))


def _senior(town: Town, *, supplement: bool) -> None:
    rng = town.rng
    person = town.person(town.names.last(), rng.choice("FM"), rng.randrange(66, 88), town.address())
    cards = [town.membership(catalogue.MEDICARE_B, person)]
    if supplement:
        cards.append(town.membership(catalogue.GOLDEN_GAP, person))
    town.patient(person, tuple(cards), town.contact(person, paper_only=rng.random() < 0.3))  # noqa: PLR2004


def _medicaid_home(town: Town, *, children: int) -> None:
    rng, last, home = town.rng, town.names.last(), town.address()
    parent = town.person(last, "F", rng.randrange(22, 40), home)
    contact = town.contact(parent)
    town.patient(parent, (town.membership(catalogue.MEDICAID_PLAN, parent),), contact)
    for _ in range(children):
        child = town.person(last, rng.choice("FM"), rng.randrange(1, 11), home)
        card = town.membership(catalogue.MEDICAID_PLAN, child)
        town.patient(child, (card,), child_of(child, parent, contact))


def _covered(card: Membership, relationship: str) -> Membership:
    return Membership(
        plan=card.plan,
        member_id=card.member_id,
        group_number=card.group_number,
        subscriber=card.subscriber,
        relationship=relationship,
    )
