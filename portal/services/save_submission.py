"""Write what a person typed of a coverage into their draft; nothing else of it changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billing.coverages import SELF
from portal.db import transaction
from portal.queries.submission_page import TYPED
from portal.queries.viewer import PatientViewer
from portal.services.own_submission import own_submission


def save_submission(
    *, viewer: PatientViewer, submission_id: int, answers: Mapping[str, Any]
) -> None:
    """Keep these answers, by their columns. Raises NotFound, TooLate; another column is a fault of ours."""
    assert answers.keys() <= TYPED, answers.keys() - TYPED
    with transaction() as session:
        row = own_submission(session, viewer, submission_id, editable=True)
        for name, value in answers.items():
            setattr(row, name, value)
        if row.relationship == SELF:  # no name of another person stays behind
            row.subscriber_last_name = row.subscriber_first_name = ""
            row.subscriber_birth_on = None
