"""One application of one account, and what the office does with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from billing import entries
from billing.assistance_income import Income, Period, Source
from billing.holds import Condition
from billing.money import Money
from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.assistance import AssistanceApplication, AssistanceEvent
from portal.models.assistance_decisions import AssistanceDecision
from portal.models.notices import Notice
from portal.models.work import WorkItem
from portal.queries.balances import balances
from portal.queries.conditions import conditions
from portal.queries.viewer import StaffViewer
from portal.services.decide_assistance import Wish, decide_assistance
from portal.services.enter_application import Paper, enter_application
from portal.services.work_application import Read, ask_for_missing, verify_application
from tests.services.ledger_book import party_of
from tests.services.staff_world import ON, World
from tests.services.statement_world import later

NOW = datetime.fromisoformat("2026-03-02T15:00:00+00:00")
URL = "http://localhost:8000"
ONE = 15_960_00


@dataclass
class Case:
    """One account with $58.00 open, and the people of the office."""

    world: World
    counsellor: StaffViewer
    manager: StaffViewer
    application_id: UUID

    def enter(self, **changes: object) -> bool:
        paper = Paper(
            how="paper",
            received_on=ON,
            applicant="Testa Sample",
            household=1,
            incomes=(Income(Source.WAGES, Period.YEARLY, Money(ONE * 3)),),
            residence="NY",
        )
        return enter_application(
            application_id=self.application_id,
            account_id=self.world.account_id,
            paper=replace(paper, **changes),  # type: ignore[arg-type]
            staff=self.counsellor,
            public_url=URL,
            on=ON,
            now=NOW,
        )

    def row(self) -> AssistanceApplication:
        with read_only() as session:
            return session.get_one(AssistanceApplication, self.application_id)

    def decisions(self) -> list[AssistanceDecision]:
        with read_only() as session:
            found = select(AssistanceDecision).order_by(AssistanceDecision.made_at)
            return list(session.scalars(found))

    def events(self) -> list[str]:
        with read_only() as session:
            found = select(AssistanceEvent.kind).order_by(AssistanceEvent.id)
            return list(session.scalars(found))

    def due(self, on: date = ON) -> Money:
        with read_only() as session:
            [account] = balances(session, on=on, account_ids=[self.world.account_id])
            return account.due_now

    def held(self) -> bool:
        with read_only() as session:
            book = conditions(session, on=ON, account_ids=[self.world.account_id])
        return Condition.ASSISTANCE_PENDING in book.of(self.world.account_id).kinds

    def verify(self, percent: int, **changes: object) -> None:
        read = Read(
            household=1,
            income=Money(ONE * percent // 100),
            how="Two stubs: $500.00 × 26",
            residence="OH",
        )
        verify_application(
            application_id=self.application_id,
            read=replace(read, **changes),  # type: ignore[arg-type]
            staff=self.counsellor,
            on=ON,
            now=NOW,
        )

    def decide(
        self,
        what: str = "grant",
        line: str = "",
        *,
        by: StaffViewer | None = None,
        on: date = ON,
        decision_id: UUID | None = None,
    ) -> str:
        return decide_assistance(
            decision_id=decision_id or uuid4(),
            application_id=self.application_id,
            wish=Wish(what=what, policy_line=line),
            staff=by or self.counsellor,
            public_url=URL,
            on=on,
            now=NOW + (on - ON),
        )

    def ask(self, *items: str) -> date:
        return ask_for_missing(
            application_id=self.application_id,
            items=items,
            note="",
            staff=self.counsellor,
            public_url=URL,
            on=ON,
            now=NOW,
        )


def add_visit(account: World, cents: int) -> None:
    """A further self-pay visit."""

    def build(w) -> None:
        patient = w.session.get_one(Patient, account.patient_id)
        visit, charges = w.visit(patient, [cents], coverage_intent="self_pay")
        line = entries.Line(party_of(visit, charges[0]), Money(cents))
        w.post(
            entries.self_pay_charge(
                source_ref=f"test:{uuid4()}", occurred_on=visit.service_on, lines=[line]
            )
        )

    later(build)


def paper_letter(case: Case) -> list[str]:
    """Kinds of letters that wait for the day's run, and of work to mail one by hand."""
    with read_only() as session:
        waiting = list(session.scalars(select(Notice.kind).order_by(Notice.id)))
        found = select(WorkItem.dedupe_key).where(WorkItem.kind == "assistance_paper")
        return waiting + [key.split(":")[1] for key in session.scalars(found)]
