"""Take in an agency's file of returns: keep it as it came, and let a person look before a row of it counts."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from pathlib import PurePath
from uuid import UUID

from billing.agency_files import NoReturns, read_cells
from billing.free_text import redact_free_text
from portal.db import read_only, transaction
from portal.models.placements import AgencyFile, AgencyRow
from portal.ports import DocumentStore
from portal.queries.viewer import StaffViewer
from portal.services.refusal import NotFound, Refusal


class FileRefused(Refusal):
    """The file cannot be read at all; the message says what is wrong."""

    title = "This file was not taken in"


def take_agency_file(
    *,
    file_id: UUID,
    agency_id: int,
    data: bytes,
    name: str,
    staff: StaffViewer | None,
    store: DocumentStore,
    now: datetime,
) -> None:
    """Keep it; the same id twice keeps it once. Raises FileRefused, or NotFound for no such agency."""
    with read_only() as session:
        if session.get(AgencyRow, agency_id) is None:
            raise NotFound
        if session.get(AgencyFile, file_id) is not None:
            return
    try:
        rows = read_cells(data)
    except NoReturns as refused:
        raise FileRefused(str(refused)) from refused
    stored_as = store.put(data)
    with transaction() as session:
        session.add(
            AgencyFile(
                id=file_id,
                agency_id=agency_id,
                name=redact_free_text(PurePath(name).name)[:120],
                sha256=sha256(data).hexdigest(),
                stored_as=stored_as,
                rows=[{"number": row.number, "cells": dict(row.cells)} for row in rows],
                received_at=now,
                received_by_id=staff.login_id if staff else None,
            )
        )
