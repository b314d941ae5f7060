"""Write a new limit for a role and kind of adjustment, from a day on; what stood before is kept (OPS-23)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from billing.adjustments import SMALL_BALANCE_AT_MOST, AdjustmentKind
from billing.free_text import check_free_text
from billing.money import ZERO, Money
from portal.db import transaction
from portal.models.adjustments import AdjustmentRuleRow
from portal.queries.adjustment_rules import Rules, rules_on
from portal.queries.permissions import ROLES
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act
from portal.services.refusal import Refusal


class RuleRefused(Refusal):
    """The limit cannot be set so; the message says why."""

    title = "The limit was not set"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRule:
    """A limit of zero takes the kind from the role."""

    kind: AdjustmentKind
    role: str
    limit: Money
    gl_class: str
    visible: bool
    effective_from: date


def check_rule(rule: NewRule, standing: Rules, *, staff: StaffViewer, on: date) -> None:
    """Raises RuleRefused for a limit that may not be set so; `standing` are the rules of today."""
    if not staff.may("adjustments.rules"):
        raise RuleRefused("A manager sets limits.")
    if "ledger.adjust" not in ROLES.get(rule.role, frozenset()):
        raise RuleRefused("This role adjusts nothing (OPS-13).")
    if rule.effective_from < on:
        raise RuleRefused("A limit begins today or later.")
    if rule.limit < ZERO:
        raise RuleRefused("A limit is $0.00 or more.")
    if rule.kind is AdjustmentKind.SMALL_BALANCE and rule.limit > SMALL_BALANCE_AT_MOST:
        raise RuleRefused(f"A small balance is {SMALL_BALANCE_AT_MOST} at most (OPS-19).")
    before = standing[rule.kind].limits.get(rule.role, ZERO)
    if rule.role == staff.role and rule.limit > before and rule.effective_from <= on:
        raise RuleRefused("A higher limit of your own role begins tomorrow at the earliest.")


def set_adjustment_rule(
    *, rule: NewRule, reason: str, staff: StaffViewer, on: date, now: datetime
) -> None:
    """Add the row. Never for a day that is over: what was approved then stays under what stood then.

    Whoever raises the limit of their own role uses it tomorrow at the earliest, when others have seen it (OPS-13).

    Raises RuleRefused or CardNumberRefused.
    """
    reason = check_free_text(reason)
    if not reason:
        raise RuleRefused("Say why: the reason stays with the limit.")
    with transaction() as session:
        check_rule(rule, rules_on(session, on), staff=staff, on=on)
        row = AdjustmentRuleRow(
            kind=rule.kind.value,
            role=rule.role,
            limit=rule.limit,
            gl_class=check_free_text(rule.gl_class),
            visible=rule.visible,
            effective_from=rule.effective_from,
            reason=reason,
            login_id=staff.login_id,
            at=now,
        )
        session.add(row)
        session.flush()
        add_staff_act(
            session,
            staff,
            action="create",
            object_type="adjustment_rule",
            object_id=row.id,
            reason=f"{rule.kind.value} {rule.role} {rule.limit}",
            now=now,
        )
