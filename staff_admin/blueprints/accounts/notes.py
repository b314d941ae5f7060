"""Notes on an account: read them, write one, name a colleague in it."""

from __future__ import annotations

import uuid

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import UUID

from portal.queries.account_notes import NotesPage, notes_page
from portal.services.note_account import NoteRefused, note_account
from portal.services.see_mentions import see_mentions
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.fields import at_most, required
from portal.web.note_field import NoteField
from staff_admin.blueprints.accounts.views import blueprint
from staff_admin.blueprints.show import found, page_number, show


class AccountNoteForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A note. The id made with the page lets the same form write once only."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    text = NoteField("New note", [required("a note"), at_most(2000, "The note")])


@blueprint.get("/<int:account_id>/notes")
@staff("accounts.view")
def notes(account_id: int) -> str:
    """All notes, the newest first; what spoke to the reader is read now."""
    page = _page(account_id)
    see_mentions(account_id=account_id, staff=current_staff(), now=now())
    return show("accounts/notes.html", page=page, form=AccountNoteForm())


@blueprint.post("/<int:account_id>/notes")
@staff("accounts.note")
def write_note(account_id: int) -> ResponseReturnValue:
    """Write one."""
    page, form = _page(account_id), AccountNoteForm()
    if form.validate_on_submit() and _written(account_id, form):
        flash("Noted.", "done")
        return redirect(url_for(".notes", account_id=account_id))
    return show("accounts/notes.html", page=page, form=form)


def _page(account_id: int) -> NotesPage:
    page = found(notes_page(current_staff(), account_id, number=page_number()))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="account_notes")
    saw(id=account_id)
    return page


def _written(account_id: int, form: AccountNoteForm) -> bool:
    """Write it, or put the refusal on the form."""
    try:
        note_account(
            form_id=uuid.UUID(form.form_id.data),
            account_id=account_id,
            text=form.text.data or "",
            staff=current_staff(),
            now=now(),
        )
    except NoteRefused as refused:
        form.text.errors = [str(refused)]
        return False
    return True
