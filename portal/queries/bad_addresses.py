"""Which addresses the post came back from, so that nothing is mailed there again (CORE-3)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.reach import Lines
from portal.models.accounts import GuarantorAccount
from portal.models.notices import BadAddress
from portal.queries.statement_words import address_lines


def usual_lines(account: GuarantorAccount) -> Lines:
    """The address on file."""
    return tuple(address_lines(account))


def hash_of_lines(lines: Lines) -> str:
    """The same for an address however it is spaced or cased."""
    plain = "|".join(" ".join(line.casefold().split()) for line in lines)
    return hashlib.sha256(plain.encode()).hexdigest()


def without_bad(session: Session, lines: Mapping[int, Lines]) -> dict[int, Lines]:
    """By account: the lines, or none where the post came back from them."""
    bad = bad_hashes(session, lines)
    return {
        account_id: () if hash_of_lines(one) in bad.get(account_id, frozenset()) else one
        for account_id, one in lines.items()
    }


def bad_hashes(session: Session, account_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """By account: hashes of the addresses that are bad now."""
    if not account_ids:
        return {}
    found: dict[int, frozenset[str]] = {}
    for account_id, digest in session.execute(
        select(BadAddress.guarantor_account_id, BadAddress.lines_hash).where(
            BadAddress.guarantor_account_id.in_(account_ids), BadAddress.ended_at.is_(None)
        )
    ):
        found[account_id] = found.get(account_id, frozenset()) | {digest}
    return found
