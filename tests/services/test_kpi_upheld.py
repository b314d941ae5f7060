"""KPI-23: how many disputes were upheld, as of any day, and which they are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, text

from billing.bill_disputes import Finding
from portal.db import read_only, transaction
from portal.models.accounts import AccountCondition
from portal.models.messages import OutboundMessage
from portal.queries.kpi_facts import FACTS, LAGS
from portal.queries.kpi_figures import kpi_figures, params
from portal.queries.report_facts import finality
from portal.queries.report_kpis import figure_rows
from portal.queries.report_list import report_rows
from portal.queries.viewer import PatientViewer
from portal.services.own_dispute import reply_to_answer
from tests.services.test_answer_dispute import NOW, ON, answered, bills, filed, patient, staff
from tests.web.bills import Bills

__all__ = ["bills", "patient"]  # fixtures


def upheld(on: date) -> tuple[object, object]:
    """Numerator and denominator, each of which is what its rows add up to."""
    with read_only() as session:
        figure = kpi_figures(session, on, ("disputes_upheld",))[1]["disputes_upheld"]
    for part in (figure.numerator_rows, figure.denominator_rows):
        asked = figure_rows(part, on)
        assert asked is not None
        rows = report_rows(asked, figure=part, on=on)
        assert rows.count == (figure.numerator if part.endswith(".n") else figure.denominator)
    return figure.numerator, figure.denominator


def test_KPI_23_a_dispute_is_upheld_by_its_last_answer_of_that_day(
    bills: Bills, patient: PatientViewer
) -> None:
    valid, second = filed(patient, bills.decided), staff("manager")
    theft = filed(patient, bills.self_pay)
    answered(valid, staff(), now=NOW + timedelta(days=1))
    answered(theft, staff(), now=NOW + timedelta(days=2))
    reply_to_answer(
        viewer=patient, dispute_id=theft, text="It was not me.", now=NOW + timedelta(days=4)
    )
    assert upheld(ON) == (0, 0)
    assert upheld(ON + timedelta(days=1)) == (0, 1)
    assert upheld(ON + timedelta(days=10)) == (0, 2)
    answered(theft, second, Finding.IDENTITY_THEFT, now=NOW + timedelta(days=11))
    assert upheld(ON + timedelta(days=10)) == (0, 2), "what was found later is of later days"
    assert upheld(ON + timedelta(days=11)) == (1, 2)
    assert upheld(ON + timedelta(days=1 + 91)) == (1, 1), "only what was answered in the time"


def test_KPI_23_what_happens_in_the_evening_counts_on_the_practices_day(
    bills: Bills, patient: PatientViewer
) -> None:
    evening = datetime(2026, 3, 4, 2, 30, tzinfo=UTC)  # half past nine on March 3
    day = date(2026, 3, 3)
    answered(filed(patient, bills.decided), staff(), now=evening)
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=bills.account_id,
                kind="disputed",
                since=evening,
                ended_at=evening + timedelta(days=1, hours=2),  # at half past eleven
                source="test",
            )
        )
        session.add(
            OutboundMessage(
                channel="sms",
                recipient="+12125550142",
                template="new_statement",
                body="",
                state="sent",
                created_at=evening,
                sent_at=evening,
            )
        )
    with read_only() as session:
        asked = params(finality(session, date(2026, 3, 31)))

        def told(sql: str) -> list[Row[*tuple[Any, ...]]]:
            return list(session.execute(text(sql), asked))

        closed = [(row.day, row.lag, row.what) for row in told(LAGS["dispute_days"])]
        days = {
            key: {row.day for row in told(FACTS[key])}
            for key in ("disputes", "texts_stopped", "texts_delivered")
        }
    assert sorted(closed) == [
        (day, 1, "Answered after 1 days"),
        (day + timedelta(days=1), 1, "Closed after 1 days"),
    ]
    assert days == {
        "disputes": {ON, day},
        "texts_stopped": {day},
        "texts_delivered": {day},
    }
