"""What each rule of the gate before a placement asks for, in words, and where at the office the step is taken (COLL-2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from billing.holds import REASONS, Action, Condition, blocked_by, rule_of


class Where(StrEnum):
    """A kind of page where a step is taken or looked at."""

    NOWHERE = ""  # time alone opens it, or nothing does
    ACCOUNT = "account"
    CALLS = "calls"
    CASE = "case"
    HELP = "help"
    HOLDS = "holds"
    DISPUTES = "disputes"
    LAW = "law"
    AGENCIES = "agencies"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateStep:
    """One step that is missing: its rule, what is asked for, and where."""

    rule_id: str
    words: str
    where: Where = Where.NOWHERE


STEPS: Mapping[str, GateStep] = {
    one.rule_id: one
    for one in (
        GateStep(
            rule_id="CORE-2",
            words="A row of this state’s law, or of yours, was not read by anybody here.",
            where=Where.LAW,
        ),
        GateStep(
            rule_id="CORE-3",
            words="No statement of this bill has arrived yet, or the plan’s answer is not on record.",
            where=Where.ACCOUNT,
        ),
        GateStep(
            rule_id="CORE-6",
            words="The holds were not looked at in this packet.",
            where=Where.HOLDS,
        ),
        GateStep(rule_id="COLL-3", words="121 days since the first statement are not over."),
        GateStep(
            rule_id="COLL-4",
            words="A final notice that names an agency has to arrive, and its last day and 30 days to pass.",
            where=Where.CASE,
        ),
        GateStep(
            rule_id="COLL-5",
            words="Somebody has to call to tell of help, and 30 days to pass.",
            where=Where.CALLS,
        ),
        GateStep(rule_id="COLL-11", words="The agency may not be used yet.", where=Where.AGENCIES),
        GateStep(rule_id="COLL-18", words="No statement that arrived itemises this bill."),
        GateStep(rule_id="COLL-19", words="An agency has the bill, or what is owed has changed."),
        GateStep(rule_id="COLL-23", words="The bill is too old to ask for it in this way."),
        GateStep(
            rule_id="DISP-2",
            words="Fourteen days since a dispute ended are not over.",
            where=Where.DISPUTES,
        ),
        GateStep(
            rule_id="FA-8",
            words="Nobody has looked since the first statement whether help would pay.",
            where=Where.HELP,
        ),
        GateStep(rule_id="HIPAA-7", words="Your role cannot do this."),
        GateStep(rule_id="OPS-13", words="A second person has to sign the packet."),
        GateStep(
            rule_id="STMT-9",
            words="The itemised bill was not sent within 30 days of the plan’s answer.",
            where=Where.ACCOUNT,
        ),
        GateStep(
            rule_id="STMT-10",
            words="Four statements have to arrive, each on its own day, before day 90.",
            where=Where.ACCOUNT,
        ),
        GateStep(rule_id="STMT-11", words="Nothing is owed on it."),
    )
}


def gate_steps(
    rule_ids: Collection[str], conditions: Collection[Condition] = ()
) -> tuple[GateStep, ...]:
    """What stands in the way, holds first; a rule of a state that is not named here is read among the states' rows."""
    holding = sorted(blocked_by(frozenset(conditions), Action.PLACEMENT))
    found = [
        GateStep(
            rule_id=rule_of(one, Action.PLACEMENT),
            words=f"On hold: {REASONS[one]}.",
            where=Where.HOLDS,
        )
        for one in holding
    ]
    told = {one.rule_id for one in found}
    return (*found, *(_step(rule) for rule in sorted(set(rule_ids) - told)))


def _step(rule_id: str) -> GateStep:
    state = GateStep(
        rule_id=rule_id, words="A state’s own rule asks for more first.", where=Where.LAW
    )
    return STEPS.get(rule_id, state)
