"""Cases: the board by stage and age, one account's, and what a person does about it."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import UUID

from billing.cases import AGE_WORDS, STAGE_WORDS, Stage
from portal.queries.case_board import case_board
from portal.queries.case_page import STEP_WORDS, WHO, CasePage, case_page
from portal.services.screen_waiting import screen_waiting
from portal.services.send_final_notice import NoticeRefused, send_final_notice
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.show import found, page_number, show

blueprint = Blueprint("cases", __name__)


class NoticeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One final notice. The id made with the page lets the same form make one letter only."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )


@blueprint.get("/cases/")
@staff("collections.view")
def index() -> str:
    """The board, and the list by what is due next."""
    stage, age = request.args.get("stage", ""), request.args.get("age", "")
    stage = stage if stage in STAGE_WORDS else ""
    age = age if age in AGE_WORDS else ""
    board = case_board(stage=stage, age=age, on=practice_day(), number=page_number())
    saw(accounts=board.account_ids, kind="cases")
    words = {one.value: STAGE_WORDS[one] for one in Stage}
    return show("cases/index.html", board=board, stage=stage, age=age, stages=words, ages=AGE_WORDS)


@blueprint.post("/cases/screen")
@staff("collections.work")
def screen() -> ResponseReturnValue:
    """Ask our own books about everybody whose screening is due."""
    count = screen_waiting(on=practice_day(), now=now(), staff=current_staff())
    flash(f"Accounts screened: {count}. What is presumed stands in the queue.", "done")
    return redirect(url_for(".index"))


@blueprint.get("/accounts/<int:account_id>/case")
@staff("collections.view")
def of_account(account_id: int) -> str:
    """Where one account stands, and what is next."""
    return _show(_page(account_id), NoticeForm())


@blueprint.post("/accounts/<int:account_id>/case/notice")
@staff("collections.work")
def notice(account_id: int) -> ResponseReturnValue:
    """Ask for the final notice."""
    page, form = _page(account_id), NoticeForm()
    if form.validate_on_submit() and _asked(account_id, form):
        flash("The final notice is queued. The daily run sends it, and asks again then.", "done")
        return redirect(url_for(".of_account", account_id=account_id))
    return _show(page, form)


def _page(account_id: int) -> CasePage:
    page = found(case_page(account_id, on=practice_day()))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="case", id=account_id)
    return page


def _show(page: CasePage, form: NoticeForm) -> str:
    return show("cases/case.html", page=page, form=form, steps=STEP_WORDS, who=WHO)


def _asked(account_id: int, form: NoticeForm) -> bool:
    try:
        send_final_notice(
            staff=current_staff(),
            form_id=uuid.UUID(form.form_id.data),
            account_id=account_id,
            public_url=gateways().public_url,
            on=practice_day(),
            now=now(),
        )
    except NoticeRefused as refused:
        form.form_errors.append(str(refused))
        return False
    return True
