"""People who pay over time: what they owe, and the checks by which some of them pay it off."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.practice.stage import Stage


@dataclass(frozen=True, slots=True)
class Planner:
    """A self-pay visit, and what came by mail for it: days ago and cents."""

    key: str
    name: str
    age: int
    days_ago: int
    codes: str
    about: str
    checks: tuple[tuple[int, int], ...] = ()


PLANNERS = (
    Planner(
        "plan_active",
        "Planna Sample F",
        38,
        110,
        "99204 94010 71046",
        "Pays $87.00 a month by check; two of six are paid.",
        ((52, 8_700), (22, 8_700)),
    ),
    Planner(
        "plan_late",
        "Lateford Placeholder M",
        45,
        100,
        "99214 93000",
        "Missed a plan payment some days ago; there are ten days of grace.",
    ),
    Planner(
        "plan_paused",
        "Pausina Specimen F",
        29,
        100,
        "99204 97802",
        "Asked to pause her plan for a month.",
    ),
    Planner(
        "plan_waiting",
        "Askwell Fixture M",
        61,
        70,
        "99204 20610 94640",
        "Asked for a longer plan than we offer by ourselves: it waits for a manager.",
    ),
    Planner(
        "plan_offered",
        "Offerta Quuxley F",
        54,
        70,
        "99204 17110",
        "The office made her an offer outside the usual; she has not signed it yet.",
    ),
    Planner(
        "plan_defaulted",
        "Missington Mockford M",
        50,
        170,
        "99204 12001",
        "Nothing came for two months: the plan ended, and the bill counts as before.",
    ),
    Planner(
        "plan_done",
        "Donella Prototype F",
        33,
        150,
        "99214",
        "Paid off in two payments; the plan is complete.",
        ((82, 12_500), (52, 12_500)),
    ),
    Planner(
        "plan_new",
        "Startina Placeholder F",
        36,
        40,
        "99204 80053 80061",
        "Owes one bill, and may set up a plan for it: try it.",
    ),
    Planner(
        "autopay",
        "Automatia Standin F",
        42,
        40,
        "99204 80053 80061",
        "Saved a card and lets it pay each month, up to $500.00.",
    ),
    Planner(
        "bank_debit",
        "Bankford Facsimile M",
        57,
        40,
        "99204 93000",
        "Paid from a bank account today: on its way, not there yet.",
    ),
)


def tell_planners(stage: Stage) -> None:
    """One visit each, without insurance, and the checks that the practice's receipts file says came."""
    for planner in PLANNERS:
        patient = stage.adult(planner.name, planner.age)
        visit = stage.visit(patient, planner.days_ago, planner.codes, self_pay=True)
        for days_ago, amount in planner.checks:
            stage.receive(visit, stage.ago(days_ago), amount, "balance")
        stage.hero(planner.key, patient, planner.about)
