"""Every sample 835 against what an independent checker computed, claim by claim (OPS-9)."""

import json
from datetime import UTC, datetime
from pathlib import Path

import oxedi
import pytest
from sqlalchemy import func, select

from billing.exceptions import Category
from billing.ledger import Account
from portal.db import transaction
from portal.models.files import File
from portal.models.ledger import JournalEntry
from portal.services.post_remittance import post_remittance
from portal.x12.tell_kind import tell_kind, why_cut_off
from tests.services.payer_voice import total, verify_ledger, work

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
CHANGED = "a changed remittance under a number already posted"


def dry_run(path: Path) -> dict:
    report = post_remittance(
        data=path.read_bytes(), name=path.name, now=NOW, store=None, dry_run=True
    )
    [file] = report.to_json()["files"]
    return file


def test_OPS_9_all_samples_agree_with_the_checker(x12_samples: Path, database_url: str) -> None:
    checked = json.loads((x12_samples / "expected-835.json").read_text())
    assert len(checked) == 60
    for name, expected in checked.items():
        found = dry_run(x12_samples / "835" / name)
        if expected["verdict"] == "BALANCED":
            assert found["status"] == "posted", (name, found["error"])
        seen = set()
        pairs = zip(expected["transactions"], found["transactions"], strict=True)
        for told, ours in pairs:
            key = json.dumps(told, sort_keys=True)
            assert ours["balanced"] == (told["balanced"] and not told["bad_amounts"]), name
            if not ours["balanced"]:
                assert ours["status"] in {"held", "duplicate"}, name
                assert found["error"] or key in seen, name
            elif expected["verdict"] == "BALANCED":
                assert ours["status"] in {"posted", "duplicate"}, name
            seen.add(key)
            if told["bad_amounts"]:
                continue
            assert abs(ours["paid_cents"]) == abs(told["bpr_cents"]), name
            assert ours["plb_cents"] == told["plb_cents"], name
            keys = (
                "patient_control_number",
                "status_code",
                "billed_cents",
                "paid_cents",
                "patient_responsibility_cents",
                "balanced",
            )
            assert [{k: c[k] for k in keys} for c in ours["claims"]] == [
                {k: c[k] for k in keys} for c in told["claims"]
            ], name
            for claim in ours["claims"]:
                assert set(claim["adjustments"]) >= {"CO", "PR", "OA", "PI"}
                assert claim["disposition"] in {"unmatched", "held", "duplicate"}
    with transaction() as session:  # nothing was changed
        assert session.scalar(select(func.count()).select_from(JournalEntry)) == 0
        assert session.scalar(select(func.count()).select_from(File)) == 0


def test_one_set_156_times_is_posted_once(x12_samples: Path, database_url: str) -> None:
    found = dry_run(x12_samples / "835/tastypackets-x12-parser__profee-multiple.edi")
    statuses = [one["status"] for one in found["transactions"]]
    assert (statuses.count("posted"), statuses.count("duplicate")) == (1, 155)
    assert found["status"] == "posted"


@pytest.mark.parametrize("data", [b"", b"hello", b"ISA*nothing", b"ST*837*1~SE*2*1~"])
def test_a_file_without_a_remittance_is_rejected_with_a_position(
    data: bytes, database_url: str
) -> None:
    report = post_remittance(data=data, name="odd.edi", now=NOW, store=None)
    assert report.status == "rejected"
    assert "segment" in (report.error or "")


def test_OPS_9_all_samples_post_and_tie_or_say_why_not(
    x12_samples: Path, database_url: str
) -> None:
    """For real, into one set of books: BPR02 to the cent, and a second opinion on what does not add up."""
    checked = json.loads((x12_samples / "expected-835.json").read_text())
    moved, posted = 0, set()
    for name, expected in checked.items():
        data = (x12_samples / "835" / name).read_bytes()
        assert tell_kind(data, file=name) is None, name
        report = post_remittance(data=data, name=name, now=NOW, store=None)
        for told, one in zip(expected["transactions"], report.sets, strict=True):
            adds_up = told["balanced"] and not told["bad_amounts"]
            said = " ".join(one.reasons)
            # Producers copy each other's examples: the same number with other words is no posting.
            resent = f"{one.said.payer_tax_id}:{one.said.trace}" in posted and CHANGED in said
            if one.status != "duplicate":
                assert one.status == ("posted" if adds_up and not resent else "held"), name
            if one.status == "posted":
                posted.add(f"{one.said.payer_tax_id}:{one.said.trace}")
                moved += one.paid.cents
            elif one.status == "held":
                assert resent or "segment" in said, (name, one.reasons)
            for claim in one.claims:
                if not claim.balanced and one.status != "duplicate":
                    assert claim.disposition != "posted"
                    assert claim.reasons, name
        if oxedi_objects(data):
            faults = [c for one in report.sets for c in one.claims if not c.balanced]
            assert faults or not all(one.said.balanced for one in report.sets), name
    proof = verify_ledger()
    assert proof.ok, proof.to_json()
    assert total(Account.PAYER_CLEARING) == moved
    assert {item.category for item in work("held_set")} <= {"", *Category}


def oxedi_objects(data: bytes) -> bool:
    """Whether the second reader finds a sum that is wrong; what it cannot read says nothing."""
    try:
        return any(one.kind == "BalanceMismatch" for one in oxedi.parse(data).diagnostics)
    except oxedi.ParseError:
        return False


def test_OPS_9_no_whole_sample_is_taken_for_cut_off(x12_samples: Path) -> None:
    """One says itself that a transaction is missing; halves of the others are noticed."""
    noticed = {}
    for path in sorted((x12_samples / "835").iterdir()):
        data = path.read_bytes()
        if why_cut_off(data, file=path.name):
            noticed[path.name] = why_cut_off(data, file=path.name)
        half = data[: data.rindex(b"SE") - 1]
        assert why_cut_off(half, file=path.name) or tell_kind(half, file=path.name), path.name
    assert set(noticed) == {"albmarin-badX12__error_validation.edi"}
