"""Let the machine read a card that somebody photographed; whatever goes wrong, typing by hand stays."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.card_ports import CardReader
from portal.db import transaction
from portal.models.accounts import Payer
from portal.models.insurance import CardImage, CardReading
from portal.ports import DocumentStore
from portal.services.read_card import Reading, read_card

log = logging.getLogger(__name__)


def read_submission_card(
    *, reading_id: int, reader: CardReader, store: DocumentStore, now: datetime
) -> None:
    """Write down what the card seems to say; a second time is harmless. No transaction is open while it reads."""
    with transaction() as session:
        reading = session.get_one(CardReading, reading_id)
        if reading.state != "waiting":
            return
        kept = {
            image.side: image.stored_as
            for image in session.scalars(
                select(CardImage).where(
                    CardImage.submission_id == reading.submission_id,
                    CardImage.removed_at.is_(None),
                )
            )
        }
        payers = tuple(session.scalars(select(Payer.name).order_by(Payer.name)))
    try:
        found = read_card(
            reader=reader,
            front=store.get(kept["front"]),
            back=store.get(kept["back"]),
            payers=payers,
        )
    except Exception as error:  # noqa: BLE001 (native code, fed with a stranger's picture)
        log.warning(
            "card_unreadable", extra={"reading_id": reading_id, "error": type(error).__name__}
        )
        _finish(reading_id, "failed", {}, reader, now)
        return
    _finish(reading_id, "read", _plain(found), reader, now)


def _plain(found: Reading) -> dict[str, Any]:
    return {
        field.value: {"value": said.value, "confidence": said.confidence}
        for field, said in found.fields.items()
    }


def _finish(
    reading_id: int, state: str, fields: dict[str, Any], reader: CardReader, now: datetime
) -> None:
    with transaction() as session:
        reading = session.get_one(CardReading, reading_id, with_for_update=True)
        if reading.state == "waiting":
            reading.state, reading.fields, reading.at = state, fields, now
            reading.engine = type(reader).__name__
