"""Six months of ordinary visits of everybody else: drawn, decided by their plans, partly paid at the desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sandbox.practice import catalogue
from sandbox.practice.adjudication import denied_line
from sandbox.practice.catalogue import CHILD_VISITS, SICK_VISITS
from sandbox.practice.model import Decision, Patient, Visit
from sandbox.practice.stage import Stage

MONTHS_IN_DAYS = 182
DENIED, COPAY_TAKEN, PAID_BY_CHECK = 0.06, 0.75, 0.55
DENIALS_OPEN_DAYS = 45
CHILD_BELOW = 18


def tell_everyday(stage: Stage, patients: list[Patient]) -> None:
    """Visits in the order of their days, so that deductibles fill up as the year goes."""
    for patient in patients:
        stage.desk.met_elsewhere(patient, stage.town.rng.choice((0, 60, 95, 100, 100)))
    drawn = sorted(
        ((day, at) for at, patient in enumerate(patients) for day in _days(stage, patient)),
        key=lambda found: (-found[0], found[1]),
    )
    for days_ago, at in drawn:
        _one_visit(stage, patients[at], days_ago)


def _days(stage: Stage, patient: Patient) -> list[int]:
    old = patient.person.age_on(stage.today) >= 50  # noqa: PLR2004 - older people come more often
    count = stage.town.rng.choice((2, 3, 4, 5) if not old else (3, 4, 5, 6))
    return [stage.town.rng.randrange(2, MONTHS_IN_DAYS) for _ in range(count)]


def _one_visit(stage: Stage, patient: Patient, days_ago: int) -> None:
    rng = stage.town.rng
    age = patient.person.age_on(stage.ago(days_ago))
    pool = CHILD_VISITS if age < CHILD_BELOW else SICK_VISITS
    if rng.random() < 0.2:  # noqa: PLR2004 - one visit in five is a checkup
        medicare = any(card.plan.sequestration for card in patient.memberships)
        codes, diagnosis = catalogue.checkup_codes(age, medicare=medicare), "Z0000"
    else:
        codes, diagnosis, _weight = rng.choices(pool, [weight for *_, weight in pool])[0]
    if not patient.memberships:
        stage.visit(patient, days_ago, " ".join(codes), diagnosis=diagnosis, self_pay=True)
        return
    plan = patient.memberships[0].plan
    takes_copay = any(catalogue.service(code).kind == "office" for code in codes)
    copay = plan.office_copay if takes_copay and rng.random() < COPAY_TAKEN else 0
    visit = stage.visit(patient, days_ago, " ".join(codes), diagnosis=diagnosis, copay=copay)
    _answer(stage, visit)


def _answer(stage: Stage, visit: Visit) -> None:
    rng, card = stage.town.rng, visit.patient.memberships[0]
    due = (stage.today - visit.on).days - rng.randrange(9, 21)
    on = stage.pay_day(card, due - 6)
    if on >= stage.today:
        return
    decision = stage.desk.decide(visit, on=on)
    # Older denials were fought and won long ago; the queue shows this month's.
    recent = visit.on > stage.ago(DENIALS_OPEN_DAYS)
    if rng.random() < DENIED and recent and not card.plan.sequestration:
        lines = tuple(denied_line(service, "CO", "16", ("M76",)) for service in visit.services)
        stage.tell(replace(decision, status="4", lines=lines))
        return
    if len(visit.patient.memberships) > 1:
        _cross_over(stage, decision)
        return
    stage.tell(decision)
    _pay_at_desk(stage, decision)


def _cross_over(stage: Stage, decision: Decision) -> None:
    second = decision.visit.patient.memberships[1]
    first = replace(decision, status="19", crossover_to=second.plan.payer, remarks=("MA18",))
    stage.tell(first)
    on = stage.pay_day(second, (stage.today - decision.on).days - 14)
    if on < stage.today:
        stage.tell(stage.desk.decide_second(first, on=on))


def _pay_at_desk(stage: Stage, decision: Decision) -> None:
    """Many pay what is left by check or at their next visit; a Medicaid member owes nothing to pay."""
    rng, left = stage.town.rng, decision.owed - decision.visit.desk_copay
    on = decision.on + timedelta(days=rng.randrange(14, 40))
    on += timedelta(days=max(0, 7 - on.weekday()) if on.weekday() > 4 else 0)  # noqa: PLR2004 - a working day
    if left > 0 and rng.random() < PAID_BY_CHECK and on < stage.today:
        stage.receive(decision.visit, on, left, "balance")
