"""Every report by its name: how it is made, how the rows behind its figures are read, and who may see it (HIPAA-7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from portal.db import read_only
from portal.models.identity import Login
from portal.queries import (
    report_ageing,
    report_agencies,
    report_assistance,
    report_cash,
    report_collections,
    report_contract,
    report_denials,
    report_kpis,
    report_medicare,
    report_roll,
    report_work,
)
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
    report_kpis.KEY: Kind(
        title="KPIs",
        about="Every figure of the practice with its target: A/R, collections, claims, visits, texts.",
        permission="reports.all",
        make=lambda on, args: report_kpis.kpi_report(on, args.get("part", "")),
        rows=lambda figure, on, _args: report_kpis.figure_rows(figure, on),
    ),
    report_denials.KEY: Kind(
        title="Denials",
        about="What payers refused, by category, payer and reason, and what became of it.",
        permission="reports.billing",
        make=lambda on, _args: report_denials.denials_report(on),
        rows=lambda figure, on, _args: report_denials.denials_rows(figure, on),
    ),
    report_contract.KEY: Kind(
        title="Contract variance",
        about="What payers allowed beside what their contracts allow, and where they are short.",
        permission="reports.billing",
        make=lambda on, _args: report_contract.contract_report(on),
        rows=lambda figure, on, _args: report_contract.contract_rows(figure, on),
    ),
    report_cash.KEY: Kind(
        title="Cash by day and method",
        about="What came in this month, by day: insurers, the office, online; refunds.",
        permission="reports.cash",
        make=lambda on, _args: report_cash.cash_report(on),
        rows=lambda figure, on, _args: report_cash.cash_rows(figure, on),
    ),
    report_cash.DRAWER: Kind(
        title="Drawer of the day",
        about="What the office took from patients on one day.",
        permission="reports.drawer",
        make=lambda on, _args: report_cash.drawer_report(on),
        rows=lambda figure, on, _args: report_cash.drawer_rows(figure, on),
    ),
    report_collections.KEY: Kind(
        title="Collections and plans",
        about="What patients owe and paid; plans and drawn payments.",
        permission="reports.collections",
        make=lambda on, _args: report_collections.collections_report(on),
        rows=lambda figure, on, _args: report_collections.collections_rows(figure, on),
    ),
    report_agencies.KEY: Kind(
        title="Agencies and write-offs",
        about="By agency and month: placed, recovered, recalled, its fee; and what was written off.",
        permission="reports.collections",
        make=lambda on, _args: report_agencies.agencies_report(on),
        rows=lambda figure, on, _args: report_agencies.agencies_rows(figure, on),
    ),
    report_medicare.KEY: Kind(
        title="Medicare bad debts",
        about="Medicare’s bills that were written off, and which may be claimed.",
        permission="reports.collections",
        make=lambda on, _args: report_medicare.medicare_report(on),
        rows=lambda figure, on, _args: report_medicare.medicare_rows(figure, on),
    ),
    report_assistance.KEY: Kind(
        title="Financial assistance",
        about="Applications, days to decide, what was granted to whom, and what was placed unscreened.",
        permission="reports.assistance",
        make=lambda on, _args: report_assistance.assistance_report(on),
        rows=lambda figure, on, _args: report_assistance.assistance_rows(figure, on),
    ),
    report_work.KEY: Kind(
        title="Productivity",
        about="What each member of staff finished in 30 days.",
        permission="reports.all",
        make=lambda on, _args: report_work.work_report(on),
        rows=lambda figure, on, _args: report_work.work_rows(figure, on),
    ),
}


def report(key: str, on: date, args: Args) -> Report:
    """The report as of the end of the day."""
    return REPORTS[key].make(on, args)


def rows_of(key: str, figure: str, on: date, args: Args) -> RowsOf | None:
    """How the rows behind one figure of it are read; None where it has no such figure."""
    return REPORTS[key].rows(figure, on, args)


def report_rows(
    rows: RowsOf, *, figure: str, on: date, page: int = 1, limit: int | None = None
) -> Details:
    """The rows behind a figure, a page at a time, or up to `limit` of them at once."""
    with read_only() as session:
        return details(session, rows, figure=figure, on=on, page=page, limit=limit)


def staff_name(login_id: int) -> str:
    """Who made a report, as its paper says."""
    with read_only() as session:
        login = session.get_one(Login, login_id)
        return login.name or login.email
