"""The gate as services ask it, at the moment of acting: a denial is logged with its rules (CORE-5)."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from billing.holds import Action, Allowed, Condition, Denied, allowed

log = logging.getLogger(__name__)


def ask_gate(
    conditions: Iterable[Condition], action: Action, *, account_id: int, visit_id: int | None = None
) -> Allowed | Denied:
    """The answer for what `queries.conditions` or a balance says holds now."""
    answer = allowed(conditions, action)
    if isinstance(answer, Denied):
        log.info(
            "gate_denied",
            extra={
                "action": action.value,
                "rule_ids": answer.rule_ids,
                "account_id": account_id,
                "visit_id": visit_id,
            },
        )
    return answer
