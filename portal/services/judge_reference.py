"""Whether changes of reference data fit what else is known: payers that exist, names that are free, lawful limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.adjustments import AdjustmentKind
from billing.appeal_letter import UnknownField, check_fields
from billing.money import Money
from billing.reference_data import SEPARATOR, Change, Kind
from portal.models.accounts import Payer, PayerAlias
from portal.queries.adjustment_rules import rules_on
from portal.queries.appeal_letters import letters
from portal.queries.reference_rows import ALIASES
from portal.queries.viewer import StaffViewer
from portal.services.set_adjustment_rule import NewRule, RuleRefused, check_rule

Key = tuple[str, ...]


def judge_reference(
    session: Session, kind: Kind, changes: Sequence[Change], *, staff: StaffViewer, on: date
) -> dict[Key, str]:
    """By key: why a change cannot be kept; empty when all can."""
    if not changes:
        return {}
    if kind is Kind.LIMITS:
        return _limits(session, changes, staff=staff, on=on)
    judge = _JUDGES.get(kind)
    return judge(session, changes) if judge else {}


def cents(text: str) -> Money:
    """What a cell like `125.00` says."""
    return Money(int(text.replace(".", "")))


def new_rule(row: Mapping[str, str]) -> NewRule:
    """A row of the table of limits."""
    return NewRule(
        kind=AdjustmentKind(row["code"]),
        role=row["role"],
        limit=cents(row["limit"]),
        gl_class=row["gl_class"],
        visible=row["visible"] == "yes",
        effective_from=date.fromisoformat(row["from_on"]),
    )


def payers_by_identifier(session: Session, identifiers: set[str]) -> dict[str, int]:
    """The ids of payers by what claims call them."""
    rows = session.execute(
        select(Payer.identifier, Payer.id).where(Payer.identifier.in_(identifiers))
    )
    return dict(iter(rows))


def _limits(
    session: Session, changes: Sequence[Change], *, staff: StaffViewer, on: date
) -> dict[Key, str]:
    standing, found = rules_on(session, on), {}
    for change in changes:
        try:
            check_rule(new_rule(change.after), standing, staff=staff, on=on)
        except RuleRefused as refused:
            found[change.key] = str(refused)
    return found


def _known_payers(session: Session, changes: Sequence[Change]) -> dict[Key, str]:
    wanted = {change.after["payer_id"] for change in changes} - {""}
    known = payers_by_identifier(session, wanted)
    return {
        change.key: f"there is no payer “{change.after['payer_id']}”: add it under Payers first"
        for change in changes
        if change.after["payer_id"] and change.after["payer_id"] not in known
    }


def _free_names(session: Session, changes: Sequence[Change]) -> dict[Key, str]:
    """A remittance finds its payer by these names, so each names one payer."""
    owners: dict[tuple[str, str], str] = {
        (kind, value): identifier
        for kind, value, identifier in session.execute(
            select(PayerAlias.kind, PayerAlias.value, Payer.identifier).join(
                Payer, Payer.id == PayerAlias.payer_id
            )
        )
    }
    for change in changes:  # what the file itself gives up is free
        for column, kind in ALIASES.items():
            for value in _split((change.before or {}).get(column, "")):
                owners.pop((kind, value), None)
    found: dict[Key, str] = {}
    for change in changes:
        for column, kind in ALIASES.items():
            for value in _split(change.after[column]):
                owner = owners.setdefault((kind, value), change.key[0])
                if owner != change.key[0]:
                    found[change.key] = f"{column}: “{value}” already names the payer “{owner}”"
    return found


def _letters(session: Session, changes: Sequence[Change]) -> dict[Key, str]:
    known, found = letters(session), {}
    for change in changes:
        if change.key[0] not in known:
            found[change.key] = f"there is no letter “{change.key[0]}”"
            continue
        try:
            check_fields(change.after["body"])
        except UnknownField as unknown:
            found[change.key] = str(unknown)
    return found


def _split(text: str) -> list[str]:
    return [part for part in text.split(SEPARATOR) if part]


_JUDGES: Mapping[Kind, Callable[[Session, Sequence[Change]], dict[Key, str]]] = {
    Kind.PAYERS: _free_names,
    Kind.DEADLINES: _known_payers,
    Kind.FEES: _known_payers,
    Kind.LETTERS: _letters,
}
