"""Read a photographed insurance card: suggestions with a confidence for a person to confirm, never facts (SCH-14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.card_ports import CardField, CardLine, CardReader
from portal.services.card_fields import Found, fields_on
from portal.services.card_payer import payer_on
from portal.services.card_plan import plan_on
from portal.services.card_values import phones_in

BACK = 0.98  # what stands on the front counts a little more
CONTRADICTED = 0.7  # two places say different things
MAX_PHONES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A value that the card seems to say; `confidence` is 0 to 1."""

    value: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a card seems to say. A field that was not found is not there: nothing is guessed."""

    fields: Mapping[CardField, Suggestion]
    phones: tuple[Suggestion, ...]


def read_card(
    *, reader: CardReader, front: bytes, back: bytes | None, payers: Sequence[str]
) -> Reading:
    """Read both sides, as `CardImages.clean` made them; the payer is one of `payers` or absent. Takes about a second a side."""
    return understand(
        front=reader.lines(front), back=reader.lines(back) if back else (), payers=payers
    )


def understand(
    *, front: Sequence[CardLine], back: Sequence[CardLine], payers: Sequence[str]
) -> Reading:
    """The same from lines that were read before."""
    found = [(one, 1.0) for one in fields_on(front)] + [(one, BACK) for one in fields_on(back)]
    fields = {field: best for field in CardField if (best := _best(field, found))}
    payer = payer_on(front, payers) or payer_on(back, payers)
    if payer:
        fields[CardField.PAYER] = Suggestion(value=payer[0], confidence=payer[1])
    if CardField.PLAN not in fields and (plan := plan_on(front)):
        fields[CardField.PLAN] = Suggestion(value=plan[0], confidence=plan[1])
    return Reading(fields=fields, phones=_phones((*front, *back)))


def _best(field: CardField, found: Sequence[tuple[Found, float]]) -> Suggestion | None:
    """The surest; one that another place contradicts is less sure."""
    mine = [
        (one.confidence * side, -one.top, one.value) for one, side in found if one.field is field
    ]
    if not mine:
        return None
    confidence, _, value = max(mine)
    if len({other for _, _, other in mine}) > 1:
        confidence *= CONTRADICTED
    return Suggestion(value=value, confidence=round(confidence, 3))


def _phones(lines: Sequence[CardLine]) -> tuple[Suggestion, ...]:
    seen: dict[str, float] = {}
    for line in lines:
        for phone in phones_in(line.text):
            seen[phone] = max(line.confidence, seen.get(phone, 0))
    return tuple(
        Suggestion(value=phone, confidence=round(sure, 3))
        for phone, sure in list(seen.items())[:MAX_PHONES]
    )
