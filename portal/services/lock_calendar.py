"""The lock of everybody who takes a time: people, providers and places, always in the same order (SCH-1).

The constraints of the database prove that nothing is sold twice; this keeps two buyers from waiting on each other
inside them, where neither could go on. Whoever also locks rows of appointments does so afterwards, by id.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

# The first number of each lock's name; no other lock of the product has two numbers.
_PATIENT, _NEWCOMER, _PROVIDER, _LOCATION = 391, 392, 393, 394
_LOCK = text(
    "SELECT count(pg_advisory_xact_lock(kind, id))"
    " FROM unnest(CAST(:kinds AS int[]), CAST(:ids AS int[])) AS named (kind, id)"
)


def lock_calendar(
    session: Session,
    *,
    provider_ids: Iterable[int],
    location_ids: Iterable[int],
    patient_ids: Iterable[int | None] = (),
    newcomer_ids: Iterable[int | None] = (),
) -> None:
    """Until the transaction ends nobody else takes a time of these; each None is left out."""
    named = sorted(
        {
            (kind, one)
            for kind, ids in (
                (_PATIENT, patient_ids),
                (_NEWCOMER, newcomer_ids),
                (_PROVIDER, provider_ids),
                (_LOCATION, location_ids),
            )
            for one in ids
            if one is not None
        }
    )
    session.execute(_LOCK, {"kinds": [kind for kind, _ in named], "ids": [one for _, one in named]})
