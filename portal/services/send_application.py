"""Sign an application and send it: from this moment on its bills wait (FA-6, FA-12, COLL-8)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from billing.free_text import check_free_text
from portal.db import transaction
from portal.queries.own_assistance import load_draft
from portal.queries.viewer import PatientViewer
from portal.services.move_application import note_event
from portal.services.own_application import CannotApply, own_application, tell_own_change
from portal.services.receive_application import receive_application
from portal.services.refusal import NotFound


def send_application(
    *,
    viewer: PatientViewer,
    application_id: UUID,
    name: str,
    seen_hash: str,
    words: str,
    public_url: str,
    on: date,
    now: datetime,
) -> bool:
    """False when it was sent before. `words` are what was signed, `seen_hash` is of them and of all above them.

    Raises NotFound; CannotApply where a step is not done, no name is typed, or another window changed it.
    """
    name = check_free_text(name)
    with transaction() as session:
        row = own_application(session, viewer, application_id)
        if row.state != "draft":
            return False
        draft = load_draft(session, viewer, application_id)
        if draft is None:
            raise NotFound
        if draft.missing:
            raise CannotApply("One step is not done yet. Look at the list, and fill it in.")
        if not name:
            raise CannotApply("Type your name as your signature.")
        if draft.hash_of(words) != seen_hash:
            raise CannotApply("Something changed since you read it. Read it once more, then sign.")
        row.signed_name, row.signed_at, row.consent_to_verify = name, now, True
        row.answers = {**row.answers, "signed_words": words, "signed_sha256": seen_hash}
        note_event(
            session, row, "signed", on=on, now=now, login_id=viewer.login_id, sha256=seen_hash
        )
        tell_own_change(session, row, viewer, action="update", reason="signed and sent", now=now)
        receive_application(
            session,
            row,
            received_on=on,
            login_id=viewer.login_id,
            public_url=public_url,
            on=on,
            now=now,
        )
    return True
