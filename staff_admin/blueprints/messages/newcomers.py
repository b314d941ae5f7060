"""The thread of a sign-in without a record: read, answer, set aside (ID-1)."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.staff_newcomer import NewcomerThread, newcomer_file, newcomer_thread
from portal.services.answer_newcomer import answer_newcomer, close_newcomer
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.files import handed_out
from staff_admin.blueprints.messages.forms import AnswerForm
from staff_admin.blueprints.messages.views import blueprint
from staff_admin.blueprints.show import found, show


@blueprint.get("/messages/newcomers/<int:login_id>")
@staff("messages.view")
def newcomer(login_id: int) -> str:
    """What somebody wrote who is not linked to any record."""
    return show("threads/newcomer.html", page=_thread_of(login_id), form=AnswerForm())


@blueprint.get("/messages/newcomers/<int:login_id>/files/<uuid:file_id>")
@staff("messages.view")
def newcomer_attachment(login_id: int, file_id: UUID) -> Response:
    """What came with a message of theirs."""
    page = _thread_of(login_id)
    media_type, stored_as = found(newcomer_file(login_id, file_id))
    saw(accounts=page.account_ids, kind="message_file", id=file_id, action="export")
    return handed_out(gateways().documents.get(stored_as), media_type)


@blueprint.post("/messages/newcomers/<int:login_id>")
@staff("messages.answer")
def answer_new(login_id: int) -> ResponseReturnValue:
    """Answer; the e-mail that leaves holds none of it."""
    page, form = _thread_of(login_id), AnswerForm()
    saw(action="send")
    if not form.validate_on_submit():
        return show("threads/newcomer.html", page=page, form=form)
    kept = answer_newcomer(
        login_id=login_id,
        text=form.text.data or "",
        form_id=form.id_of_form,
        staff=current_staff(),
        public_url=gateways().public_url,
        now=now(),
    )
    words = "Sent. An e-mail says that a message waits." if kept else "This was sent already."
    flash(words, "done")
    return redirect(url_for(".newcomer", login_id=login_id))


@blueprint.post("/messages/newcomers/<int:login_id>/done")
@staff("messages.answer")
def done_new(login_id: int) -> ResponseReturnValue:
    """Nothing to answer."""
    _thread_of(login_id)
    saw(action="close")
    close_newcomer(login_id=login_id, staff=current_staff(), now=now())
    flash("Set aside. The messages stay in the thread.", "done")
    return redirect(url_for(".inbox"))


def _thread_of(login_id: int) -> NewcomerThread:
    page = found(newcomer_thread(login_id))
    saw(accounts=page.account_ids, kind="newcomer_thread", id=login_id)
    return page
