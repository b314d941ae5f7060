"""The worklist by deadline, and one visit's tasks with its coverages."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.queries.visit_task_list import (
    KINDS,
    TaskFilter,
    VisitTasks,
    task_list,
    task_places,
    visit_of_task,
    visit_tasks,
)
from portal.services.record_coverage_check import CannotVerify, end_task, record_coverage_check
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.show import found, show
from staff_admin.blueprints.visit_tasks.forms import AMOUNTS, TaskForm, VerifyForm

blueprint = Blueprint("visit_tasks", __name__, url_prefix="/visit-tasks")


@blueprint.get("/")
@staff("tasks.view")
def index() -> str:
    """What is open, the earliest deadline first."""
    kind = request.args.get("kind", "")
    wanted = TaskFilter(
        kind=kind if kind in KINDS else "",
        location_id=request.args.get("location", type=int),
        late=request.args.get("late") == "1",
    )
    on = practice_day()
    page = task_list(wanted, on=on, page=request.args.get("page", 1, type=int))
    saw(patients={row.patient_id for row in page.rows if row.patient_id}, kind="visit_tasks")
    shown = {"page": page, "wanted": wanted, "on": on, "kinds": KINDS, "places": task_places()}
    return show("visit_tasks/index.html", **shown)


@blueprint.get("/<uuid:appointment_id>")
@staff("tasks.view")
def visit(appointment_id: UUID) -> str:
    """One visit: its tasks, and what was heard of its coverages."""
    return _show(_page(appointment_id))


@blueprint.post("/<uuid:appointment_id>/verify")
@staff("tasks.work")
def verify(appointment_id: UUID) -> ResponseReturnValue:
    """What the payer said, by whom, under which number."""
    page = _page(appointment_id)
    form = VerifyForm(prefix="verify").offer(page.coverages)
    if not form.validate_on_submit():
        return _show(page, verify=form)
    record_coverage_check(
        appointment_id=appointment_id,
        coverage_id=form.coverage.data,
        answer=form.answer,
        staff=current_staff(),
        now=now(),
    )
    flash("Kept.", "done")
    return redirect(url_for(".visit", appointment_id=appointment_id))


@blueprint.post("/tasks/<int:task_id>/end")
@staff("tasks.work")
def end(task_id: int) -> ResponseReturnValue:
    """Done, or not needed."""
    form, appointment_id = TaskForm(prefix="task"), found(visit_of_task(task_id))
    _page(appointment_id)
    saw(kind="visit_task", id=task_id)
    if not form.validate_on_submit():
        raise CannotVerify("Choose whether it is done or not needed, and say why.")
    end_task(task_id=task_id, answer=form.answer, staff=current_staff(), now=now())
    flash("Kept.", "done")
    return redirect(url_for(".visit", appointment_id=appointment_id))


def _page(appointment_id: UUID) -> VisitTasks:
    page = found(visit_tasks(appointment_id))
    patients = () if page.visit.patient_id is None else (page.visit.patient_id,)
    saw(patients=patients, kind="visit_tasks", id=appointment_id)
    return page


def _show(page: VisitTasks, verify: VerifyForm | None = None) -> str:
    form = verify or VerifyForm(prefix="verify", formdata=None).offer(page.coverages)
    if verify is None:
        form.coverage.data = page.visit.coverage_id or form.coverage.data
    return show(
        "visit_tasks/visit.html",
        page=page,
        verify=form,
        task=TaskForm(prefix="task", formdata=None),
        amounts=AMOUNTS,
        automatic=gateways().eligibility.automatic,
        on=practice_day(),
    )
