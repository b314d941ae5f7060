"""Hundreds of days of many accounts: no contact, draft or placement that the rules forbid, and each no with its rules (CORE-5, CORE-6).

`KINDBILL_COLLECT_ACCOUNTS`, `_DAYS`, `_EVERY`, `_RATE` (of a thousand accounts, how many have an event on a day) and `_SEED` tell a longer story; `make collections` tells the longest.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from billing import gate, holds
from billing.allocation import OpenLine
from billing.holds import Action, Condition, Effect
from portal.models.claims import Visit
from portal.queries import gate_facts, statement_changes
from portal.queries.balances import AccountBalance
from portal.queries.payments import open_lines
from portal.queries.raised_bills import RAISED_AFTER
from portal.services import (
    ask_to_collect,
    claim_draft,
    clear_message,
    draftable,
    import_charges,
    note_undelivered,
    post_return,
    record_piece,
    tend_accounts,
)
from tests.proof.collect_run import laid, watched
from tests.proof.collect_watch import Watch
from tests.sandbox_server import SandboxServer
from tests.services.statement_world import DAY

pytestmark = pytest.mark.usefixtures("database_url")
Patch = pytest.MonkeyPatch
ALL_VISITS = select(Visit.id)
# What a planted bug is asked for on each day; the days without one ask for all of it now and then.
BILLS, DRAFTS = ("bills",), ("drafts",)


def asked(name: str, default: int) -> int:
    return int(os.environ.get(f"KINDBILL_COLLECT_{name}", default))


def test_CORE_5_no_account_moves_a_step_unproven(tmp_path: Path, sandbox: SandboxServer) -> None:
    began = time.monotonic()
    watch = watched(
        asked("SEED", 4713),
        size=asked("ACCOUNTS", 24),
        days=asked("DAYS", 157),
        every=asked("EVERY", 8),
        rate=asked("RATE", 30) / 1000,
        home=tmp_path,
        sandbox=sandbox,
    )
    told = {
        "seconds": round(time.monotonic() - began),
        "done": watch.done,
        "people": watch.sim.counts,
        "stricter": watch.stricter,
        "broken": watch.broken[:20],
    }
    print(json.dumps(told, indent=1))
    assert watch.broken == []
    assert watch.untold() == []
    for what in ("statement", "final notice", "placement", "draft", "charge", "sms new_statement"):
        assert watch.done[what], f"nothing was proven of: {what}"


def saw(watch: Watch, *wanted: tuple[str, str]) -> bool:
    """Whether the oracle said each of these, a deed and its rule."""
    return all(any(what in one and rule in one for one in watch.broken) for what, rule in wanted)


def short(
    home: Path, what: str, rule: str, *, days: int, rate: float, size: int = 12, **more: Any
) -> None:
    """A practice that opens once a month, until the oracle said this: each calendar step falls on a day on which it is open."""
    watch = laid(7, size=size, every=30, home=home, rate=rate, **more)
    for number in range(0, days, 30):
        watch.one(DAY + timedelta(days=number))
        if saw(watch, (what, rule)):
            return
    pytest.fail(f"nobody said {what} against {rule}: {watch.broken}")


def test_a_gate_that_overlooks_a_hold_is_seen(tmp_path: Path, monkeypatch: Patch) -> None:
    for condition in (Condition.ATTORNEY, Condition.BANKRUPTCY, Condition.DO_NOT_CONTACT):
        for action in (Action.STATEMENT, Action.REMINDER):
            monkeypatch.setitem(holds.MATRIX[condition], action, Effect.OK)
    short(
        tmp_path,
        "statement of account",
        "COLL-17",
        days=31,
        rate=0.2,
        size=12,
        events=(("hold", 1),),
    )


def test_a_gate_that_asks_for_no_call_and_no_screening_is_seen(
    tmp_path: Path, monkeypatch: Patch
) -> None:
    def lax(facts, at):  # type: ignore[no-untyped-def]  # as the one that it stands for
        return gate.missing_for_placement(facts, at) - {"COLL-5", "FA-8", "COLL-4"}

    monkeypatch.setitem(ask_to_collect.MISSING, Action.PLACEMENT, lax)
    short(
        tmp_path,
        "placement of account",
        "COLL-5",
        days=151,
        rate=0.0,
        size=8,
        diligence=0.0,
        fails=0.0,
        eager=BILLS,
    )


def test_a_notice_that_came_back_and_warns_and_an_agency_that_keeps_bills_and_money_are_seen(
    tmp_path: Path, monkeypatch: Patch
) -> None:
    nothing = lambda *_said, **_more: None  # noqa: E731 (four functions do it)
    monkeypatch.setattr(record_piece, "unprove_notice", nothing)
    monkeypatch.setattr(tend_accounts, "order_for", nothing)
    monkeypatch.setattr(post_return, "post_agency_payment", nothing)
    monkeypatch.setattr(post_return, "take_agency_payment_back", nothing)
    watch = laid(7, size=8, home=tmp_path, fails=0.0, rate=0.0, every=30, eager=BILLS)
    watch.live(120)
    for number, event in ((120, "letter"), (150, ""), (180, "paid"), (195, "back"), (210, "hold")):
        watch.sim.events, watch.rate = ((event, 1),), 1.0 if event else 0.0
        watch.one(DAY + timedelta(days=number))
    assert any("placement" in one and "COLL-4" in one for one in watch.broken)
    assert any("day at an agency" in one for one in watch.broken)
    assert any("an agency's payment of account" in one and "COLL-21" in one for one in watch.broken)
    assert any("is not owed, against COLL-21" in one for one in watch.broken)


def test_a_raised_bill_that_is_not_told_anew_and_ages_on_is_seen(
    tmp_path: Path, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(statement_changes.Span, "corrected_charges", frozenset())
    # Without the gate's own look at what was told, too.
    blind = text(gate_facts._BOOKS.text.replace(RAISED_AFTER, "NULL"))
    monkeypatch.setattr(gate_facts, "_BOOKS", blind)
    watch = laid(7, size=8, home=tmp_path, fails=0.0, every=30)
    watch.live(60)
    watch.sim.events, watch.rate = (("anew", 1),), 1.0
    watch.one(DAY + timedelta(days=60))
    watch.rate = 0.0
    watch.one(DAY + timedelta(days=90))
    assert any("stays uncorrected, against STMT-19" in one for one in watch.broken)
    assert any("final notice" in one and "STMT-10" in one for one in watch.broken)


def test_a_parent_who_is_billed_for_a_grown_child_is_seen(
    tmp_path: Path, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(import_charges, "part_grown", lambda *_said: None)
    short(
        tmp_path,
        "statement of account",
        "COLL-26",
        days=91,
        rate=0.2,
        size=6,
        fails=0.0,
        events=(("child", 1),),
    )


def test_a_bad_number_that_is_texted_again_is_seen(tmp_path: Path, monkeypatch: Patch) -> None:
    monkeypatch.setattr(clear_message, "_unreachable", lambda *_said, **_more: ())
    short(tmp_path, "sms", "MSG-13", days=61, rate=0.0, size=9, fails=1.0)


def test_an_email_that_bounced_and_starts_the_clock_is_seen(
    tmp_path: Path, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(note_undelivered, "_take_back", lambda *_said: None)
    short(tmp_path, "final notice", "STMT-10", days=121, rate=0.0, size=8, fails=1.0)


def test_a_card_that_is_charged_whatever_the_gate_says_is_seen(
    tmp_path: Path, monkeypatch: Patch, sandbox: SandboxServer
) -> None:
    real = claim_draft.draftable

    def all_of_it(*said, **more):  # type: ignore[no-untyped-def]  # as the one that it stands for
        found = real(*said, **more)
        return replace(
            found, denied=None, lines=tuple(replace(one, held=False) for one in found.lines)
        )

    monkeypatch.setattr(claim_draft, "draftable", all_of_it)
    watch = laid(
        3, size=8, home=tmp_path, sandbox=sandbox, fails=0.0, rate=0.9, events=(("plan", 1),)
    )
    watch.live(2)
    watch.rate, watch.sim.events = 0.3, (("hold", 1),)
    for number in (22, 23, 24, 44, 45, 46, 54, 55, 56):
        watch.one(DAY + timedelta(days=number))
        if saw(watch, ("charge of account", "")):
            return
    pytest.fail("no charge was seen")


@pytest.mark.parametrize(
    ("whole", "said"), [(True, "the rest of visit"), (False, "draft of account")]
)
def test_a_draft_that_takes_a_disputed_line_for_the_bill_or_for_no_line_is_seen(
    tmp_path: Path, monkeypatch: Patch, whole: bool, said: str
) -> None:
    if whole:
        monkeypatch.setattr(
            draftable, "disputed_whole", lambda session, _: frozenset(session.scalars(ALL_VISITS))
        )
    else:
        monkeypatch.setattr(draftable, "open_lines", undisputed_too)
    short(tmp_path, said, "DISP-1", days=31, rate=0.2, events=(("line", 1),), eager=DRAFTS)


def undisputed_too(account: AccountBalance) -> tuple[OpenLine, ...]:
    """Every line with all that is owed of it."""
    owed = {one.charge_id: one.patient_due for bill in account.visits for one in bill.charges}
    return tuple(replace(one, due=owed[one.charge_id], held=False) for one in open_lines(account))


def test_a_draft_that_asks_of_the_account_alone_is_seen(tmp_path: Path, monkeypatch: Patch) -> None:
    real = draftable.ask_gate

    def once(session, kinds, action, *, visit_id=None, **more):  # type: ignore[no-untyped-def]  # as above
        return real(session, kinds if visit_id is None else (), action, visit_id=visit_id, **more)

    monkeypatch.setattr(draftable, "ask_gate", once)
    events = (("hold", 1),)
    short(tmp_path, "draft of account", "", days=31, rate=0.3, size=16, events=events, eager=DRAFTS)
