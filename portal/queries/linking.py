"""One's own request for a record: that there is one, and never what came of it (ID-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.db import read_only
from portal.models.linking import LinkRequest
from portal.queries.viewer import PatientViewer


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request that nothing has ended yet."""

    id: int
    asked_at: datetime


def open_request(viewer: PatientViewer) -> OpenRequest | None:
    """The viewer's own; the same whether a code was sent or a person looks at it."""
    with read_only() as session:
        row = session.execute(
            select(LinkRequest.id, LinkRequest.asked_at).where(
                LinkRequest.login_id == viewer.login_id,
                LinkRequest.state.in_(("asked", "code_sent", "waiting")),
            )
        ).one_or_none()
    return None if row is None else OpenRequest(row.id, row.asked_at)
