"""A guarantor's child, who turns 18 on the way: whoever was a minor never owes for it, a grown-up does for themselves (COLL-26)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal import db
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Charge, Visit
from portal.services.import_practice import import_practice
from tests.services.statement_world import DAY, World, noon

if TYPE_CHECKING:
    from tests.proof.collect_world import Sim

HEAD = (
    "visit_id,practice_patient_id,date,line,procedure_code,amount_cents,description,coverage_intent"
)
CENTS = 80_00


@dataclass(frozen=True)
class Child:
    """Who is treated, by the name that an account of their own bears, and the day on which they are grown up."""

    practice_id: str
    name: str
    grown_on: date


def child_of(sim: Sim, w: World, account: GuarantorAccount) -> Patient:
    """The only patient of the account; the guarantor is somebody else."""
    grown_on = DAY + timedelta(days=sim.dice.randint(5, 100))
    child = Child(f"P-{account.id}", f"{account.last_name}, Kim", grown_on)
    sim.children[account.id] = child
    return w.patient(
        account,
        first_name="Kim",
        match_name=f"{account.last_name} kim".lower(),
        birth_on=grown_on.replace(year=grown_on.year - 18),
        practice_patient_id=child.practice_id,
        street="1 Invented Street",
        city="Sampletown",
        state=account.state,
        postal_code="10001",
    )


def child_seen(sim: Sim, account: int, on: date) -> bool:
    """A visit without a plan, told by the practice's own file, some of them weeks late."""
    child = sim.children.get(account)
    if child is None:
        return False
    sim.files += 1
    number, seen_on = f"SELF{sim.files}", on - timedelta(days=sim.dice.choice((0, 0, 20)))
    row = f"{number},{child.practice_id},{seen_on},1,99213,{CENTS},Office visit,self_pay"
    result = import_practice(
        kind="charges", data=f"{HEAD}\n{row}\n".encode(), name=f"{number}.csv", now=noon(on)
    )
    if result.refused:
        sim.wrong.append(f"{on}: a visit of account {account} was refused: {result.refused}")
        return False
    with db.read_only() as session:
        visit = session.scalars(select(Visit).where(Visit.control_number == number)).one()
        charge = session.scalars(select(Charge).where(Charge.visit_id == visit.id)).one()
        owner = session.get_one(GuarantorAccount, visit.guarantor_account_id)
    if owner.id not in sim.story.homes:
        sim.story.homes[owner.id] = [(date.min, owner.state)]
        if owner.mobile:
            sim.story.phones.add(owner.id)
    sim.bills[visit.id] = (visit, [charge])
    sim.story.bills[owner.id].add(visit.id)
    sim.story.shares[visit.id].append((date.min, CENTS))
    sim.story.treated[visit.id] = (child.name, seen_on >= child.grown_on)
    if seen_on >= child.grown_on:
        sim.counts["seen as a grown-up"] = sim.counts.get("seen as a grown-up", 0) + 1
    return True
