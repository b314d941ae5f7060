"""Read messages."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request

from portal.queries.kept_answers import account_file, answer_for
from portal.queries.staff_thread import StaffThread, staff_thread
from portal.queries.staff_threads import FILTERS, Stranger, staff_inbox, stranger
from portal.services.tend_messages import mark_read
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.files import handed_out
from portal.web.practice_day import practice_day
from portal.web.theme import current_practice
from staff_admin.blueprints.messages.forms import AnswerForm, PlaceForm
from staff_admin.blueprints.show import found, page_number, show

blueprint = Blueprint("messages", __name__)


@blueprint.get("/messages/")
@staff("messages.view")
def inbox() -> str:
    """Who waits for an answer; emergencies first, then who waits longest."""
    wanted = request.args.get("show", "open")
    wanted = wanted if wanted in FILTERS else "open"
    page = staff_inbox(
        current_staff(),
        wanted=wanted,
        on=practice_day(),
        zone=current_practice().time_zone,
        number=page_number(),
    )
    saw(accounts=[row.account_id for row in page.rows if row.account_id], kind="inbox")
    return show("threads/inbox.html", page=page, wanted=wanted, filters=FILTERS)


@blueprint.get("/accounts/<int:account_id>/messages")
@staff("messages.view")
def thread(account_id: int) -> str:
    """Everything written and sent about one account."""
    page = thread_of(account_id)
    mark_read(account_id=account_id, staff=current_staff(), now=now())
    kept = request.args.get("use", 0, type=int)
    words = answer_for(account_id, kept) if kept else ""
    return show("threads/thread.html", page=page, form=AnswerForm(data={"text": words}))


@blueprint.get("/accounts/<int:account_id>/messages/files/<uuid:file_id>")
@staff("messages.view")
def file(account_id: int, file_id: UUID) -> Response:
    """What came with a message."""
    media_type, stored_as = found(account_file(account_id, file_id))
    saw(accounts=[account_id], kind="message_file", id=file_id, action="export")
    return handed_out(gateways().documents.get(stored_as), media_type)


@blueprint.get("/messages/unknown/<int:message_id>")
@staff("messages.view")
def unknown(message_id: int) -> str:
    """The texts of a number that is nobody's, or of several accounts."""
    return show("threads/unknown.html", page=stranger_of(message_id), form=PlaceForm())


def thread_of(account_id: int) -> StaffThread:
    """The thread, told to the audit trail."""
    page = found(staff_thread(account_id, number=page_number()))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="thread", id=account_id)
    return page


def stranger_of(message_id: int) -> Stranger:
    """The number's texts, told to the audit trail with the accounts they may belong to."""
    page = found(stranger(message_id))
    saw(accounts=[c.account_id for c in page.candidates], kind="unknown_text", id=message_id)
    return page
