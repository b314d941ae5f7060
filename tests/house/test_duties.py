"""Separation of duties (OPS-13): the table of pairs, the services that ask it, and the roles that may take each step."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from billing.duties import DUTIES, Duty, same_person
from portal.queries.permissions import ROLES

ROOT = Path(__file__).resolve().parents[2]
ASKS = re.compile(r"same_person\(\s*Duty\.(\w+)")
# A comparison of who asked with who decides, past the table.
BY_HAND = re.compile(
    r"(requested_by_id|asked_by_id|asked_by_login_id|made_by_id) == \w+(\.\w+)?\.login_id"
)


def test_OPS_13_every_pair_is_declared_and_asked_by_its_service() -> None:
    assert set(DUTIES) == set(Duty)
    for duty, steps in DUTIES.items():
        asked = ASKS.findall((ROOT / steps.service).read_text())
        assert duty.name in asked, f"{steps.service} does not ask for {duty}"


def test_OPS_13_no_service_compares_the_two_people_past_the_table() -> None:
    offenders = [
        path.name
        for path in sorted((ROOT / "portal/services").glob("*.py"))
        if BY_HAND.search(path.read_text())
    ]
    assert offenders == []


@pytest.mark.parametrize("duty", Duty)
def test_OPS_13_one_person_never_takes_both_steps_and_a_sweep_counts_as_nobody(duty: Duty) -> None:
    assert same_person(duty, 5, 5)
    assert not same_person(duty, 5, 6)
    assert not same_person(duty, None, 5)


def test_OPS_13_HIPAA_7_whoever_posts_money_neither_adjusts_nor_approves_nor_judges() -> None:
    poster = ROLES["payment_poster"]
    assert "remittances.post" in poster
    assert not poster & {"ledger.adjust", "refunds.approve", "plans.approve", "audit.review"}
    for role, permissions in ROLES.items():
        if permissions & {
            "refunds.approve",
            "plans.approve",
            "assistance.approve",
            "assistance.policy",
            "agencies.approve",
            "settings.edit",
            "accounts.restrict",
        }:
            assert role == "manager", f"{role} approves what others ask for"
    assert not ROLES["auditor"] & {
        "remittances.post",
        "ledger.adjust",
        "refunds.request",
        "day.close",
    }
    assert not any("view" in one and one != "staff.view" for one in ROLES["sysadmin"])
