"""Save what one screen of an application asked: fields, a person of the household, a source of income (FA-6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from billing.assistance_income import Income
from billing.assistance_steps import MOST_INCOMES, MOST_MEMBERS, Relation
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.assistance import AssistanceIncome, AssistanceMember
from portal.queries.own_assistance import EDITED
from portal.queries.viewer import PatientViewer
from portal.services.own_application import CannotApply, own_application, tell_own_change

CHANGED = "This list changed in another window. Look at it, then add again what is missing."


def save_application(
    *,
    viewer: PatientViewer,
    application_id: UUID,
    fields: Mapping[str, Any],
    answers: Mapping[str, Any],
    now: datetime,
) -> None:
    """Fields by name; answers are laid over the earlier ones. Raises NotFound, AlreadySent or CardNumberRefused."""
    if not set(fields) <= set(EDITED) - {"answers"}:
        raise ValueError("no page may save this field")
    plain = {
        name: check_free_text(value) if isinstance(value, str) else value
        for name, value in fields.items()
    }
    with transaction() as session:
        row = own_application(session, viewer, application_id, draft=True)
        for name, value in plain.items():
            setattr(row, name, value)
        row.answers = {**row.answers, **answers}
        tell_own_change(session, row, viewer, action="update", reason="filled in", now=now)


def add_person(
    *,
    viewer: PatientViewer,
    application_id: UUID,
    name: str,
    birth_on: date | None,
    relation: Relation,
    tax_dependent: bool,
    seen: int,
    now: datetime,
) -> None:
    """One more of the household. `seen`: how many the form showed. Raises as `save_application`, or CannotApply."""
    name = check_free_text(name)
    with transaction() as session:
        row = own_application(session, viewer, application_id, draft=True)
        _fits(session, AssistanceMember, application_id, seen=seen, most=MOST_MEMBERS)
        session.add(
            AssistanceMember(
                application_id=application_id,
                name=name,
                birth_on=birth_on,
                relation=relation.value,
                tax_dependent=tax_dependent,
            )
        )
        tell_own_change(session, row, viewer, action="update", reason="household", now=now)


def remove_person(
    *, viewer: PatientViewer, application_id: UUID, person_id: int, now: datetime
) -> None:
    """Gone, with their income; the applicant stays. Once gone, again is no error."""
    with transaction() as session:
        row = own_application(session, viewer, application_id, draft=True)
        person = session.get(AssistanceMember, person_id)
        if person is None or person.application_id != application_id or person.relation == "self":
            return
        session.execute(
            delete(AssistanceIncome).where(
                AssistanceIncome.application_id == application_id,
                AssistanceIncome.member == person.name,
            )
        )
        session.delete(person)
        tell_own_change(session, row, viewer, action="update", reason="household", now=now)


def add_income(
    *,
    viewer: PatientViewer,
    application_id: UUID,
    member: str,
    income: Income,
    seen: int,
    now: datetime,
) -> None:
    """One more source, of a person of the household. Raises as `add_person`."""
    with transaction() as session:
        row = own_application(session, viewer, application_id, draft=True)
        _fits(session, AssistanceIncome, application_id, seen=seen, most=MOST_INCOMES)
        names = session.scalars(
            select(AssistanceMember.name).where(AssistanceMember.application_id == application_id)
        )
        if member not in set(names):
            raise CannotApply("Choose whose income it is from the list.")
        session.add(
            AssistanceIncome(
                application_id=application_id,
                member=member,
                source=income.source.value,
                period=income.period.value,
                amount=income.amount,
            )
        )
        row.answers = {**row.answers, "no_income": False}
        tell_own_change(session, row, viewer, action="update", reason="income", now=now)


def remove_income(
    *, viewer: PatientViewer, application_id: UUID, income_id: int, now: datetime
) -> None:
    """Gone; once gone, again is no error."""
    with transaction() as session:
        row = own_application(session, viewer, application_id, draft=True)
        session.execute(
            delete(AssistanceIncome).where(
                AssistanceIncome.application_id == application_id,
                AssistanceIncome.id == income_id,
            )
        )
        tell_own_change(session, row, viewer, action="update", reason="income", now=now)


def _fits(session: Session, table: Any, application_id: UUID, *, seen: int, most: int) -> None:
    """A form sent twice, or from an older window, adds nothing."""
    there = session.scalar(
        select(func.count()).select_from(table).where(table.application_id == application_id)
    )
    if there != seen:
        raise CannotApply(CHANGED)
    if seen >= most:
        raise CannotApply("The list is full. Tell us of the others in the box about hardship.")
