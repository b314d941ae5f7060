"""What a request showed or changed, gathered for its row of the audit trail (HIPAA-3); views say it by `access.saw`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from flask import g


@dataclass(slots=True)
class Seen:
    """Whose data a view showed or changed, as its query reported it."""

    account_ids: set[int]
    patient_ids: set[int]
    object_type: str = ""
    object_id: str = ""
    action: str = ""
    rows: int | None = None
    about: set[int] = field(default_factory=set)
    untold: bool = False  # no account's trail names it: the family reads there


def seen_now() -> Seen:
    """Of this request, so far."""
    if "seen" not in g:
        g.seen = Seen(set(), set())
    return cast("Seen", g.seen)
