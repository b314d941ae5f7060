"""Answers that staff give often: looked at, added, changed, put out of use."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.kept_answers import AnswerRow, kept_answers
from portal.services.keep_answer_words import keep_answer_words
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from staff_admin.blueprints.messages.forms import KeptAnswerForm
from staff_admin.blueprints.messages.views import blueprint
from staff_admin.blueprints.show import found, show


@blueprint.route("/messages/kept", methods=["GET", "POST"])
@staff("messages.answer")
def answers() -> ResponseReturnValue:
    """All of them, and a form for one more."""
    form = KeptAnswerForm()
    saw(kind="kept_answer")
    if form.validate_on_submit():
        return _keep(form, None)
    return show("threads/kept.html", rows=kept_answers(), form=form, one=None)


@blueprint.route("/messages/kept/<int:answer_id>", methods=["GET", "POST"])
@staff("messages.answer")
def change(answer_id: int) -> ResponseReturnValue:
    """One of them."""
    row = _row(answer_id)
    form = KeptAnswerForm(obj=row)
    saw(kind="kept_answer", id=answer_id)
    if form.validate_on_submit():
        return _keep(form, answer_id)
    return show("threads/kept.html", rows=(), form=form, one=row)


def _keep(form: KeptAnswerForm, answer_id: int | None) -> ResponseReturnValue:
    keep_answer_words(
        answer_id=answer_id,
        title=form.title.data or "",
        words_en=form.words_en.data or "",
        words_es=form.words_es.data or "",
        active=bool(form.active.data),
        staff=current_staff(),
        now=now(),
    )
    flash("Kept.", "done")
    return redirect(url_for(".answers"))


def _row(answer_id: int) -> AnswerRow:
    return found(next((row for row in kept_answers() if row.id == answer_id), None))
