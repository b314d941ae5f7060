"""Every real-world sample reads as an independent checker read it, or is refused with a position."""

import json
from dataclasses import replace
from datetime import datetime

import oxedi
import pytest

from portal.x12.claim import Claim, RefusedClaim
from portal.x12.envelope import X12Error
from portal.x12.read_835 import read_remittances
from portal.x12.read_837 import read_claims
from portal.x12.write_835 import write_remittances
from portal.x12.write_837 import write_claims
from portal.x12.writer import Envelope

ENVELOPE = Envelope(sender="SAMPLE", receiver="EXCHANGE", sent_at=datetime(2026, 1, 5, 9))


@pytest.fixture(scope="module")
def remittance_files(x12_samples):
    return {path.name: path.read_bytes() for path in sorted((x12_samples / "835").iterdir())}


@pytest.fixture(scope="module")
def claim_files(x12_samples):
    return {path.name: path.read_bytes() for path in sorted((x12_samples / "837P").iterdir())}


def test_OPS_9_every_835_agrees_with_the_checker_claim_by_claim(x12_samples, remittance_files):
    expected = json.loads((x12_samples / "expected-835.json").read_text())
    assert expected.keys() == remittance_files.keys()
    for file, want in expected.items():
        sets = list(read_remittances(remittance_files[file], file=file))
        assert [_told(found) for found in sets] == [_wanted(one) for one in want["transactions"]], (
            file
        )


def _told(found):
    claims = [
        (
            claim.patient_control_number,
            claim.status_code,
            claim.billed_cents,
            claim.paid_cents,
            claim.group_cents("PR"),
            claim.patient_responsibility_cents or 0,
            len(claim.lines),
            not claim.balance_faults,
        )
        for claim in found.claims
    ]
    return found.signed_paid_cents, found.plb_cents, found.balanced, bool(found.faults), claims


def _wanted(one):
    keys = (
        "patient_control_number",
        "status_code",
        "billed_cents",
        "paid_cents",
        "patient_responsibility_cents",
        "clp05_cents",
        "lines",
        "balanced",
    )
    claims = [tuple(claim[key] for key in keys) for claim in one["claims"]]
    bad = one["bad_amounts"]
    return one["bpr_cents"], one["plb_cents"], one["balanced"] and not bad, bad, claims


def test_OPS_9_oxedi_agrees_on_every_835_that_it_can_read(remittance_files):
    agreed = 0
    for file, data in remittance_files.items():
        try:
            second = oxedi.parse(data)
        except oxedi.ParseError:
            continue  # it needs an ISA
        sets = list(read_remittances(data, file=file))
        if not second.count_claims() and any(found.claims for found in sets):
            continue  # blanks inside ISA: it finds nothing to disagree about
        assert second.count_claims() == sum(len(found.claims) for found in sets), file
        if not any(found.faults for found in sets):
            paid = sum(found.signed_paid_cents for found in sets)
            assert second.sum_payments() * 100 == paid, file
            off = any(one.kind == "BalanceMismatch" for one in second.diagnostics)
            assert off is not all(_balances(found) for found in sets), file
            agreed += 1
    assert agreed > 45


def _balances(found):
    return found.balanced and not any(claim.balance_faults for claim in found.claims)


def test_every_835_survives_being_written_and_read_again(remittance_files):
    for file, data in remittance_files.items():
        sets = [_placeless(found) for found in read_remittances(data, file=file)]
        written = write_remittances(sets, envelope=ENVELOPE)
        again = [_placeless(found) for found in read_remittances(written, file=file)]
        assert again == sets, file


def _placeless(found):
    return replace(
        found,
        position=0,
        fingerprint="",
        warnings=(),
        faults=(),
        claims=tuple(
            claim._replace(
                position=0, lines=tuple(line._replace(position=0) for line in claim.lines)
            )
            for claim in found.claims
        ),
        provider_adjustments=tuple(replace(one, position=0) for one in found.provider_adjustments),
    )


def test_the_same_set_sent_with_other_delimiters_keeps_its_fingerprint(remittance_files):
    plain = remittance_files["tastypackets-x12-parser__profee.edi"]
    lines = remittance_files["tastypackets-x12-parser__multi-line-not-delimited.edi"]
    many = remittance_files["tastypackets-x12-parser__profee-multiple.edi"]
    prints = {
        found.fingerprint
        for data in (plain, lines, many)
        for found in read_remittances(data, file="")
    }
    assert len(prints) == 1


def test_every_837P_imports_or_is_refused_with_a_position(claim_files):
    read = refused = empty = 0
    for file, data in claim_files.items():
        try:
            found = list(read_claims(data, file=file))
        except X12Error:
            empty += 1
            continue
        segments = data.count(b"~") + data.count(b"\n")
        for claim in found:
            assert 1 < claim.position <= segments
            if isinstance(claim, RefusedClaim):
                assert f"segment {claim.position}: expected " in claim.reason
                refused += 1
            else:
                read += 1
    assert (read, refused, empty) == (65, 30, 5)


def test_every_837P_claim_survives_being_written_and_read_again(claim_files):
    for file, data in claim_files.items():
        try:
            claims = [c for c in read_claims(data, file=file) if isinstance(c, Claim)]
        except X12Error:
            continue
        if claims:
            again = read_claims(write_claims(claims, envelope=ENVELOPE), file=file)
            assert [_bare(c) for c in again] == [_bare(c) for c in claims], file


def _bare(claim):
    # A dependant has no member id of their own in 5010, so the writer sends none.
    patient = replace(
        claim.patient, name=claim.patient.name._replace(id_qualifier="", identifier="")
    )
    lines = tuple(replace(line, position=0) for line in claim.lines)
    return replace(claim, position=0, warnings=(), submitted_on=None, patient=patient, lines=lines)
