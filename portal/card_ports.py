"""What Kindbill asks of whatever cleans and reads pictures of insurance cards; the other doors stand in `ports`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class CardFault(StrEnum):
    """Why a file cannot be kept as the picture of a card; `queries/card_words` says each to a person."""

    EMPTY = "empty"
    TOO_BIG = "too_big"  # more bytes than we take
    WRONG_KIND = "wrong_kind"  # by its content no JPEG, PNG, HEIC or PDF
    DAMAGED = "damaged"  # cut short, broken, locked, or made to exhaust whoever opens it
    TOO_MANY_DOTS = "too_many_dots"  # more pixels than a phone takes
    TOO_SMALL = "too_small"  # SCH-14: the longer side has fewer than 1,000 pixels


class CardFlaw(StrEnum):
    """What makes a picture hard to read; the person may use it anyway (SCH-14)."""

    BLURRED = "blurred"
    GLARE = "glare"
    DARK = "dark"
    FAR = "far"  # the card itself has fewer than 1,000 pixels on its longer side


class UnusableImage(Exception):
    """The file is refused, and why."""

    def __init__(self, fault: CardFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanImage:
    """One side of a card made anew from its pixels: an upright sRGB JPEG without any metadata."""

    content: bytes
    width: int
    height: int
    flaws: tuple[CardFlaw, ...]


class CardImages(Protocol):
    """Turns whatever was sent into a CleanImage, or raises UnusableImage and nothing else."""

    def clean(self, content: bytes) -> CleanImage: ...


class CardField(StrEnum):
    """What a card may say beside its phone numbers."""

    PAYER = "payer"  # one of the practice's own list
    PLAN = "plan"
    MEMBER_ID = "member_id"
    GROUP_NUMBER = "group_number"
    SUBSCRIBER = "subscriber"
    RX_BIN = "rx_bin"
    RX_PCN = "rx_pcn"
    RX_GROUP = "rx_group"
    COPAY_OFFICE = "copay_office"
    COPAY_SPECIALIST = "copay_specialist"
    COPAY_EMERGENCY = "copay_emergency"
    COPAY_URGENT = "copay_urgent"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLine:
    """A run of words seen on a card and where, in pixels, once the card is turned upright."""

    text: str
    confidence: float  # 0 to 1
    left: float
    top: float
    right: float
    bottom: float


class CardReader(Protocol):
    """Sees the words on a CleanImage, top to bottom; what they mean is for `services/read_card`."""

    def lines(self, content: bytes) -> tuple[CardLine, ...]: ...
