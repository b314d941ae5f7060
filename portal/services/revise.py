"""Change a row of ours and keep what stood there before, with who said the new."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.models.accounts import Coverage, GuarantorAccount, Patient, RecordVersion
from portal.models.identity import Login
from portal.models.profiles import Profile


def revise(
    session: Session,
    row: Patient | GuarantorAccount | Coverage | Profile | Login,
    wanted: dict[str, Any],
    *,
    source: str,
    now: datetime,
) -> bool:
    """Write what differs, after keeping what stood there before; whether anything did."""
    before = {key: getattr(row, key) for key, value in wanted.items() if getattr(row, key) != value}
    if not before:
        return False
    if row.id is not None:  # a row of this very import has no past
        session.add(
            RecordVersion(
                record=row.__tablename__,
                record_id=row.id,
                before={key: _plain(value) for key, value in before.items()},
                source=source,
                at=now,
            )
        )
    for key in before:
        setattr(row, key, wanted[key])
    return True


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | str | None) else str(value)
