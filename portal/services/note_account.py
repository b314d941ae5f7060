"""Write a note on an account; whoever it names with an @ finds it on the first page of their day."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.free_text import check_free_text
from billing.mentions import mentions_in
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.notes import AccountNote, NoteMention
from portal.queries.account_notes import colleagues
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal


class NoteRefused(Refusal):
    """The note is empty, or names nobody we know; the message says which."""

    title = "The note was not saved"


def note_account(
    *, form_id: UUID, account_id: int, text: str, staff: StaffViewer, now: datetime
) -> None:
    """Keep the note, and tell whom it names; the same form twice is one note.

    Raises NoteRefused, CardNumberRefused or NotFound.
    """
    text = check_free_text(text)
    if not text:
        raise NoteRefused("Write what one should know. Nothing was saved.")
    with transaction() as session:
        # The account's row makes a double click wait for its first half.
        account = select(GuarantorAccount.id).where(GuarantorAccount.id == account_id)
        if session.scalar(account.with_for_update()) is None:
            raise NotFound
        if session.scalar(select(AccountNote.id).where(AccountNote.form_id == form_id)):
            return
        named = _named(session, text)
        note = AccountNote(
            form_id=form_id,
            guarantor_account_id=account_id,
            login_id=staff.login_id,
            text=text,
            at=now,
        )
        session.add(note)
        session.flush()
        session.add_all(NoteMention(note_id=note.id, login_id=one) for one in named)
        add_staff_act(
            session,
            staff,
            action="create",
            object_type="account_note",
            object_id=note.id,
            account_ids=(account_id,),
            now=now,
        )


def _named(session: Session, text: str) -> list[int]:
    """Whom the note speaks to: everybody of each handle; a handle of nobody is a slip of the pen."""
    handles = mentions_in(text)
    if not handles:
        return []
    known = colleagues(session)
    strangers = [handle for handle in handles if handle not in {one.handle for one in known}]
    if strangers:
        raise NoteRefused(
            f"Nobody here is called @{strangers[0]}. Choose from the list beside the note."
        )
    return [one.login_id for one in known if one.handle in handles]
