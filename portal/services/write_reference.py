"""Write rows of reference data to their tables, a few statements for any number of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from billing.reference_data import SEPARATOR, Cells, Kind
from portal.models.accounts import Payer, PayerAlias
from portal.models.adjustments import AdjustmentRuleRow
from portal.models.claims import Provider
from portal.models.denials import AppealTemplate, PayerDeadline
from portal.models.reference import FeeRow
from portal.queries.among import among
from portal.queries.appeal_letters import letters
from portal.queries.reference_rows import ALIASES
from portal.queries.viewer import StaffViewer
from portal.services.judge_reference import cents, new_rule, payers_by_identifier
from portal.services.keep_payer_deadline import follow_deadlines

Rows = Sequence[Cells]
Writer = Callable[[Session, Rows, StaffViewer, datetime], None]
AT_ONCE = 2000  # rows of one statement: the driver takes some 65,000 values
FROM_A_FILE = "from a file of limits"


def _parts(rows: list[dict[str, object]]) -> list[list[dict[str, object]]]:
    return [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]


def _payers(session: Session, rows: Rows, _staff: StaffViewer, _now: datetime) -> None:
    values: list[dict[str, object]] = [
        {
            "identifier": row["payer_id"],
            "name": row["name"],
            "capitated": row["capitated"] == "yes",
        }
        for row in rows
    ]
    for part in _parts(values):
        new = upsert(Payer).values(part)
        session.execute(
            new.on_conflict_do_update(
                index_elements=["identifier"],
                set_={"name": new.excluded.name, "capitated": new.excluded.capitated},
            )
        )
    ids = payers_by_identifier(session, {row["payer_id"] for row in rows})
    session.execute(delete(PayerAlias).where(among(PayerAlias.payer_id, list(ids.values()))))
    names: list[dict[str, object]] = [
        {"payer_id": ids[row["payer_id"]], "kind": kind, "value": value}
        for row in rows
        for column, kind in ALIASES.items()
        for value in row[column].split(SEPARATOR)
        if value
    ]
    for part in _parts(names):
        session.execute(insert(PayerAlias), part)


def _deadlines(session: Session, rows: Rows, staff: StaffViewer, now: datetime) -> None:
    ids = payers_by_identifier(session, {row["payer_id"] for row in rows})
    session.add_all(
        PayerDeadline(
            payer_id=ids[row["payer_id"]],
            what=row["what"],
            days=int(row["days"]),
            basis=row["basis"],
            since=date.fromisoformat(row["since"]),
            source=row["source"],
            entered_by_id=staff.login_id,
            entered_at=now,
        )
        for row in rows
    )
    session.flush()
    follow_deadlines(session, list(ids.values()))


def _providers(session: Session, rows: Rows, _staff: StaffViewer, _now: datetime) -> None:
    for part in _parts([dict(row) for row in rows]):
        new = upsert(Provider).values(part)
        session.execute(
            new.on_conflict_do_update(
                index_elements=["npi"],
                set_={"last_name": new.excluded.last_name, "first_name": new.excluded.first_name},
            )
        )


def _fees(session: Session, rows: Rows, _staff: StaffViewer, _now: datetime) -> None:
    ids = payers_by_identifier(session, {row["payer_id"] for row in rows} - {""})
    values: list[dict[str, object]] = [
        {
            "payer_id": ids[row["payer_id"]] if row["payer_id"] else None,
            "procedure": row["procedure"],
            "modifiers": row["modifiers"],
            "from_on": date.fromisoformat(row["from_on"]),
            "amount": cents(row["amount"]) if row["amount"] else None,
        }
        for row in rows
    ]
    for part in _parts(values):
        new = upsert(FeeRow).values(part)
        session.execute(
            new.on_conflict_do_update(
                index_elements=["payer_id", "procedure", "modifiers", "from_on"],
                set_={"amount_cents": new.excluded.amount_cents},
            )
        )


def _limits(session: Session, rows: Rows, staff: StaffViewer, now: datetime) -> None:
    for rule in map(new_rule, rows):
        session.add(
            AdjustmentRuleRow(
                kind=rule.kind.value,
                role=rule.role,
                limit=rule.limit,
                gl_class=rule.gl_class,
                visible=rule.visible,
                effective_from=rule.effective_from,
                reason=FROM_A_FILE,
                login_id=staff.login_id,
                at=now,
            )
        )


def _letters(session: Session, rows: Rows, staff: StaffViewer, now: datetime) -> None:
    last = dict(
        iter(
            session.execute(
                select(AppealTemplate.key, func.max(AppealTemplate.version)).group_by(
                    AppealTemplate.key
                )
            )
        )
    )
    known = letters(session)
    session.add_all(
        AppealTemplate(
            key=row["letter"],
            version=last.get(row["letter"], 0) + 1,
            category=known[row["letter"]].category,
            title=row["title"],
            body=row["body"],
            made_by_id=staff.login_id,
            made_at=now,
        )
        for row in rows
    )


WRITERS: Mapping[Kind, Writer] = {
    Kind.PAYERS: _payers,
    Kind.DEADLINES: _deadlines,
    Kind.PROVIDERS: _providers,
    Kind.FEES: _fees,
    Kind.LIMITS: _limits,
    Kind.LETTERS: _letters,
}
