"""Read messages."""

from __future__ import annotations

from flask import Blueprint, request

from portal.queries.staff_thread import StaffThread, staff_thread
from portal.queries.staff_threads import FILTERS, Stranger, staff_inbox, stranger
from portal.services.tend_messages import mark_read
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
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
    return show("threads/thread.html", page=page, form=AnswerForm())


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
