"""What was sent of an account with its evidence, and the templates of letters with a preview."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from billing.notice_text import LANGUAGES
from billing.notices import NoticeKind
from portal.queries.notice_evidence import sent_page
from portal.queries.notice_templates import preview, proposed_words, template_rows
from portal.services.letter_came_back import letter_came_back
from portal.services.record_mail import MailFileRefused, record_mail
from portal.services.review_template import review_template
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.letters.forms import MailStatusForm
from staff_admin.blueprints.show import found, show

BACK = "Written down. It proves nothing any more, and no paper goes to that address."

blueprint = Blueprint("letters", __name__)


@blueprint.get("/accounts/<int:account_id>/letters")
@staff("holds.view")
def of_account(account_id: int) -> str:
    """Letters and statements, and what became of each."""
    page = found(sent_page(account_id))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="letters")
    return show("letters/account.html", page=page)


@blueprint.post("/accounts/<int:account_id>/letters/<int:delivery_id>/came-back")
@staff("holds.set")
def came_back(account_id: int, delivery_id: int) -> ResponseReturnValue:
    """The envelope lies on our desk again."""
    page = found(sent_page(account_id))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="letters", action="update")
    fresh = letter_came_back(
        account_id=account_id, delivery_id=delivery_id, staff=current_staff(), now=now()
    )
    flash(BACK if fresh else "It was written down before.", "done")
    return redirect(url_for(".of_account", account_id=account_id))


@blueprint.route("/mail-status", methods=["GET", "POST"])
@staff("practice_files.import")
def mail_status() -> ResponseReturnValue:
    """The printer's file of what became of each piece."""
    form, told = MailStatusForm(), None
    if form.validate_on_submit():
        told = _taken_in(form)
    return show("letters/mail_status.html", form=form, told=told)


def _taken_in(form: MailStatusForm) -> str | None:
    """What the file told, or its fault on the form."""
    saw(kind="mail_status", action="create")
    try:
        done = record_mail(form.file.data.read(), house=gateways().mail, now=now())
    except MailFileRefused as refused:
        form.form_errors.append(str(refused))
        return None
    return next(done.lines())


@blueprint.get("/settings/letters")
@staff("settings.view")
def templates() -> str:
    """Every letter in every language, and the words of each state."""
    return show("letters/templates.html", rows=template_rows(), proposed=proposed_words())


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
