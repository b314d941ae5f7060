"""OPS-22, COLL-2: a no is said in words, each with its rule and its page, and every rule of the gate has its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from billing import gate
from billing.collection_packet import NEEDED
from billing.gate_words import STATE, WORDS, Where, denied_in_words, in_words, lacks
from billing.holds import Action, Condition, rule_of

RULE = re.compile(r'"((?:COLL|CORE|STMT|FA|DISP)-\d+)"')
ASKED = {*RULE.findall(Path(gate.__file__).read_text()), *(rule for _, rule in NEEDED.values())}


@pytest.mark.parametrize("rule", sorted(ASKED))
def test_OPS_22_every_rule_of_the_gate_has_words_of_its_own(rule: str) -> None:
    assert rule in WORDS


def test_COLL_T_a_states_row_is_said_to_be_one() -> None:
    [one] = lacks(["COLL-T4"])
    assert (one.rule, one.what, one.next, one.where) == ("COLL-T4", *STATE, Where.LAW)


@pytest.mark.parametrize("action", [Action.FINAL_NOTICE, Action.PLACEMENT])
@pytest.mark.parametrize("condition", Condition)
def test_CORE_6_a_hold_is_said_once_and_first(condition: Condition, action: Action) -> None:
    rule = rule_of(condition, action)
    found = lacks([rule, "COLL-5"], [condition], action)
    assert found[0].rule == rule
    assert [one.rule for one in found].count(rule) == 1
    assert found[0].where is Where.HOLDS
    assert in_words([rule], [condition], action).count(f"({rule})") == 1


def test_OPS_22_rules_that_were_kept_alone_are_said_in_words_too() -> None:
    assert denied_in_words([]) == ""
    assert denied_in_words(["COLL-24"]) == "A bankruptcy notice is on file (COLL-24)"
    assert denied_in_words(["COLL-3", "DISP-1"]) == (
        "Still missing: 121 days since the first statement of each bill (COLL-3); this bill is disputed (DISP-1)"
    )
    either = denied_in_words(["CORE-3"])
    assert either.startswith("Every address and number we know came back or still missing: a first")
