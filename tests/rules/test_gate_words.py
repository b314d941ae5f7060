"""OPS-22: a no is said in words, each with its rule, and every rule of the gate has its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from billing import gate
from billing.gate_words import _STATE, _WORDS, in_words, lacks
from billing.holds import RULES, Condition

RULE = re.compile(r'"((?:COLL|CORE|STMT|FA|DISP)-\d+)"')
ASKED = sorted(set(RULE.findall(Path(gate.__file__).read_text())))


@pytest.mark.parametrize("rule", ASKED)
def test_OPS_22_every_rule_of_the_gate_has_words_of_its_own(rule: str) -> None:
    assert rule in _WORDS


def test_COLL_T_a_states_row_is_said_to_be_one() -> None:
    [one] = lacks(["COLL-T4"])
    assert (one.rule, one.what, one.next) == ("COLL-T4", *_STATE)


@pytest.mark.parametrize("condition", Condition)
def test_CORE_6_a_hold_is_said_once_in_its_own_words(condition: Condition) -> None:
    found = lacks([RULES[condition]], [condition])
    assert [one.rule for one in found] == [RULES[condition]]
    assert in_words([RULES[condition]], [condition]).count(RULES[condition]) == 1
