"""Reports: the first look, each report as of any day, the rows behind a figure, and both as CSV and on paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from billing.money import ZERO
from portal.queries.report_costs import entered_costs
from portal.queries.report_headlines import headlines
from portal.queries.report_list import REPORTS, Kind, report, report_rows, rows_of, staff_name
from portal.queries.report_print import report_print
from portal.queries.report_shapes import Details, Report, month_label, months_back
from portal.services.enter_cost import enter_cost
from portal.services.export_report import ROWS_AT_MOST, details_csv, report_csv
from portal.services.freshen_reports import freshen_reports
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from portal.web.restricted import closed_to
from portal.web.theme import current_practice
from staff_admin.blueprints.reports.chart import draw
from staff_admin.blueprints.reports.forms import CostForm
from staff_admin.blueprints.show import found, page_number, show

EARLIEST = date(2000, 1, 1)
RECENT_DAYS, MONTHS = 14, 36

blueprint = Blueprint("reports", __name__, url_prefix="/reports")


@blueprint.get("/")
@staff("reports.open")
def index() -> str:
    """The reports one may open; for managers what they look at first."""
    may, on = current_staff().permissions, chosen_day()
    mine = {key: one for key, one in REPORTS.items() if one.permission in may}
    if "reports.all" not in may:
        return show("reports/index.html", reports=mine, cards=())
    freshen_reports(now=now())
    saw(kind="report", id=f"headlines {on}")
    final, found_ = headlines(on)
    cards = [(one, draw(one.chart)) for one in found_]
    return show("reports/index.html", reports=mine, cards=cards, finality=final, days=_days(on))


@blueprint.get("/costs")
@staff("reports.all")
def costs() -> str:
    """What billing cost in each month, as it was entered."""
    return _show_costs(_cost_form())


@blueprint.post("/costs")
@staff("reports.costs")
def enter_costs() -> ResponseReturnValue:
    """Enter the costs of a month."""
    form = _cost_form()
    if not form.validate_on_submit():
        return _show_costs(form)
    new = enter_cost(
        form_id=form.id_of_form,
        month=date.fromisoformat(form.month.data),
        amount=form.amount.data or ZERO,
        note=form.note.data or "",
        staff=current_staff(),
        on=practice_day(),
        now=now(),
    )
    flash("Entered." if new else "It was entered before and stands once.", "done")
    return redirect(url_for(".costs"))


def _cost_form() -> CostForm:
    form = CostForm(prefix="cost")
    months = reversed(months_back(practice_day(), MONTHS))
    form.month.choices = [(month.isoformat(), month_label(month)) for month in months]
    return form


def _show_costs(form: CostForm) -> str:
    saw(kind="report_cost")
    return show("reports/costs.html", form=form, costs=entered_costs())


def chosen_day() -> date:
    """The day in the address; nonsense means today."""
    try:
        day = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return practice_day()
    return day if EARLIEST <= day <= practice_day() else practice_day()


def _days(chosen: date) -> list[date]:
    """Days to choose from: the last two weeks, the last day of each month of three years, and the one on screen."""
    today, one = practice_day(), timedelta(days=1)
    recent = {today - n * one for n in range(RECENT_DAYS)}
    ends = {month - one for month in months_back(today, MONTHS)}
    return sorted(recent | ends | {chosen}, reverse=True)


def _made(key: str) -> Report:
    """The report that the address asks for, with everything that is posted by now."""
    freshen_reports(now=now())
    saw(kind="report", id=f"{key} {chosen_day()}")
    return report(key, chosen_day(), request.args)


def _rows(key: str, *, limit: int | None = None) -> Details:
    figure, on = request.args.get("figure", ""), chosen_day()
    asked = found(rows_of(key, figure, on, request.args))
    freshen_reports(now=now())
    rows = report_rows(asked, figure=figure, on=on, page=page_number(), limit=limit)
    shown = rows.page.rows
    saw(
        kind="report_rows",
        id=f"{key} {figure}"[:100],
        accounts={row.account_id for row in shown if row.account_id},
        patients={row.patient_id for row in shown if row.patient_id},
    )
    return rows


def _page(key: str) -> Callable[[], str]:
    def page() -> str:
        made = _made(key)
        return show(
            "reports/report.html",
            report=made,
            drawings=[draw(chart) for chart in made.charts],
            days=_days(made.as_of),
        )

    return page


def _rows_page(key: str) -> Callable[[], str]:
    def rows_page() -> str:
        details = _rows(key)
        args = {k: v for k, v in request.args.items() if k not in ("page", "figure", "on")}
        return show("reports/rows.html", key=key, kind=REPORTS[key], details=details, args=args)

    return rows_page


def _csv(key: str) -> Callable[[], Response]:
    def csv() -> Response:
        made = _made(key)
        saw(action="export")
        return _attached(report_csv(made, by=_maker(), at=now()), f"{key}-{made.as_of}.csv")

    return csv


def _pdf(key: str) -> Callable[[], Response]:
    def pdf() -> Response:
        made = _made(key)
        saw(action="export")
        paper = report_print(made, by=_maker(), at=now(), practice=current_practice())
        printed = gateways().printer.print("report", paper)
        return Response(
            printed, mimetype="application/pdf", headers=_named(f"{key}-{made.as_of}.pdf")
        )

    return pdf


def _rows_csv(key: str) -> Callable[[], Response]:
    def rows_csv() -> Response:
        details = _rows(key, limit=ROWS_AT_MOST)
        saw(action="export", rows=len(details.page.rows))
        who = current_staff()
        names = who.may("accounts.view")
        table = details_csv(details, names=names, closed=closed_to(who))
        return _attached(table, f"{key}-rows-{details.as_of}.csv")

    return rows_csv


def _maker() -> str:
    return staff_name(current_staff().login_id)


def _attached(text: str, name: str) -> Response:
    return Response(text, mimetype="text/csv", headers=_named(name))


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _add(key: str, kind: Kind) -> None:
    """The pages of one report; its permission guards each."""
    name = key.replace("-", "_")
    guard = staff(kind.permission)
    for path, endpoint, view in (
        (f"/{key}", name, _page(key)),
        (f"/{key}/rows", f"{name}_rows", _rows_page(key)),
        (f"/{key}.csv", f"{name}_csv", _csv(key)),
        (f"/{key}.pdf", f"{name}_pdf", _pdf(key)),
        (f"/{key}/rows.csv", f"{name}_rows_csv", _rows_csv(key)),
    ):
        view.__name__ = endpoint
        blueprint.add_url_rule(path, endpoint, guard(view), methods=["GET"])


for _key, _kind in REPORTS.items():
    _add(_key, _kind)
