"""Reference data as rows of its tables, read whole: a practice keeps some thousands at most."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.money import ZERO, Money
from billing.reference_data import SEPARATOR, TABLES, Kind
from portal.models.accounts import Payer, PayerAlias
from portal.models.adjustments import AdjustmentRuleRow
from portal.models.claims import Provider
from portal.models.denials import PayerDeadline
from portal.models.reference import FeeRow
from portal.queries.adjustment_rules import rules_on
from portal.queries.appeal_letters import letters

Rows = dict[tuple[str, ...], dict[str, str]]
# The columns that name a payer's other names, and the kind of alias each keeps.
ALIASES: Mapping[str, str] = {"tax_ids": "tax_id", "file_ids": "n1_id", "other_names": "name"}
ANY_DAY = date.max
AS_IT_COMES = "2000-01-01"  # a limit that nobody wrote


def reference_rows(session: Session, kind: Kind) -> Rows:
    """Every row that counts, by its key."""
    table = TABLES[kind]
    return {table.key_of(row): row for row in READERS[kind](session)}


def dollars(amount: Money | None) -> str:
    """As a cell says it; empty for none."""
    return "" if amount is None else f"{amount.cents // 100}.{amount.cents % 100:02d}"


def _payers(session: Session) -> list[dict[str, str]]:
    names: dict[tuple[int, str], list[str]] = {}
    for alias in session.scalars(select(PayerAlias).order_by(PayerAlias.value)):
        names.setdefault((alias.payer_id, alias.kind), []).append(alias.value)
    return [
        {
            "payer_id": payer.identifier,
            "name": payer.name,
            "capitated": _yes(payer.capitated),
            **{
                column: SEPARATOR.join(names.get((payer.id, kind), ()))
                for column, kind in ALIASES.items()
            },
        }
        for payer in session.scalars(select(Payer).order_by(Payer.name, Payer.id))
    ]


def _deadlines(session: Session) -> list[dict[str, str]]:
    rows = session.execute(
        select(PayerDeadline, Payer.identifier)
        .join(Payer, Payer.id == PayerDeadline.payer_id)
        .order_by(PayerDeadline.id)
    )
    return [
        {
            "payer_id": identifier,
            "what": row.what,
            "days": str(row.days),
            "basis": row.basis,
            "since": row.since.isoformat(),
            "source": row.source,
        }
        for row, identifier in rows
    ]


def _providers(session: Session) -> list[dict[str, str]]:
    return [
        {"npi": row.npi, "last_name": row.last_name, "first_name": row.first_name}
        for row in session.scalars(select(Provider).order_by(Provider.last_name, Provider.npi))
    ]


def _fees(session: Session) -> list[dict[str, str]]:
    rows = session.execute(
        select(FeeRow, Payer.identifier)
        .outerjoin(Payer, Payer.id == FeeRow.payer_id)
        .order_by(
            Payer.identifier.nulls_first(), FeeRow.procedure, FeeRow.modifiers, FeeRow.from_on
        )
    )
    return [
        {
            "payer_id": identifier or "",
            "procedure": row.procedure,
            "modifiers": row.modifiers,
            "from_on": row.from_on.isoformat(),
            "amount": dollars(row.amount),
        }
        for row, identifier in rows
    ]


def _limits(session: Session) -> list[dict[str, str]]:
    """What stands or is to come."""
    since = {
        (row.kind, row.role): row.effective_from.isoformat()
        for row in session.scalars(
            select(AdjustmentRuleRow).order_by(
                AdjustmentRuleRow.effective_from, AdjustmentRuleRow.id
            )
        )
    }
    rules = rules_on(session, ANY_DAY)
    return [
        {
            "code": kind.value,
            "role": role,
            "limit": dollars(rule.limits.get(role, ZERO)),
            "gl_class": rule.gl_class,
            "visible": _yes(rule.visible),
            "from_on": since.get((kind.value, role), AS_IT_COMES),
        }
        for kind, rule in rules.items()
        for role in ("biller", "manager")
    ]


def _letters(session: Session) -> list[dict[str, str]]:
    return [
        {"letter": one.key, "title": one.title, "body": one.body.strip()}
        for one in sorted(letters(session).values(), key=lambda one: one.title)
    ]


def _yes(value: bool) -> str:
    return "yes" if value else "no"


READERS: Mapping[Kind, Callable[[Session], list[dict[str, str]]]] = {
    Kind.PAYERS: _payers,
    Kind.DEADLINES: _deadlines,
    Kind.PROVIDERS: _providers,
    Kind.FEES: _fees,
    Kind.LIMITS: _limits,
    Kind.LETTERS: _letters,
}
