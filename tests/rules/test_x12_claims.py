"""The 837P: what is read, what is refused alone, and what pyx12 says of what we write."""

import io
from datetime import date
from pathlib import Path

import pytest

from portal.x12.claim import Claim, RefusedClaim
from portal.x12.envelope import X12Error
from portal.x12.read_835 import read_remittances
from portal.x12.read_837 import read_claims
from portal.x12.remittance import Adjustment

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "x12"
CLAIMS = (FIXTURES / "claims.837").read_bytes()
SECONDARY = (FIXTURES / "secondary.837").read_bytes()


def read(data):
    return list(read_claims(data, file="day.837"))


def test_a_claim_says_who_was_treated_who_pays_and_for_what():
    testa, mini = read(CLAIMS)
    assert testa.control_number == "V1001"
    assert (testa.billed_cents, testa.patient_paid_cents) == (25000, 2500)
    assert (testa.place_of_service, testa.frequency) == ("11", "1")
    assert (testa.accepts_assignment, testa.benefits_assigned) == ("A", "Y")
    assert testa.patient == testa.coverage.subscriber
    assert testa.patient.birth_on == date(1980, 4, 2)
    assert testa.patient.address.street2 == "APT 3"
    assert testa.billing.tax_id == "000000001"
    assert testa.billing.name.identifier == "1999999984"
    assert testa.rendering.first == "DORA"
    assert testa.coverage.payer.identifier == "ACME1"
    assert testa.coverage.filing_code == "CI"
    assert testa.submitted_on == date(2026, 1, 14)
    assert [other.payer.identifier for other in testa.other_coverages] == ["SECM2"]
    assert [(x.procedure_code, x.modifiers, x.billed_cents) for x in testa.lines] == [
        ("99213", ("25",), 15000),
        ("87880", ("QW",), 10000),
    ]
    assert [x.control_number for x in testa.lines] == ["L1", "L2"]
    assert mini.coverage.relationship == "19"
    assert mini.patient.name.first == "MINI"
    assert mini.patient.address.city == "ELSEWHERE"
    assert mini.coverage.subscriber.name.first == "OTTO"
    assert mini.lines[1].units == "2"


def test_a_later_payers_claim_tells_what_the_earlier_payer_decided():
    (claim,) = read(SECONDARY)
    assert claim.coverage.sequence == "S"
    (earlier,) = claim.other_coverages
    assert (earlier.payer_claim_number, earlier.paid_cents) == ("ACM-1", 12000)
    decision = claim.lines[0].decisions[0]
    assert (decision.payer_identifier, decision.paid_cents) == ("ACME1", 9000)
    assert decision.adjustments == (Adjustment("CO", "45", 4000), Adjustment("PR", "1", 2000))
    assert decision.decided_on == date(2026, 2, 1)


def test_diagnoses_are_never_read():
    coded = CLAIMS.replace(b"HI*ABK:R69", b"HI*ABK:F329*ABF:Z6841")
    assert all(claim.diagnoses == () for claim in read(coded))


@pytest.mark.parametrize(
    ("old", "new", "expected", "found"),
    [
        (b"CLM*V1001*250*", b"CLM*V1001*25O*", "an amount in CLM02", "'25O'"),
        (b"CLM*V1001*250*", b"CLM**250*", "CLM01, the claim's control number", "nothing"),
        (b"CLM*V1001*250*", b"CLM*V1001*251*", "lines that add up to CLM02", "25000 cents"),
        (b"D8*20260112~", b"D8*20261312~", "a service date CCYYMMDD", "'20261312'"),
        (b"SV1*HC:99213:25*150", b"SV1*HC:99213:25*x", "an amount in SV102", "'x'"),
        (b"SV1*HC:99213:25*150", b"SV2*HC:99213:25*150", "SV1 (a professional claim)", "SV2"),
        (b"SV1*HC:99213:25*150", b"SV1**150", "SV1 with a procedure code", "none"),
        (b"NM1*PR*2*ACME HEALTH*****PI*ACME1~", b"", "a payer (NM1*PR)", "none"),
    ],
)  # fmt: skip
def test_one_bad_claim_is_refused_alone_with_its_position(old, new, expected, found):
    bad, good = read(CLAIMS.replace(old, new, 1))
    assert isinstance(bad, RefusedClaim)
    assert isinstance(good, Claim)
    assert good.control_number == "V1002"
    assert bad.expected.startswith(expected)
    assert bad.found == found
    assert bad.reason.startswith(f"segment {bad.position}: expected {expected}")
    segments = CLAIMS.replace(old, new, 1).replace(b"\n", b"").split(b"~")
    assert segments[bad.position - 1].split(b"*")[0] in {b"CLM", b"DTP", b"SV1", b"SV2", b"LX"}


def test_service_dates_may_be_a_range():
    ranged = CLAIMS.replace(b"D8*20260113~", b"RD8*20260113-20260115~", 1)
    line = read(ranged)[1].lines[0]
    assert (line.service_from, line.service_to) == (date(2026, 1, 13), date(2026, 1, 15))


def test_order_decides_where_HL_numbers_are_wrong():
    confused = CLAIMS.replace(b"HL*2*1*22", b"HL*9*7*22").replace(b"HL*4*3*23", b"HL*1**23")
    assert [c.patient.name.first for c in read(confused)] == ["TESTA", "MINI"]


def test_a_file_without_claims_is_refused():
    empty = CLAIMS[: CLAIMS.index(b"HL*1")] + b"SE*5*0001~"
    with pytest.raises(X12Error, match=r"segment 3: expected an ST\*837 with a CLM segment"):
        read(empty)
    with pytest.raises(X12Error, match=r"found ST\*835"):
        read((FIXTURES / "remittance.835").read_bytes())


@pytest.mark.parametrize("name", ["claims.837", "secondary.837"])
@pytest.mark.filterwarnings("ignore")
def test_pyx12_accepts_the_837P_that_we_write(name):
    import pyx12.params
    import pyx12.x12n_document

    answer = io.StringIO()
    accepted = pyx12.x12n_document.x12n_document(
        param=pyx12.params.params(),
        src_file=str(FIXTURES / name),
        fd_997=answer,
        fd_html=None,
        fd_xmldoc=None,
    )
    assert accepted
    assert "IK5*A~" in answer.getvalue()


def test_fixture_files_are_what_the_writers_say():
    (remittance,) = read_remittances((FIXTURES / "remittance.835").read_bytes(), file="")
    assert remittance.balanced
    assert not any(claim.balance_faults for claim in remittance.claims)
    assert remittance.claims[0].lines[1].remarks == ("N130",)
    assert remittance.claims[1].original_reference == "ACM-00"
    assert remittance.claims[1].interest_cents == 25
    assert [(p.reason, p.amount_cents) for p in remittance.provider_adjustments] == [
        ("WO", -3125),
        ("L6", 25),
    ]
