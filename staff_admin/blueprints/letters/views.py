"""What was sent of an account with its evidence, and the templates of letters with a preview."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from billing.notice_text import LANGUAGES
from billing.notices import NoticeKind
from portal.queries.notice_evidence import sent_page
from portal.queries.notice_templates import preview, template_rows
from portal.services.review_template import review_template
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.show import found, show

blueprint = Blueprint("letters", __name__)


@blueprint.get("/accounts/<int:account_id>/letters")
@staff("holds.view")
def of_account(account_id: int) -> str:
    """Letters and statements, and what became of each."""
    page = found(sent_page(account_id))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="letters")
    return show("letters/account.html", page=page)


@blueprint.get("/settings/letters")
@staff("settings.view")
def templates() -> str:
    """Every letter in every language, and the words of each state."""
    return show("letters/templates.html", rows=template_rows())


@blueprint.get("/settings/letters/<letter>/<language>.pdf")
@staff("settings.view")
def sample(letter: str, language: str) -> Response:
    """One letter on paper, with invented facts."""
    if letter not in {one.value for one in NoticeKind} or language not in LANGUAGES:
        abort(404)
    saw(kind="letter_words", id=letter)
    doors = gateways()
    data = preview(NoticeKind(letter), language, on=practice_day(), public_url=doors.public_url)
    return Response(doors.printer.print("notice", data), mimetype="application/pdf")


@blueprint.post("/settings/letters/states/<state>/<language>")
@staff("settings.edit")
def review(state: str, language: str) -> ResponseReturnValue:
    """Somebody read the words against the law."""
    note = request.form.get("note", "")
    review_template(staff=current_staff(), state=state, language=language, note=note, now=now())
    saw(kind="letter_words", id=f"{state}:{language}")
    flash("Letters say these words from now on.", "done")
    return redirect(url_for(".templates"))
