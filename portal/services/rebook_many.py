"""Move or give up many visits at once when a provider is away; each stands in a transaction of its own (SCH-5)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from portal.db import read_only
from portal.models.appointments import Appointment
from portal.services.appointment_actor import Actor
from portal.services.appointment_time import Start
from portal.services.cancel_appointment import cancel_appointment
from portal.services.move_appointment import move_appointment
from portal.services.refusal import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One visit, as it was seen, and where it goes; its kind of visit stays."""

    appointment_id: UUID
    seen_at: datetime
    provider_id: int
    location_id: int
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Many:
    """How many were done, and how many stayed as they were because something had changed."""

    done: int
    left: int


def move_many(moves: Sequence[Move], *, actor: Actor, now: datetime) -> Many:
    """One that cannot be moved does not keep the others; nobody is moved twice by a second press."""
    with read_only() as session:
        rows = session.execute(
            select(Appointment.id, Appointment.visit_type_id).where(
                Appointment.id.in_([move.appointment_id for move in moves])
            )
        ).all()
    kinds = {row.id: row.visit_type_id for row in rows}
    left = 0
    for move in moves:
        try:
            move_appointment(
                appointment_id=move.appointment_id,
                start=Start(
                    visit_type_id=kinds.get(move.appointment_id, 0),
                    provider_id=move.provider_id,
                    location_id=move.location_id,
                    starts_at=move.starts_at,
                ),
                actor=actor,
                now=now,
                seen_at=move.seen_at,
            )
        except Refusal:
            left += 1
    return Many(len(moves) - left, left)


def cancel_many(appointment_ids: Collection[UUID], *, actor: Actor, now: datetime) -> Many:
    """By the practice: none counts, and each patient is offered three times, none of them offered to two."""
    left = 0
    for appointment_id in sorted(appointment_ids):
        try:
            cancel_appointment(
                appointment_id=appointment_id,
                side="practice",
                reason="provider_away",
                actor=actor,
                now=now,
            )
        except Refusal:
            left += 1
    return Many(len(appointment_ids) - left, left)
