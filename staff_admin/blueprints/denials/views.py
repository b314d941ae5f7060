"""The worklist of denials, and the page of one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from portal.queries.denial_list import DenialFilter, denial_list
from portal.queries.denial_page import DenialPage, denial_page
from portal.services.work_denial import note_denial, take_denial
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.denials.forms import (
    AnswerForm,
    CorrectForm,
    DocumentForm,
    NoteForm,
    ReasonForm,
    SendForm,
    VersionForm,
    WriteOffForm,
)
from staff_admin.blueprints.show import found, page_number, show

MOST_DIGITS = 9
blueprint = Blueprint("denials", __name__, url_prefix="/denials")


@blueprint.get("/")
@staff("denials.view")
def index() -> str:
    """What waits, by its last day; or what was closed."""
    wanted = chosen_filter()
    work = denial_list(wanted, on=practice_day(), number=page_number())
    rows = work.page.rows
    saw(
        accounts=[row.account_id for row in rows],
        patients=[row.patient_id for row in rows],
        kind="denials",
    )
    return show("denials/index.html", work=work, wanted=wanted)


@blueprint.get("/<int:denial_id>")
@staff("denials.view")
def denial(denial_id: int) -> str:
    """One denial: what was said, by when, and what may be done."""
    return show_denial(_seen(denial_id))


@blueprint.post("/<int:denial_id>/take")
@staff("denials.work")
def take(denial_id: int) -> ResponseReturnValue:
    """It is mine now."""
    _seen(denial_id)
    form = VersionForm(prefix="take")
    take_denial(denial_id=denial_id, version=form.seen, staff=current_staff(), now=now())
    flash("It is yours.", "done")
    return back_to(denial_id)


@blueprint.post("/<int:denial_id>/note")
@staff("denials.work")
def note(denial_id: int) -> ResponseReturnValue:
    """Write a finding down."""
    page, form = _seen(denial_id), NoteForm(prefix="note")
    if not form.validate_on_submit():
        return show_denial(page, note_form=form)
    words = form.text.data or ""
    note_denial(denial_id=denial_id, text=words, staff=current_staff(), now=now())
    flash("Noted.", "done")
    return back_to(denial_id)


def chosen_filter() -> DenialFilter:
    """The part of the list that the address names; nonsense means all of it."""
    payer = request.args.get("payer", "")
    return DenialFilter(
        standing=request.args.get("standing", "")[:20],
        category=request.args.get("category", "")[:40],
        payer_id=int(payer) if payer.isdecimal() and len(payer) < MOST_DIGITS else 0,
        due=request.args.get("due", "")[:10],
        whose=request.args.get("whose", "")[:10],
        me=current_staff().login_id,
    )


def denial_of(denial_id: int) -> DenialPage:
    """The denial as the viewer may see it; whoever calls says to the audit trail that it was seen."""
    return found(denial_page(denial_id, on=practice_day(), wanted=chosen_filter()))


def _seen(denial_id: int) -> DenialPage:
    page = denial_of(denial_id)
    row = page.row
    saw(accounts=[row.account_id], patients=[row.patient_id], kind="denial", id=denial_id)
    return page


def back_to(denial_id: int) -> ResponseReturnValue:
    """The denial as it stands now; the next one of the same part is a key away."""
    kept: dict[str, Any] = dict(chosen_filter().args)
    return redirect(url_for("denials.denial", denial_id=denial_id, **kept))


def show_denial(page: DenialPage, **forms: FlaskForm) -> str:
    """The page with the form that was sent, and the others empty."""
    version, today = {"version": str(page.version)}, practice_day()
    waiting = page.waiting_appeal
    answer = {"version": str(waiting.version) if waiting else "", "decided_on": today}
    empty = {
        "take_form": VersionForm(prefix="take", formdata=None, data=version),
        "note_form": NoteForm(prefix="note", formdata=None),
        "correct_form": CorrectForm(
            prefix="correct", formdata=None, data=version | {"sent_on": today}
        ),
        "write_off_form": WriteOffForm(prefix="off", formdata=None, data=version),
        "give_up_form": ReasonForm(prefix="lost", formdata=None, data=version),
        "document_form": DocumentForm(prefix="paper", formdata=None),
        "answer_form": AnswerForm(prefix="answer", formdata=None, data=answer),
        "send_forms": {
            one.id: SendForm(
                prefix="send",
                formdata=None,
                data={"version": str(one.version), "sent_on": today},
            )
            for one in page.appeals
            if one.sent_on is None
        },
    }
    return show("denials/denial.html", page=page, wanted=chosen_filter(), **(empty | forms))
