"""What must hold after any accident, checked against the provider's own books, not against ours."""

from __future__ import annotations

from tests.proof import invariants
from tests.services.till import Till


def broken(till: Till) -> list[str]:
    """The laws I1 to I9 that do not hold now, in words; all that was on its way must have arrived."""
    return invariants.broken(till.sandbox, now=till.now)
