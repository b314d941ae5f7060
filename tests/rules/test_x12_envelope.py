"""The envelope: every delimiter, break and gap that producers really send."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.x12.claim import RefusedClaim
from portal.x12.envelope import (
    Delimiters,
    X12Error,
    interchanges,
    read_cents,
    read_date,
    transaction_sets,
)
from portal.x12.read_835 import read_remittances
from portal.x12.read_837 import read_claims

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "x12"
REMITTANCE = (FIXTURES / "remittance.835").read_bytes()
CLAIMS = (FIXTURES / "claims.837").read_bytes()
FLAT = REMITTANCE.replace(b"\n", b"")


def only(data):
    (found,) = read_remittances(data, file="test.835")
    return found


def told(found):
    """What a set says, without where it stood and what was odd about its envelope."""
    return (
        found.fingerprint,
        found.paid_cents,
        [(c.patient_control_number, c.paid_cents, len(c.lines)) for c in found.claims],
        [line.procedure for c in found.claims for line in c.lines],
        [(p.reason, p.reference, p.amount_cents) for p in found.provider_adjustments],
    )


EXPECTED = told(only(REMITTANCE))


def delimiters(data):
    (found,) = interchanges(data, file="test")
    return found.delimiters


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("one line", FLAT),
        ("CRLF behind ~", REMITTANCE.replace(b"\n", b"\r\n")),
        ("newline before ~", FLAT.replace(b"~", b"\n~")),
        ("CRLF before ~", FLAT.replace(b"~", b"\r\n~")),
        ("newline terminates", FLAT.replace(b"~", b"\n")),
        ("CRLF terminates", FLAT.replace(b"~", b"\r\n")),
        ("^ terminates", FLAT.replace(b"*^*", b"*U*").replace(b"~", b"^")),
        ("^ and newlines", FLAT.replace(b"*^*", b"*U*").replace(b"~", b"^\n")),
        ("| separates", FLAT.replace(b"*", b"|")),
        ("+ separates", FLAT.replace(b"*", b"+")),
        ("control characters", FLAT.replace(b"*", b"\x1d").replace(b":", b"\x1f").replace(b"~", b"\x1c")),
        ("non-ASCII, latin-1", FLAT.replace(b"*", b"\xa7").replace(b":", b"\xb0")),
        ("non-ASCII, UTF-8", FLAT.replace(b"*", "§".encode())),
        ("component >", FLAT.replace(b":", b">")),
        ("component ^", FLAT.replace(b"*^*", b"*U*").replace(b":", b"^")),
        ("component |", FLAT.replace(b":", b"|")),
        ("ISA16 empty", FLAT.replace(b"*:~", b"*~")),
        ("ISA16 empty, newlines", REMITTANCE.replace(b"*:~", b"*~")),
        ("ISA16 lies", FLAT.replace(b"*:~", b"*>~")),
        ("ISA11 is U", FLAT.replace(b"*^*", b"*U*")),
        ("UTF-8 BOM", b"\xef\xbb\xbf" + REMITTANCE),
        ("indented", REMITTANCE.replace(b"\n", b"\n    ")),
        ("indented by tabs, newline terminates", FLAT.replace(b"~", b"\n\t")),
        ("last segment unterminated", FLAT.removesuffix(b"~")),
        ("blank lines", REMITTANCE.replace(b"~\n", b"~\n\n\n")),
        ("short ISA", FLAT.replace(b" " * 10, b"").replace(b"HEALTH    ", b"HEALTH ")),
        ("blanks in ISA", FLAT.replace(b"ISA*", b"ISA *").replace(b"*T*:", b"*T *:")),
        ("no ISA", FLAT[FLAT.index(b"GS*") :]),
        ("no ISA, no GS", FLAT[FLAT.index(b"ST*") :]),
        ("no ISA, newline terminates", FLAT[FLAT.index(b"ST*") :].replace(b"~", b"\n")),
        ("junk first", b"Report of the day\n" + FLAT),
        ("no IEA", FLAT[: FLAT.index(b"IEA*")]),
        ("no GE", FLAT[: FLAT.index(b"GE*")]),
        ("no SE", FLAT[: FLAT.index(b"SE*")]),
        ("SE01 wrong", FLAT.replace(b"~SE*", b"~SE*9")),
    ],
)  # fmt: skip
def test_envelope_traps_do_not_change_what_a_set_says(name, data):
    assert told(only(data)) == EXPECTED, name


def test_what_is_odd_is_told_and_not_refused():
    assert only(REMITTANCE).warnings == ()
    assert only(FLAT.replace(b"~SE*", b"~SE*9")).warnings == (
        "SE01 says 935 segments, the set has 35",
    )
    assert only(FLAT[: FLAT.index(b"SE*")]).warnings == ("no GE", "no IEA", "no SE")
    assert only(FLAT.replace(b"~SE*35*0001", b"~SE*35*0009")).warnings == (
        "SE02 is not the control number of the ST",
    )
    assert "ISA16 says '>'" in only(FLAT.replace(b"*:~", b"*>~")).warnings[0]


def test_positions_count_through_every_interchange_of_a_file():
    twice = list(read_remittances(REMITTANCE + REMITTANCE.replace(b"*", b"|"), file="two.835"))
    segments = REMITTANCE.count(b"~")
    assert [found.position for found in twice] == [3, 3 + segments]
    assert twice[1].claims[0].position == twice[0].claims[0].position + segments
    assert told(twice[1]) == EXPECTED


def test_two_sets_in_one_group_are_two_remittances():
    start, end = FLAT.index(b"ST*"), FLAT.index(b"GE*")
    both = FLAT[:end] + FLAT[start:end] + FLAT[end:]
    first, second = read_remittances(both, file="two.835")
    assert first.fingerprint == second.fingerprint
    assert second.position == first.position + FLAT[start:end].count(b"~")


def test_latin_1_names_are_read():
    found = only(FLAT.replace(b"TESTA", b"TEST\xc9"))
    assert found.claims[0].patient.first == "TESTÉ"


def test_ISA_inside_an_element_starts_nothing():
    found = only(FLAT.replace(b"N1*PR*ACME HEALTH*PI*ACME1", b"N1*PR*ISA*00*XX*ZZ*01*02"))
    assert found.payer.last == "ISA"


@pytest.mark.parametrize(
    ("data", "position", "words"),
    [
        (b"", 1, "an empty file"),
        (b"name,birth date\nTesta Sample,1980-04-02\n", 1, "an ISA or ST segment"),
        (b"ISA*00*  *00*  *ZZ*S", 1, "16 elements in ISA"),
        (CLAIMS, 3, "expected ST*835, found ST*837"),
    ],
)
def test_a_refused_file_says_file_position_and_what_was_expected(data, position, words):
    with pytest.raises(X12Error) as refusal:
        list(read_remittances(data, file="day.835"))
    assert refusal.value.position == position
    assert str(refusal.value).startswith(f"day.835, segment {position}: expected ")
    assert words in str(refusal.value)
    assert "Testa" not in str(refusal.value)


def test_half_a_file_never_balances():
    found = only(FLAT[: FLAT.index(b"SVC*HC:87880")])
    assert not found.balanced or found.claims[0].balance_faults


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("", 0), (" ", 0), ("0", 0), ("132", 13200), ("810.8", 81080), ("945.00", 94500),
        ("-.06", -6), (".5", 50), ("-25.00", -2500), ("+5", 500), ("12.340", 1234), ("7.", 700),
        (" 45.75 ", 4575), ("-0.00", 0),
    ],
)  # fmt: skip
def test_amounts_become_exact_cents(text, cents):
    assert read_cents(text) == cents


@pytest.mark.parametrize(
    "text", ["NOT", "CCN9", "1,200.00", "1.234", "1e2", "1_0", ".", "-", "--1", ".-5", "1.-5", "9" * 20, "²"]
)  # fmt: skip
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError):
        read_cents(text)


@given(st.integers(-(10**12), 10**12))
def test_amounts_survive_writing(cents):
    from portal.x12.writer import amount

    assert read_cents(amount(cents)) == cents


def test_dates_that_do_not_exist_are_none():
    assert read_date("20260230") is None
    assert read_date("2024") is None
    assert read_date("").__class__ is type(None)


PUNCTUATION = st.sampled_from(list('!"%&()*+,;<=>?@[]^_`{|}~:\\\x1c\x1d\x1e\x1f§¬'))


@given(
    st.lists(PUNCTUATION, min_size=3, max_size=3, unique=True), st.sampled_from(["", "\n", "\r\n"])
)
@settings(max_examples=150, deadline=None)
def test_any_delimiters_give_the_same_set(chosen, line_break):
    element, component, terminator = chosen
    text = FLAT.decode().replace("*^*", "*U*")
    for old, new in (("*", "\ue000"), (":", "\ue001"), ("~", "\ue002")):
        text = text.replace(old, new)
    text = text.replace("\ue000", element).replace("\ue001", component)
    text = text.replace("\ue002", terminator + line_break)
    for encoding in ("utf-8", "latin-1"):
        data = text.encode(encoding)
        assert delimiters(data) == Delimiters(element, component, terminator, "")
        assert told(only(data)) == EXPECTED


@given(st.integers(0, len(FLAT)), st.integers(0, len(FLAT)), st.binary(max_size=12))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_835_raises_nothing_but_X12Error(start, end, noise):
    data = REMITTANCE[: min(start, end)] + noise + REMITTANCE[max(start, end) :]
    try:
        sets = list(read_remittances(data, file="damaged.835"))
    except X12Error:
        return
    assert all(isinstance(found.balanced, bool) and found.fingerprint for found in sets)
    assert all(isinstance(c.balance_faults, tuple) for found in sets for c in found.claims)


@given(st.integers(0, len(CLAIMS)), st.integers(0, len(CLAIMS)), st.binary(max_size=12))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_837P_raises_nothing_but_X12Error(start, end, noise):
    data = CLAIMS[: min(start, end)] + noise + CLAIMS[max(start, end) :]
    try:
        claims = list(read_claims(data, file="damaged.837"))
    except X12Error:
        return
    for claim in claims:
        if isinstance(claim, RefusedClaim):
            assert claim.reason
        else:
            assert claim.billed_cents == sum(line.billed_cents for line in claim.lines)


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_raise_nothing_but_X12Error(data):
    for prefix in (b"", b"ISA*", b"ST*835*1~"):
        try:
            list(transaction_sets(prefix + data, file="noise"))
            list(read_remittances(prefix + data, file="noise"))
        except X12Error:
            continue


def test_trailing_empty_elements_change_nothing_but_the_fingerprint():
    found = only(FLAT.replace(b"LX*1~", b"LX*1***~").replace(b"*1*2000~", b"*1*20**~"))
    assert told(found)[1:] == EXPECTED[1:]
