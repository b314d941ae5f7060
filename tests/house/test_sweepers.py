"""Nothing stands in a middle state for ever: each such state has somebody who takes it up, named here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import pytest

from billing import denial_states, drafts, transitions
from portal.jobs import schedule
from portal.queue import HANDLERS, RECURRING

ROOT = Path(__file__).resolve().parents[2]

# What ends the state, unless somebody does before: a recurring job, and the words that it looks for; or the people
# whose page or queue shows it. A state from which nothing leads on, or where something may rest for years, is at rest.
PEOPLE = "people: "
SWEEPERS: Mapping[str, Mapping[str, str]] = {
    "PAYMENT": {
        "created": "sweep_payments: LIVE_STATES",
        "submitting": "sweep_payments: LIVE_STATES",
        "requires_action": "sweep_payments: LIVE_STATES",
        "processing": "sweep_payments: LIVE_STATES",
    },
    "REFUND": {
        "requested": PEOPLE + "refunds/index.html",
        "approved": PEOPLE + "no row rests here: approving submits in the same transaction",
        "submitting": "sweep_payments: UNSETTLED",
        "pending": "sweep_payments: UNSETTLED",
    },
    "CHECK": {
        "requested": PEOPLE + "checks/index.html",
        "approved": PEOPLE + "checks/index.html",
        "written": PEOPLE + "checks/index.html",
    },
    "APPOINTMENT": {
        "held": "tend_holds: held_until <= now",  # or whoever wants its time before
        "booked": "mark_missed: no_show_minutes",  # unless somebody arrives
        "arrived": PEOPLE + "the calendar and the front desk's board",
        "in_room": PEOPLE + "the calendar and the front desk's board",
    },
    "DENIAL": {
        "open": "run_day: tend_denials",  # its last day raises work
        "working": "run_day: tend_denials",
        "appealed": "run_day: tend_denials",  # a payer that does not answer
        "corrected": "run_day: tend_denials",
        "agreed": "run_day: tend_denials",
        "lost": PEOPLE + "denials/index.html",
    },
    "DISPUTE": {"open": "walk_objects: ask_for_open_disputes"},
    "EVIDENCE": {"submitting": "sweep_payments: unknown_evidence"},
    "CLAIM": {"open": PEOPLE + "work/index.html", "deciding_again": PEOPLE + "work/index.html"},
    "SUBMISSION": {
        "draft": PEOPLE + "the patient's own page",
        "waiting": PEOPLE + "coverages/index.html",
        "sent_back": PEOPLE + "the patient's own page",
    },
    "DRAFT": {
        "scheduled": "run_day: tend_drafts",
        "noticed": "run_day: tend_drafts",
        "charging": "sweep_payments: LIVE_STATES",  # its payment is what waits
        "failed": "run_day: tend_drafts",  # until its tries are used up
    },
    "PLAN": {
        "proposed": PEOPLE + "the staff's page of plans",
        "awaiting_approval": PEOPLE + "the staff's page of plans",
        "offered": PEOPLE + "the staff's page of plans",
        "active": "run_day: tend_plans",
        "paused": "run_day: tend_plans",
        "in_grace": "run_day: tend_plans",
    },
}
RESTS: Mapping[str, frozenset[str]] = {
    "PAYMENT": frozenset({"succeeded", "failed", "canceled"}),
    "REFUND": frozenset({"declined", "succeeded", "refused", "failed"}),
    "CHECK": frozenset({"declined", "cleared", "voided"}),
    "APPOINTMENT": frozenset({"done", "no_show", "canceled", "expired"}),
    "DENIAL": frozenset({"won", "partly", "written_off", "billed", "replaced"}),
    "DISPUTE": frozenset({"won", "lost"}),
    "EVIDENCE": frozenset({"submitted", "refused"}),
    "CLAIM": frozenset({"decided", "void"}),
    "SUBMISSION": frozenset({"accepted", "withdrawn"}),
    "DRAFT": frozenset({"paid", "stopped", "skipped"}),
    "PLAN": frozenset({"defaulted", "completed", "canceled"}),
}


def tables() -> dict[str, Mapping[StrEnum, Mapping[StrEnum, StrEnum]]]:
    """Every state table of the product."""
    return {
        name: table
        for module in (transitions, drafts, denial_states)
        for name, table in vars(module).items()
        if re.fullmatch(r"[A-Z]+", name)
        and isinstance(table, Mapping)
        and all(isinstance(state, StrEnum) for state in table)
        and all(isinstance(events, Mapping) for events in table.values())
    }


def test_every_state_is_at_rest_or_is_taken_up_by_somebody() -> None:
    known = tables()
    assert set(known) == set(SWEEPERS) == set(RESTS), "a new state table: say who sweeps it"
    for name, table in known.items():
        named = set(SWEEPERS[name]) | RESTS[name]
        assert {state.value for state in table} == named, name
        assert not set(SWEEPERS[name]) & RESTS[name], name


@pytest.mark.parametrize(
    ("table", "state", "by"),
    [(table, state, by) for table, states in SWEEPERS.items() for state, by in states.items()],
)
def test_whoever_takes_it_up_is_there(table: str, state: str, by: str) -> None:
    schedule.register()
    if by.startswith(PEOPLE):
        page = by.removeprefix(PEOPLE)
        if page.endswith(".html"):
            assert (ROOT / "staff_admin/templates" / page).exists(), (table, state)
        return
    job, looks_for = by.split(": ")
    assert job in HANDLERS, (table, state)
    assert job in RECURRING, f"{job} does not run by itself"
    source = (ROOT / f"portal/services/{job}.py").read_text()
    assert looks_for in source, f"{job} does not look for {table} {state}"
