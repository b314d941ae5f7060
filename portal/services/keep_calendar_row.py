"""Keep a place, a room, a provider's profile or a kind of visit as somebody of the office set it (SCH-3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.calendar import Location, ProviderProfile, Resource, VisitType
from portal.queries.viewer import StaffViewer
from portal.services.check_may_set import CannotSetCalendar, check_may_set
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound

KINDS: Mapping[str, type[Any]] = {
    "location": Location,
    "resource": Resource,
    "provider_profile": ProviderProfile,
    "visit_type": VisitType,
}
UNIQUE = "23505"


def keep_calendar_row(
    *,
    staff: StaffViewer,
    kind: str,
    row_id: int | None,
    values: Mapping[str, Any],
    now: datetime,
) -> int:
    """Change the row, or add one where `row_id` is None or has no profile yet; its id. Booked visits stay as they are.

    Raises CannotSetCalendar where another row has that code or name, CardNumberRefused or NotFound.
    """
    check_may_set(staff)
    model = KINDS[kind]
    known = {column.key for column in inspect(model).column_attrs}
    if not set(values) <= known:
        raise ValueError(f"{kind} has no {sorted(set(values) - known)}")
    for words in values.values():
        if isinstance(words, str):
            check_free_text(words)
    (key,) = (column.key for column in inspect(model).primary_key)
    try:
        with transaction() as session:
            row = session.get(model, row_id) if row_id is not None else None
            added = row is None
            if row is None:
                if row_id is not None and model is not ProviderProfile:
                    raise NotFound
                row = model(**({key: row_id} if row_id is not None else {}), **values)
                session.add(row)
            else:
                for name, value in values.items():
                    setattr(row, name, value)
            session.flush()
            found = int(getattr(row, key))
            add_staff_act(
                session,
                staff,
                action="create" if added else "update",
                object_type=kind,
                object_id=found,
                now=now,
            )
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", "") != UNIQUE:
            raise
        raise CannotSetCalendar(
            "Another one has that code or name. Choose a different one."
        ) from None
    return found
