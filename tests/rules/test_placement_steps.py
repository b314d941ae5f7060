"""Every rule of the gate has words of its own, and holds come first (COLL-2)."""

import re
from pathlib import Path

from billing import gate
from billing.collection_packet import NEEDED
from billing.holds import Condition
from billing.placement_steps import STEPS, Where, gate_steps

OF_A_LAWSUIT = {"COLL-27"}


def test_COLL_2_every_rule_that_the_gate_names_has_words() -> None:
    source = Path(gate.__file__).read_text()
    named = set(re.findall(r'"((?:CORE|COLL|STMT|FA|DISP)-\d+)"', source)) - OF_A_LAWSUIT
    named |= {rule for _, rule in NEEDED.values()}
    assert named - set(STEPS) == set()


def test_CORE_6_holds_come_first_and_are_said_once() -> None:
    steps = gate_steps(["COLL-24", "COLL-5"], [Condition.BANKRUPTCY])
    assert [one.rule_id for one in steps] == ["COLL-24", "COLL-5"]
    assert steps[0].where is Where.HOLDS
    assert "bankruptcy" in steps[0].words


def test_CORE_2_a_states_own_rule_leads_to_the_law() -> None:
    (step,) = gate_steps(["COLL-T7"])
    assert (step.rule_id, step.where) == ("COLL-T7", Where.LAW)


def test_a_condition_that_forbids_no_placement_is_not_said() -> None:
    assert gate_steps([], [Condition.NO_SMS_CONSENT]) == ()
