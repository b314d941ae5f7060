"""From a picture to upright, level lines of words: which way is up, each strip cut out, places as if the card lay straight."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from portal.card_ports import CardLine

Picture = NDArray[np.uint8]
Boxes = NDArray[np.float64]  # n x 4 corners x 2, clockwise from the beginning of the words
# Words are found on a small copy and read from the whole picture: the search costs by area, reading by the line.
SEARCH_SIDE = 1_600
VOTERS = 9  # lines asked which way is up
LEAST_CONFIDENCE = 0.5
MAX_LINES = 120  # a card has 10 to 60; a page of small print would take a worker for minutes

SAME_SLOPE = 0.05  # 3 degrees: others are boxes gone wrong
# To see that slopes change down the card takes this many lines, spread over this many heights of a line.
ENOUGH_LINES, ENOUGH_HEIGHT = 4, 5


class Engine(Protocol):
    """What is asked of the OCR library."""

    def boxes(self, picture: Picture) -> Any: ...

    def upside_down(self, strip: Picture) -> tuple[bool, float]: ...

    def words(self, strip: Picture) -> tuple[str, float]: ...


@dataclass(frozen=True, slots=True)
class _Level:
    """Slope of the lines at a height, as a + b * y: perspective makes it change down the card."""

    a: float
    b: float
    middle: tuple[float, float]


def lines(engine: Engine, content: bytes) -> tuple[CardLine, ...]:
    """Every run of words on a JPEG, top to bottom; none at all for a picture without words."""
    picture: Any = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    boxes = _found(engine, picture)
    if boxes is None:
        return ()
    picture, boxes = _lying(picture, boxes)
    if _on_its_head(engine, picture, boxes):
        picture, boxes = _turned(picture, boxes, 2)
    level = _level(boxes)
    seen = []
    for box in boxes:
        text, score = engine.words(_strip(picture, box))
        if text.strip() and score >= LEAST_CONFIDENCE:
            seen.append(_line(text, score, box, level))
    return tuple(sorted(seen, key=lambda line: (line.top, line.left)))


def _found(engine: Engine, picture: Picture) -> Boxes | None:
    scale = min(1.0, SEARCH_SIDE / max(picture.shape[:2]))
    small: Any = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    boxes = engine.boxes(small)
    if boxes is None or len(boxes) == 0:
        return None
    largest = sorted(boxes, key=lambda box: -cv2.contourArea(np.asarray(box, np.float32)))
    found: Boxes = np.asarray(largest[:MAX_LINES], np.float64) / scale
    return found


def _sides(boxes: Boxes) -> tuple[Any, Any]:
    """Lengths along and across the words."""
    along = np.linalg.norm(boxes[:, 1] - boxes[:, 0], axis=1)
    across = np.linalg.norm(boxes[:, 3] - boxes[:, 0], axis=1)
    return along, across


def _lying(picture: Picture, boxes: Boxes) -> tuple[Picture, Boxes]:
    """Turned by a quarter when most words stand upright in the picture."""
    edges = np.abs(np.roll(boxes, -1, axis=1) - boxes)
    longer = edges[np.arange(len(boxes)), edges.sum(axis=2).argmax(axis=1)]
    standing = longer[:, 1].sum() > longer[:, 0].sum()
    return _turned(picture, boxes, 1) if standing else (picture, _in_order(boxes))


def _turned(picture: Picture, boxes: Boxes, quarters: int) -> tuple[Picture, Boxes]:
    """Against the clock."""
    for _ in range(quarters):
        width = picture.shape[1]
        picture = np.ascontiguousarray(np.rot90(picture))
        boxes = np.stack([boxes[:, :, 1], width - boxes[:, :, 0]], axis=2)
    return picture, _in_order(boxes)


def _in_order(boxes: Boxes) -> Boxes:
    """Each box from the corner where its words begin: the first edge is the one that runs to the right most.

    The library begins tilted boxes at whatever corner lies highest.
    """
    rightward = (np.roll(boxes, -1, axis=1) - boxes)[:, :, 0].argmax(axis=1)
    return np.stack(
        [np.roll(box, -first, axis=0) for box, first in zip(boxes, rightward, strict=True)]
    )


def _on_its_head(engine: Engine, picture: Picture, boxes: Boxes) -> bool:
    along, across = _sides(boxes)
    longest = np.argsort(-along / np.maximum(across, 1))[:VOTERS]
    balance = 0.0
    for box in boxes[longest]:
        down, sure = engine.upside_down(_strip(picture, box))
        balance += sure if down else -sure
    return balance > 0


def _strip(picture: Picture, box: Boxes) -> Picture:
    """The words of one box, straightened."""
    along, across = _sides(box[None])
    width, height = max(1, round(along[0])), max(1, round(across[0]))
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(box.astype(np.float32), flat)
    strip: Any = cv2.warpPerspective(
        picture,
        matrix,
        (width, height),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return strip  # type: ignore[no-any-return]  # OpenCV's own types say any array


def _level(boxes: Boxes) -> _Level:
    """Fitted to the long lines; short ones say too little of a slope."""
    along, across = _sides(boxes)
    centres = boxes.mean(axis=1)
    middle = (centres[:, 0].mean().item(), centres[:, 1].mean().item())
    long = along > 3 * across
    if not long.any():
        return _Level(0.0, 0.0, middle)
    step = boxes[long, 1] - boxes[long, 0]
    slopes, heights, weights = step[:, 1] / step[:, 0], centres[long, 1], along[long]
    middling = np.median(slopes)
    near = np.abs(slopes - middling) < SAME_SLOPE
    spread = np.ptp(heights[near]) if near.any() else 0.0
    if near.sum() < ENOUGH_LINES or spread < ENOUGH_HEIGHT * across.mean():
        return _Level(middling.item(), 0.0, middle)
    b, a = np.polyfit(heights[near], slopes[near], 1, w=np.sqrt(weights[near]))
    return _Level(a.item(), b.item(), middle)


def _line(text: str, score: float, box: Boxes, level: _Level) -> CardLine:
    """Where the words would stand if the card lay level."""
    along, across = (side[0].item() for side in _sides(box[None]))
    x, y = box.mean(axis=0).tolist()
    slope = level.a + level.b * y
    level_x = x + slope * (y - level.middle[1])
    level_y = y - slope * (x - level.middle[0])
    return CardLine(
        # The models know Chinese print too and may see its wide colon.
        text=unicodedata.normalize("NFKC", text).strip(),
        confidence=score,
        left=level_x - along / 2,
        top=level_y - across / 2,
        right=level_x + along / 2,
        bottom=level_y + across / 2,
    )
