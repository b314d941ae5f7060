"""KPI-23: how many disputes were upheld, as of any day, and which they are."""

from __future__ import annotations

from datetime import date, timedelta

from billing.bill_disputes import Finding
from portal.db import read_only
from portal.queries.kpi_figures import kpi_figures
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
