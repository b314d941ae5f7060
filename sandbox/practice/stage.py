"""The tools with which a story is told: visits, copays at the desk, and decisions on the payers' pay days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sandbox.practice import catalogue
from sandbox.practice.adjudication import Adjudicator
from sandbox.practice.households import Town
from sandbox.practice.model import (
    Address,
    Contact,
    Cut,
    Decision,
    Hero,
    LineDecision,
    Membership,
    Patient,
    Person,
    Plan,
    Practice,
    Provider,
    ProviderCut,
    Receipt,
    SecondaryClaim,
    Visit,
)


class Stage:
    """One practice being invented, up to `practice.today`."""

    def __init__(self, practice: Practice, town: Town) -> None:
        self.practice, self.town = practice, town
        self.desk = Adjudicator()
        self.today = practice.today
        self._control, self._receipt = 20_400, 8_000

    def ago(self, days: int) -> date:
        """A working day, so many days ago or just before."""
        day = self.today - timedelta(days=days)
        return day - timedelta(days=max(0, day.weekday() - 4))

    def somebody(self, first: str, last: str, age: int, sex: str, home: Address) -> Person:
        """A person of a fixed name; born on March 14, so that no age changes by the hour."""
        self.town.names.reserve(first, last)
        born = date(self.today.year - age, 3, 14)
        return Person(first=first, last=last, birth_on=born, sex=sex, address=home)

    def adult(self, name: str, age: int, *plans: Plan, **known: object) -> Patient:
        """An adult patient with a home of their own who gave mobile and e-mail unless `known` says otherwise."""
        first, last, sex = name.split()
        person = self.somebody(first, last, age, sex, self.town.address())
        cards = tuple(self.town.membership(plan, person) for plan in plans)
        return self.town.patient(person, cards, self.reachable(person, **known))

    def reachable(self, person: Person, **known: object) -> Contact:
        """A contacts row of somebody who agreed to texts."""
        usual: dict[str, object] = {
            "mobile": self.town.phone(),
            "mobile_owner": "guarantor",
            "sms_consent": True,
            "email": f"{person.first}.{person.last}@example.com".lower(),
            "estatement_consent": False,
        }
        return self.town.contact(person, **{**usual, **known})

    def visit(
        self,
        patient: Patient,
        days_ago: int,
        codes: str,
        *,
        diagnosis: str = "J069",
        copay: int = 0,
        receipt: int | None = None,
        self_pay: bool = False,
    ) -> Visit:
        """A visit that the practice sends out, with what the desk took that day."""
        self._control += 7
        visit = Visit(
            control_number=f"RFM{self._control}",
            patient=patient,
            provider=self._provider(patient),
            on=self.ago(days_ago),
            services=tuple(catalogue.service(code) for code in codes.split()),
            diagnosis=diagnosis,
            desk_copay=copay,
            self_pay=self_pay,
        )
        self.practice.visits.append(visit)
        taken = copay if receipt is None else receipt
        if taken:
            self.receive(visit, visit.on, taken, "copay")
        return visit

    def receive(self, visit: Visit, on: date, amount: int, kind: str) -> None:
        """Money at the desk, written into the receipts file."""
        self._receipt += 1
        methods = ("card", "check", "cash")
        self.practice.receipts.append(
            Receipt(
                receipt_id=f"R{self._receipt}",
                visit=visit,
                on=on,
                method=methods[self._receipt % 3],
                amount=amount,
                kind=kind,
            )
        )

    def pay_day(self, membership: Membership, days_ago: int) -> date:
        """The plan's last pay day up to so many days ago."""
        at_most = self.today - timedelta(days=days_ago)
        return catalogue.pay_day(membership.plan.payer, self.today, at_most)

    def decided(self, visit: Visit, days_ago: int, **changes: object) -> Decision:
        """The first plan's answer on its pay day, changed where a story wants more than the benefit engine says."""
        on = self.pay_day(visit.patient.memberships[0], days_ago)
        return self.tell(replace(self.desk.decide(visit, on=on), **changes))  # type: ignore[arg-type]

    def tell(self, decision: Decision) -> Decision:
        """Put a decision on its payer's next 835."""
        self.practice.decisions.append(decision)
        return decision

    def decided_by_line(
        self,
        visit: Visit,
        days_ago: int,
        status: str,
        *lines: LineDecision,
        claim_cuts: tuple[Cut, ...] = (),
    ) -> Decision:
        """An answer whose lines the story gives itself."""
        membership = visit.patient.memberships[0]
        return self.tell(
            Decision(
                visit=visit,
                membership=membership,
                on=self.pay_day(membership, days_ago),
                status=status,
                payer_claim_number=self.desk.claim_number(),
                lines=lines,
                claim_cuts=claim_cuts,
            )
        )

    def reverse(self, earlier: Decision, on: date) -> Decision:
        """The plan takes a decision back: the same claim number, every amount negated (CLP02 = 22)."""
        return self.tell(
            replace(earlier, on=on, status="22", original_reference=earlier.payer_claim_number)
        )

    def send_to_second(self, first: Decision, days_ago: int) -> None:
        """The practice itself asks the second plan."""
        self.practice.secondary_claims.append(SecondaryClaim(first=first, on=self.ago(days_ago)))

    def takeback(self, membership: Membership, on: date, cut: ProviderCut) -> None:
        """A PLB pair on the plan's 835 of a day."""
        key = (membership.plan.payer.key, on)
        self.practice.provider_cuts.setdefault(key, []).append(cut)

    def hero(self, key: str, patient: Patient, about: str) -> None:
        """Remember somebody for the tour."""
        self.practice.heroes.append(Hero(key=key, patient=patient, about=about))

    def _provider(self, patient: Patient) -> Provider:
        providers = catalogue.PROVIDERS
        return providers[int(patient.practice_id[-2:]) % len(providers)]
