"""Add another account to a sign-in that exists: a second family member's statement, another code."""

from __future__ import annotations

from datetime import datetime

from portal.db import transaction
from portal.services.enrol_patient import use_code


def link_account(*, login_id: int, code_id: int, now: datetime) -> int:
    """Spend the matched code for this sign-in; the account it may now see."""
    with transaction() as session:
        return use_code(session, login_id=login_id, code_id=code_id, now=now)
