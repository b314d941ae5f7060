"""The posting rules that stand on a day: one for each payer that has its own, and the practice's for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.posting_policy import Level, PostingRule
from portal.models.posting import PostingPolicy

AS_PRACTICE = "as_practice"


@dataclass(frozen=True, slots=True)
class PostingRules:
    """What stands; without any row all that balances posts."""

    practice: PostingRule = field(default_factory=PostingRule)
    own: Mapping[int, PostingRule] = field(default_factory=dict)

    def of(self, payer_id: int | None) -> PostingRule:
        """A payer that nobody knows for certain follows the practice's rule."""
        return self.practice if payer_id is None else self.own.get(payer_id, self.practice)


def posting_rules(session: Session, *, on: date) -> PostingRules:
    """The rules of that day: a later row takes the place of an earlier one, of one day the last made."""
    rows = session.execute(
        select(PostingPolicy.payer_id, PostingPolicy.level, PostingPolicy.never_auto)
        .where(PostingPolicy.effective_from <= on)
        .order_by(PostingPolicy.effective_from, PostingPolicy.id)
    )
    last = {payer_id: (level, never_auto) for payer_id, level, never_auto in rows}
    found = {
        payer_id: PostingRule(level=Level(level), never_auto=frozenset(never_auto))
        for payer_id, (level, never_auto) in last.items()
        if level != AS_PRACTICE
    }
    own = {payer_id: rule for payer_id, rule in found.items() if payer_id is not None}
    return PostingRules(found.get(None, PostingRule()), own)
