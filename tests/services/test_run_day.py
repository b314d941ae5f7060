"""The daily cycle: cut, asked again, printed with one code, delivered once, whatever runs beside it."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
from datetime import UTC, datetime

import pikepdf
import pytest
from sqlalchemy import func, select

from billing.money import Money
from portal import db
from portal.models.accounts import AccountCondition, GuarantorAccount
from portal.models.claims import Visit
from portal.models.statements import EnrolmentCode, Statement, StatementDelivery
from portal.queries.viewer import PatientViewer
from portal.services.cut_statements import cut_statements
from portal.services.deliver_statements import deliver_statements
from portal.services.download_statement import download_statement
from portal.services.enrolment_codes import code_hashes
from portal.services.plain_cell import plain_cell
from portal.services.refusal import NotFound
from portal.services.run_day import TimeRefused, moment_of, run_day
from tests.conftest import CHECKOUT
from tests.services.statement_world import DAY, Office, after, later, noon, world

pytestmark = pytest.mark.usefixtures("database_url")


@pytest.fixture
def office(tmp_path) -> Office:
    return Office(tmp_path)


def run(office: Office, on=DAY):
    return run_day(on=on, now=noon(on), office=office)


def count(model) -> int:
    with db.read_only() as session:
        return session.scalar(select(func.count()).select_from(model))


def batch(office: Office, on=DAY) -> list[str]:
    folder = office.outbox / on.isoformat()
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_the_address_file_holds_no_formulas(office):
    def formulas(w):
        visit, *_ = w.owed(5000)
        holder = w.session.get_one(GuarantorAccount, visit.guarantor_account_id)
        holder.first_name, holder.street = "=cmd|' /C calc'!A0", "@SUM(1+1)"

    world(formulas)
    run(office)
    row = next(
        csv.DictReader(io.StringIO((office.outbox / "2026-03-02/addresses.csv").read_text()))
    )
    assert row["name"].startswith("'=cmd")
    assert row["line_1"] == "'@SUM(1+1)"
    assert row["statement"] == "2026-0001"
    assert [plain_cell(text) for text in ("+1", "-1", "\tx", "\rx", "O'Sample", "")] == [
        *("'+1", "'-1", "'\tx", "'\rx"),
        *("O'Sample", ""),
    ]


def first_statement_dates() -> set:
    with db.read_only() as session:
        return set(session.scalars(select(Visit.first_statement_on)))


def test_run_day_writes_the_mail_batch(office):
    world(lambda w: (w.owed(5000), w.owed(7000)))
    report = run(office)
    assert list(report.lines()) == [
        "2026-03-02: 2 statements cut, 2 sent",
        f"2 envelopes in {office.outbox}/2026-03-02",
    ]
    assert batch(office) == ["2026-0001.pdf", "2026-0002.pdf", "addresses.csv", "manifest.json"]
    rows = list(
        csv.DictReader(io.StringIO((office.outbox / "2026-03-02/addresses.csv").read_text()))
    )
    assert [row["statement"] for row in rows] == ["2026-0001", "2026-0002"]
    assert rows[0]["line_1"] == "1 Invented Street"
    assert rows[0]["line_2"] == "Sampletown, NY 10001"
    assert "5000" not in str(rows)


def test_the_batch_opens_to_the_owner_alone(office):
    world(lambda w: w.owed(5000))
    run(office)
    folder = office.outbox / "2026-03-02"
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


def test_STMT_12_running_twice_changes_nothing(office):
    world(lambda w: w.owed(5000))
    run(office)
    folder = office.outbox / "2026-03-02"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    report = run(office)
    assert report.cut.numbers == report.delivered.sent == ()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert (count(Statement), count(StatementDelivery), count(EnrolmentCode)) == (1, 1, 1)


def test_CORE_3_D0_comes_from_the_delivery_and_is_set_once(office):
    world(lambda w: w.owed(5000))
    cut_statements(on=DAY, now=noon(DAY), public_url=office.public_url)
    assert first_statement_dates() == {None}
    run(office)
    assert first_statement_dates() == {DAY}
    run(office, after(30))
    assert count(Statement) == 2
    assert first_statement_dates() == {DAY}


def test_CORE_3_a_visit_that_still_waits_has_no_D0(office):
    world(lambda w: (w.owed(5000), w.bill()))
    run(office)
    assert first_statement_dates() == {DAY, None}


@pytest.mark.parametrize(
    ("kind", "rule"),
    [("bankruptcy", "COLL-24"), ("deceased", "COLL-25"), ("do_not_contact", "COLL-17")],
)
def test_STMT_26_a_hold_between_cut_and_print_stops_the_statement(office, kind, rule):
    account_id = world(lambda w: w.owed(5000))[0].guarantor_account_id
    cut_statements(on=DAY, now=noon(DAY), public_url=office.public_url)
    later(
        lambda w: w.add(
            AccountCondition(
                guarantor_account_id=account_id, kind=kind, since=noon(DAY), source="test"
            )
        )
    )
    report = run(office)
    assert report.delivered.sent == ()
    assert report.delivered.stopped == (("2026-0001", (rule,)),)
    assert batch(office) == []
    assert (count(StatementDelivery), count(EnrolmentCode)) == (0, 0)
    assert first_statement_dates() == {None}


def test_STMT_12_a_payment_between_cut_and_print_stops_the_old_figure(office):
    bill = world(lambda w: w.owed(5000))
    cut_statements(on=DAY, now=noon(DAY), public_url=office.public_url)
    later(lambda w: w.pay(bill, 2000, on=DAY))
    assert run(office).delivered.stopped == (("2026-0001", ("STMT-12",)),)
    assert run(office, after(1)).delivered.sent == ("2026-0002",)
    with db.read_only() as session:
        newest = session.scalar(select(Statement).order_by(Statement.id.desc()))
    assert newest.amount_due == Money(3000)


def test_ID_2_the_mailed_copy_carries_a_fresh_code_and_the_kept_one_none(office):
    visit = world(lambda w: w.owed(5000))[0]
    codes = []
    keep = office.printer.print

    class Watching:
        def print(self, layout, data):
            codes.append(data["coupon"]["code"])
            return keep(layout, data)

    office.printer = Watching()
    run(office)
    [code] = codes  # printed once
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}", code)
    with db.read_only() as session:
        [row] = session.scalars(select(EnrolmentCode))
    assert row.code_hash in code_hashes(code, office.hash_keys)
    assert (row.expires_at - row.created_at).days == 30
    mailed = (office.outbox / "2026-03-02/2026-0001.pdf").read_bytes()
    viewer = PatientViewer(1, frozenset({visit.guarantor_account_id}))
    kept = download_statement(
        viewer=viewer, number="2026-0001", store=office.documents, printer=office.printer
    )
    assert kept.pdf != mailed
    assert codes == [code, None]
    with pikepdf.open(io.BytesIO(kept.pdf)) as pdf:
        assert len(pdf.pages) == 2
    again = download_statement(
        viewer=viewer, number="2026-0001", store=office.documents, printer=office.printer
    )
    assert again.pdf == kept.pdf
    assert len(codes) == 2  # kept from the first time on


def test_a_stranger_does_not_find_the_statement(office):
    world(lambda w: w.owed(5000))
    run(office)
    for account_ids in (frozenset(), frozenset({99999})):
        with pytest.raises(NotFound):
            download_statement(
                viewer=PatientViewer(1, account_ids),
                number="2026-0001",
                store=office.documents,
                printer=office.printer,
            )


def test_what_a_crash_left_behind_is_printed_by_the_next_run(office, monkeypatch):
    """A crash between the file and the commit: the row is gone, the file is written over."""
    world(lambda w: w.owed(5000))
    cut_statements(on=DAY, now=noon(DAY), public_url=office.public_url)

    def fails(**_row):
        raise OSError("disk full")

    monkeypatch.setattr("portal.services.print_statement.StatementDelivery", fails)
    with pytest.raises(OSError, match="disk full"):
        deliver_statements(
            on=DAY, now=noon(DAY), shop=office, folder=office.outbox / DAY.isoformat()
        )
    assert count(EnrolmentCode) == 0
    monkeypatch.undo()
    assert run(office).delivered.sent == ("2026-0001",)
    assert batch(office) == ["2026-0001.pdf", "addresses.csv", "manifest.json"]
    assert count(EnrolmentCode) == 1


def test_more_statements_than_one_batch_all_go_out_once(office):
    world(lambda w: [w.owed(5000) for _ in range(53)])
    report = run(office)
    assert len(report.delivered.sent) == len(set(report.delivered.sent)) == 53
    assert (count(StatementDelivery), count(EnrolmentCode)) == (53, 53)
    assert report.envelopes == 53


def test_STMT_12_two_processes_at_once_print_one_statement_with_one_code(database_url, tmp_path):
    world(lambda w: [w.owed(5000) for _ in range(12)])
    environment = {
        **os.environ,
        "KINDBILL_DATABASE_URL": database_url,
        "KINDBILL_HOME": str(tmp_path / "home"),
    }
    # Two processes must not both make the first keys of an empty home.
    environment |= {"KINDBILL_SECRET_KEYS": "s" * 40, "KINDBILL_FILE_KEYS": "A" * 43 + "="}
    command = [sys.executable, "-m", "portal", "run-day", "--on", DAY.isoformat()]
    runs = [
        subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=120) for process in runs]
    assert [process.returncode for process in runs] == [0, 0], outputs
    assert (count(Statement), count(StatementDelivery), count(EnrolmentCode)) == (12, 12, 12)
    folder = tmp_path / "home/outbox" / DAY.isoformat()
    assert len(list(folder.glob("*.pdf"))) == 12
    said = " ".join(out for out, _ in outputs)
    assert sum(int(n) for n in re.findall(r"(\d+) statements cut", said)) == 12
    assert sum(int(n) for n in re.findall(r"(\d+) sent", said)) == 12


def test_the_day_runs_at_ten_at_the_practice():
    world(lambda w: None)
    assert moment_of(on=DAY, at="10:00") == datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    assert moment_of(on=DAY.replace(month=7), at="10:00").hour == 14
    with pytest.raises(TimeRefused):
        moment_of(on=DAY, at="soon")
