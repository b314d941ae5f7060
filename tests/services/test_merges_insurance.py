"""ID-5: coverages, and what waits about them at the office, go along with a merge and come back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.accounts import Coverage, Payer
from portal.models.identity import Login
from portal.models.insurance import InsuranceSubmission
from portal.services.decide_merge import undo_merge
from portal.services.decide_submission import accept_end
from tests.services.staff_world import ON
from tests.services.test_merges import Two, merge, two

__all__ = ["two"]


@dataclass(frozen=True, slots=True)
class Plans:
    """One plan that both records have, one that only the record which goes has; each of its own is to end."""

    kept_one: int
    same_one: int
    other: int
    ends_same: int
    ends_other: int


@pytest.fixture
def plans(two: Two, now: datetime) -> Plans:
    with transaction() as session:
        payer = Payer(identifier="SAMPLE", name="Sample Health")
        login = Login(face="patient", email="testa@example.com", fs_uniquifier="testa")
        session.add_all([payer, login])
        session.flush()
        kept_one, same_one, other = [
            Coverage(patient_id=patient_id, payer_id=payer.id, member_id=member, sequence="P")
            for patient_id, member in (
                (two.kept.patient_id, "A1"),
                (two.gone.patient_id, "A1"),
                (two.gone.patient_id, "B2"),
            )
        ]
        session.add_all([kept_one, same_one, other])
        session.flush()
        sent = [
            InsuranceSubmission(
                login_id=login.id,
                patient_id=two.gone.patient_id,
                kind="end",
                replaces_coverage_id=coverage.id,
                state="waiting",
                ends_on=ON,
                begun_at=now,
                sent_at=now,
            )
            for coverage in (same_one, other)
        ]
        session.add_all(sent)
        session.flush()
        return Plans(kept_one.id, same_one.id, other.id, sent[0].id, sent[1].id)


def test_ID_5_coverages_and_what_was_sent_about_them_go_along_and_come_back(
    two: Two, plans: Plans, now: datetime
) -> None:
    before = {
        plans.ends_same: (two.gone.patient_id, plans.same_one),
        plans.ends_other: (two.gone.patient_id, plans.other),
    }
    assert waiting() == before
    merge_id = merge(two, now)
    assert members(two.kept.patient_id) == ["A1", "B2"], "what both had is there once"
    assert waiting() == {
        plans.ends_same: (two.kept.patient_id, plans.kept_one),
        plans.ends_other: (two.kept.patient_id, plans.other),
    }
    undo_merge(merge_id=merge_id, note="Two people.", staff=two.asks, on=ON, now=now)
    assert members(two.kept.patient_id) == ["A1"]
    assert members(two.gone.patient_id) == ["A1", "B2"]
    assert waiting() == before


def test_ID_5_a_plan_that_both_had_is_ended_after_the_merge(
    two: Two, plans: Plans, now: datetime
) -> None:
    merge(two, now)
    accept_end(
        submission_id=plans.ends_same, staff=two.asks, public_url="http://localhost", now=now
    )
    with read_only() as session:
        assert session.get_one(Coverage, plans.kept_one).ended_on == ON


def waiting() -> dict[int, tuple[int | None, int | None]]:
    """By submission: whose it is, and about which plan on file."""
    with read_only() as session:
        rows = session.scalars(select(InsuranceSubmission))
        return {row.id: (row.patient_id, row.replaces_coverage_id) for row in rows}


def members(patient_id: int) -> list[str]:
    with read_only() as session:
        return list(
            session.scalars(
                select(Coverage.member_id)
                .where(Coverage.patient_id == patient_id)
                .order_by(Coverage.member_id)
            )
        )
