"""What a file is before anybody posts it, and whether its end is missing (OPS-9)."""

import pytest

from portal.x12.tell_kind import tell_kind, why_cut_off
from tests.services.payer_voice import Payer, clp, svc

WHOLE = Payer().data(clp("A1", svc("99213", 100, "CO-45 20, PR-1 50")))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "an empty file"),
        (b" \r\n ", "an empty file"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"PK\x03\x04....", "a ZIP"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"<html>", "a web page"),
        (b"hello", "no X12 file"),
        (WHOLE.replace(b"ST*835*", b"ST*837*"), "a file of claims (837)"),
        (WHOLE.replace(b"ST*835*", b"ST*999*"), "a receipt for a file (999)"),
        (WHOLE.replace(b"ST*835*", b"ST*834*"), "an X12 834"),
    ],
)
def test_OPS_9_what_is_no_835_is_called_by_its_name_with_what_to_do(data, words):
    found = tell_kind(data, file="a")
    assert found is not None
    assert words in str(found)
    assert found.todo


def test_an_835_is_one_whatever_else_is_wrong_with_it():
    assert tell_kind(WHOLE, file="a") is None
    assert tell_kind(WHOLE[: len(WHOLE) // 2], file="a") is None


def test_OPS_9_every_cut_before_the_end_is_noticed():
    """At each segment, and within segments: only the very last terminator may be missing."""
    assert why_cut_off(WHOLE, file="a") == ""
    assert why_cut_off(WHOLE.rstrip(b"\r\n~"), file="a") == ""
    start = WHOLE.index(b"ST*835")
    for at in range(start + 8, WHOLE.index(b"IEA") + 3):
        assert why_cut_off(WHOLE[:at], file="a"), WHOLE[:at][-30:]


def test_wrong_counts_alone_are_common_and_mean_nothing():
    assert why_cut_off(WHOLE.replace(b"SE*", b"SE*9"), file="a") == ""
    bare = WHOLE[WHOLE.index(b"ST*") : WHOLE.index(b"GE*")]
    assert why_cut_off(bare, file="a") == ""


def test_a_transaction_that_its_group_counts_and_nobody_sees_is_missing():
    assert "holds 2 transactions" in why_cut_off(WHOLE.replace(b"GE*1*", b"GE*2*"), file="a")
