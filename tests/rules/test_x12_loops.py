"""The loops of an 835: each segment speaks to the loop that stands open, however often it comes again."""

import dataclasses

import pytest

from portal.x12.read_835 import read_remittances
from portal.x12.remittance import Remittance

HEAD = "ST*835*0001~BPR*I*30*C*CHK~TRN*1*T1*1999999999~"
CLAIM = "CLP*{}*1*100*10*20*12*ICN~"
LINE = "SVC*HC:99213*100*10~DTM*472*20260102~CAS*CO*45*70~CAS*PR*1*20~"


def read(body: str) -> Remittance:
    data = f"{HEAD}{body}SE*0*0001~".encode()
    (found,) = read_remittances(data, file="test.835")
    return found


def test_a_repeated_segment_says_the_same_in_every_claim() -> None:
    claims = read("".join(CLAIM.format(name) + LINE for name in "ABC")).claims
    assert [claim.patient_control_number for claim in claims] == ["A", "B", "C"]
    assert [claim.position for claim in claims] == [4, 9, 14]
    assert [line.position for claim in claims for line in claim.lines] == [5, 10, 15]
    first, *others = [claim.lines[0]._replace(position=0) for claim in claims]
    assert others == [first, first]
    assert not any(claim.balance_faults for claim in claims)


def test_the_same_segment_means_another_thing_in_another_loop() -> None:
    whole = read(CLAIM.format("A") + "CAS*PR*1*20~DTM*232*20260102~" + LINE + "DTM*232*20260103~")
    (claim,) = whole.claims
    assert [a.amount_cents for a in claim.adjustments] == [2_000]
    assert [a.amount_cents for a in claim.lines[0].adjustments] == [7_000, 2_000]
    assert str(claim.statement_from) == "2026-01-02"  # a claim's date inside a line says nothing
    assert str(claim.lines[0].service_from) == "2026-01-02"


def test_an_unreadable_amount_is_a_fault_each_time_it_comes() -> None:
    bad = CLAIM.format("A") + "SVC*HC:99213*1OO*10~"
    assert read(bad + bad).faults == (
        "segment 5: SVC02 is '1OO', not an amount",
        "segment 7: SVC02 is '1OO', not an amount",
    )


def test_a_service_line_outside_any_claim_holds_the_set() -> None:
    found = read(LINE + CLAIM.format("A"))
    assert found.faults == ("segment 4: a service line outside any claim",)
    assert not found.balanced
    assert found.claims[0].lines == ()


def test_what_a_claim_says_stays_as_it_was_read() -> None:
    (claim,) = read(CLAIM.format("A") + LINE).claims
    for part in (claim, claim.lines[0], claim.lines[0].adjustments[0]):
        with pytest.raises(AttributeError):
            part.paid_cents = 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        read("").paid_cents = 1
