"""Every sample 835 against what an independent checker computed, claim by claim (OPS-9)."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.db import transaction
from portal.models.files import File
from portal.models.ledger import JournalEntry
from portal.services.post_remittance import post_remittance

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


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
