"""The file to an agency: every order once, no row with a gap or a hold, whatever is killed in between (COLL-18, COLL-19)."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import db
from portal.models.accounts import AccountCondition, GuarantorAccount
from portal.models.placements import PlacementFile, PlacementOrder
from portal.services import write_placement_files as module
from portal.services.prove_step import ProofKind
from portal.services.tend_placements import tend_placements
from portal.services.write_placement_files import FilesWritten, write_placement_files
from tests.services.gate_world import prove
from tests.services.placement_world import PLACED_ON, agency, place, states
from tests.services.statement_world import DAY, Office, cut, deliver, later, noon, work_items, world

pytestmark = pytest.mark.usefixtures("database_url")
ON = PLACED_ON + timedelta(days=1)


@pytest.fixture
def office(tmp_path) -> Office:
    return Office(tmp_path)


def placed(tmp_path):
    """A bill of 50 dollars with a statement that arrived, ordered to an agency, not yet in a file."""
    bill = world(lambda w: w.owed(5000))
    [number] = cut().numbers
    deliver(tmp_path)
    prove(bill[0].guarantor_account_id, ProofKind.SCREENING, DAY, result="none")

    def build(w):
        row = place(w, bill, agency(w), told=False)
        row.itemised_bill, row.itemization_on = number, DAY

    later(build)
    return bill


def write(office, on=ON) -> FilesWritten:
    return write_placement_files(on=on, now=noon(on), shelf=office)


def read(office, name) -> list[dict[str, str]]:
    with db.read_only() as session:
        stored = session.scalars(
            select(PlacementFile.stored).where(PlacementFile.name == name)
        ).one()
    return list(csv.DictReader(io.StringIO(office.documents.get(stored).decode())))


def hold(bill, kind="bankruptcy") -> None:
    later(
        lambda w: w.add(
            AccountCondition(
                guarantor_account_id=bill[0].guarantor_account_id,
                kind=kind,
                since=noon(ON),
                source="test",
            )
        )
    )


def test_COLL_18_the_row_itemises_what_came_since_and_leaves_once(office, tmp_path) -> None:
    bill = placed(tmp_path)
    later(lambda w: w.pay(bill, 1200, on=ON))
    found = write(office)
    assert (len(found.names), found.rows, found.refused) == (1, 1, 0)
    assert write(office) == FilesWritten()
    [row] = read(office, found.names[0])
    amounts = {name: value for name, value in row.items() if name.startswith("itemization_")}
    assert amounts == {
        "itemization_on": str(DAY),
        "itemization_then": "50.00",
        "itemization_payments": "12.00",
        "itemization_credits": "0.00",
        "itemization_adjustments": "0.00",
        "itemization_interest": "0.00",
        "itemization_fees": "0.00",
        "itemization_now": "38.00",
    }
    assert (row["order"], row["insurance"], row["screening"]) == ("place", "decided", "none")
    assert row["last_payment_on"] == str(ON)
    assert row["barred_on"] > str(ON)


def test_COLL_19_each_manifest_names_the_file_before(office, tmp_path) -> None:
    bill = placed(tmp_path)
    write(office)
    hold(bill)
    tend_placements(on=ON, now=noon(ON))
    [name] = write(office).names
    assert [(row["order"], row["reason"]) for row in read(office, name)] == [("recall", "COLL-24")]
    with db.read_only() as session:
        first, second = session.scalars(select(PlacementFile).order_by(PlacementFile.number))
    assert second.manifest["previous_sha256"] == first.sha256
    assert (first.manifest["previous_sha256"], first.manifest["placed"]) == ("", "50.00")
    assert second.manifest["orders"]["recall"] == 1


def test_COLL_19_a_hold_keeps_the_row_here_and_the_agency_never_hears_of_it(
    office, tmp_path
) -> None:
    bill = placed(tmp_path)
    hold(bill)
    assert write(office) == FilesWritten()
    assert tend_placements(on=ON, now=noon(ON)).recalled == 1
    assert write(office) == FilesWritten()
    assert states() == ["recalled"]


def test_COLL_19_a_row_with_a_gap_becomes_work_and_the_bill_ours_again(office, tmp_path) -> None:
    bill = placed(tmp_path)
    with db.transaction() as session:
        session.get_one(GuarantorAccount, bill[0].guarantor_account_id).street = ""
    assert write(office) == FilesWritten(refused=1)
    assert write(office) == FilesWritten()
    assert states() == ["recalled"]
    [item] = [one for one in work_items() if one.kind == "placement_refused"]
    assert "the address is missing" in item.reasons


def test_killed_before_it_commits_nothing_is_lost_and_nothing_twice(
    office, tmp_path, monkeypatch
) -> None:
    placed(tmp_path)
    real = module.manifest

    class Killed(BaseException):
        """As kill -9 would end it."""

    def dies(*_args, **_more):
        raise Killed

    monkeypatch.setattr(module, "manifest", dies)
    with pytest.raises(Killed):
        write(office)
    monkeypatch.setattr(module, "manifest", real)
    assert write(office).rows == 1
    with db.read_only() as session:
        assert all(order.file_id for order in session.scalars(select(PlacementOrder)))
