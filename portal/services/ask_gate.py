"""The gate as services ask it, at the moment of acting: a denial is logged and kept with its rules (CORE-5)."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from sqlalchemy.orm import Session

from billing.holds import Action, Allowed, Condition, Denied, allowed
from portal.db import keep_anyway
from portal.models.gate import GateDenial

log = logging.getLogger(__name__)


def ask_gate(
    session: Session,
    conditions: Iterable[Condition],
    action: Action,
    *,
    asked_by: str,
    account_id: int,
    visit_id: int | None = None,
    login_id: int | None = None,
    cleared: Iterable[Condition] = (),
    unproven: Iterable[str] | None = None,
) -> Allowed | Denied:
    """The answer for what `queries.conditions` or a balance says holds now.

    `asked_by` says in a word what was tried. A denial stays also where the caller's transaction is undone.
    """
    answer = allowed(conditions, action, cleared=cleared, unproven=unproven)
    if isinstance(answer, Denied):
        row = GateDenial(
            action=action.value,
            rule_ids=list(answer.rule_ids),
            conditions=sorted(condition.value for condition in answer.conditions),
            guarantor_account_id=account_id,
            visit_id=visit_id,
            asked_by=asked_by,
            login_id=login_id,
        )
        keep_anyway(session, row)
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
