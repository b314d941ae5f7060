"""Every report by its name: how it is made, how the rows behind its figures are read, and who may see it (HIPAA-7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from portal.db import read_only
from portal.models.identity import Login
from portal.queries import report_ageing, report_roll
from portal.queries.report_facts import RowsOf, details
from portal.queries.report_shapes import Details, Report

Args = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One report. `make` and `rows` read the day and the arguments of the address."""

    title: str
    about: str
    permission: str
    make: Callable[[date, Args], Report]
    rows: Callable[[str, date, Args], RowsOf | None]


REPORTS: Mapping[str, Kind] = {
    report_ageing.KEY: Kind(
        title="A/R ageing",
        about="What payers and patients owe, by age; credits apart.",
        permission="reports.ar",
        make=lambda on, args: report_ageing.ageing_report(on, report_ageing.from_of(args)),
        rows=lambda figure, on, args: report_ageing.figure_rows(
            figure, on, report_ageing.from_of(args)
        ),
    ),
    report_roll.KEY: Kind(
        title="A/R roll-forward",
        about="Month by month from what was owed to what is owed.",
        permission="reports.ar",
        make=lambda on, _args: report_roll.roll_report(on),
        rows=lambda figure, on, _args: report_roll.figure_rows(figure, on),
    ),
}


def report(key: str, on: date, args: Args) -> Report:
    """The report as of the end of the day."""
    return REPORTS[key].make(on, args)


def report_rows(
    key: str, figure: str, on: date, args: Args, *, page: int, limit: int | None = None
) -> Details | None:
    """The rows behind one figure of it; None where it has no such figure."""
    rows = REPORTS[key].rows(figure, on, args)
    if rows is None:
        return None
    with read_only() as session:
        return details(session, rows, figure=figure, on=on, page=page, limit=limit)


def staff_name(login_id: int) -> str:
    """Who made a report, as its paper says."""
    with read_only() as session:
        login = session.get_one(Login, login_id)
        return login.name or login.email
