"""The bank's pages: from a file to a matched line, and a CSV whose columns somebody names once."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from uuid import uuid4

import pytest
from flask import Flask

from tests.services.agency_world import ON
from tests.services.statement_world import noon
from tests.services.test_agency_in_deposit import CHECKS, NET, Slip
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent
from tests.web.test_staff_day import NOW, remitted

AsStaff = Callable[[str], PageClient]
SAID = "Date,Description,Amount,Reference\n{day},HCCLAIMPMT TRN*1*{trace}*999,29.99,R1\n{day},FEE,-4.00,R2\n"


@pytest.fixture(autouse=True)
def _clock(staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: NOW


def uploaded(client: PageClient, content: str) -> str:
    """The address of the preview."""
    file_id = str(uuid4())
    form = {"file_id": file_id, "file": (BytesIO(content.encode()), "bank.csv")}
    client.get("/bank/upload")
    client.post("/bank/upload", form)
    return f"/bank/files/{file_id}"


def test_OPS_10_from_the_file_to_the_matched_line(as_staff: AsStaff) -> None:
    day, trace = remitted()
    poster = as_staff("payment_poster")
    address = uploaded(poster, SAID.format(day=day, trace=trace))
    preview = poster.get(address).text
    assert "the bank shows $29.99, the remittance $30.00" in preview
    assert "Certain" not in preview
    done = poster.follow(poster.post(f"{address}/import", {})).text
    assert "2 new lines, 0 known already, 0 matched." in done
    assert "It is ours to match" in done  # the fee
    with statements_sent() as sent:
        page = poster.get("/bank/")
    assert len(sent) <= 12, "\n".join(sent)
    assert f"Trace {trace}" in page.text
    line = poster.get("/bank/1")
    answer = line.hidden("answer")
    assert "Choose one paper" in poster.post("/bank/1/match", {}).text
    matched = poster.follow(poster.post("/bank/1/match", {"answer": answer})).text
    assert "Differs by" in matched
    assert "$0.01" in matched
    assert "1 difference to explain" in poster.get(f"/day/?on={day}").text
    back = poster.post("/bank/1/unmatch", {"unmatch-reason": "Another's"})
    assert "Taken back" in poster.follow(back).text


def test_OPS_10_columns_are_named_once_and_a_bad_file_says_where(as_staff: AsStaff) -> None:
    day, _ = remitted()
    poster = as_staff("payment_poster")
    odd = f"When,Who,In,Out\n{day},SOMEBODY,12.00,\n"
    address = uploaded(poster, odd)
    assert "which column is which" in poster.get(address).text
    half = poster.post(f"{address}/columns", {"columns-date": "When", "columns-credit": "In"})
    assert "an amount or both of its halves" in half.text
    names = {
        "columns-date": "When",
        "columns-text": "Who",
        "columns-credit": "In",
        "columns-debit": "Out",
    }
    assert "SOMEBODY" in poster.follow(poster.post(f"{address}/columns", names)).text
    assert "SOMEBODY" in poster.get(uploaded(poster, odd.replace("12.00", "13.00"))).text
    form = {"file_id": str(uuid4()), "file": (BytesIO(b"Date,Amount\nsoon,1\n"), "x.csv")}
    assert "Row 2: “soon” is no date." in poster.post("/bank/upload", form).text


def test_OPS_10_an_agencys_check_and_a_batch_of_one_slip_are_matched_together(
    staff_app: Flask, as_staff: AsStaff
) -> None:
    staff_app.config["CLOCK"] = lambda: noon(ON)
    slip = Slip()
    deposit_id = slip.line(NET + CHECKS)
    poster = as_staff("payment_poster")
    agency, checks = f"agency:{slip.remittance_id}", f"batch:{slip.batch_id}:check"
    address = f"/bank/{deposit_id}"
    with statements_sent() as sent:
        page = poster.get(address).text
    assert len(sent) <= 12, "\n".join(sent)
    assert page.count("Together with the others that are ticked: $42.50") == 2
    wrong = poster.post(f"{address}/match", {"answer": [agency, f"batch:{slip.batch_id}:cash"]})
    assert "What you chose makes $29.50, and the bank shows $42.50." in wrong.text
    done = poster.follow(poster.post(f"{address}/match", {"answer": [agency, checks]})).text
    assert "Of batches: checks" in done
    assert "Differs by$0.00" in done
    assert "with checks and cash" in poster.get(f"/day/?on={ON}").text
