"""Photographs of an invented card: turned, tilted, unevenly lit, noisy and squeezed, the same each time for a seed."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter


@dataclass(frozen=True, kw_only=True)
class Shot:
    """How a picture is taken. The defaults are a good picture."""

    width: int = 2000  # of the whole picture, before a quarter turn
    quarter_turns: int = 0
    share: float = 0.87  # of the width that the card fills
    tilt: float = 0.0  # degrees
    perspective: float = 0.0  # how far a corner may lie off, as a share of the width
    shade: float = 0.0  # how much darker one side is
    noise: float = 2.0
    blur: float = 0.0
    glare: float = 0.0  # how opaque the lamp's reflection is
    light: float = 1.0
    quality: int = 85


def chance_shot(seed: int) -> Shot:
    """As people take them: most are fair, a few are poor."""
    chance = random.Random(seed * 7 + 1)
    return Shot(
        width=chance.choice([1600, 2000, 2400]),
        quarter_turns=chance.choice([0, 0, 0, 1, 2, 3]),
        share=chance.uniform(0.65, 0.93),
        tilt=chance.uniform(-7, 7),
        perspective=chance.uniform(0, 0.05),
        shade=chance.uniform(0, 0.45),
        noise=chance.uniform(1, 9),
        blur=chance.choice([0, 0, 0.6, 1.0, 1.4]),
        glare=chance.choice([0, 0, 0, 0.5, 0.8]),
        light=chance.uniform(0.75, 1.05),
        quality=chance.choice([45, 60, 75, 90]),
    )


def poor_shot(seed: int) -> Shot:
    """What should be taken again: dark, shaken, far off or with a lamp on it, and squeezed hard."""
    chance = random.Random(seed * 7 + 2)
    return Shot(
        width=chance.choice([1200, 1600, 2000]),
        quarter_turns=chance.choice([0, 1, 2, 3]),
        share=chance.uniform(0.5, 0.9),
        tilt=chance.uniform(-14, 14),
        perspective=chance.uniform(0.03, 0.1),
        shade=chance.uniform(0.3, 0.7),
        noise=chance.uniform(6, 16),
        blur=chance.uniform(0.5, 3),
        glare=chance.choice([0, 0.8, 1.0]),
        light=chance.uniform(0.35, 1.1),
        quality=chance.choice([30, 45]),
    )


def photograph(card: Image.Image, shot: Shot, seed: int) -> bytes:
    """The JPEG that a phone would send."""
    chance, noise = random.Random(seed), np.random.default_rng(seed)
    picture = _on_a_table(card, shot, chance)
    if shot.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(shot.blur))
    dots = _lit(np.asarray(picture, dtype=np.float32), shot, chance)
    dots += noise.normal(0, shot.noise, dots.shape).astype(np.float32)
    picture = Image.fromarray(np.clip(dots, 0, 255).astype(np.uint8))
    picture = picture.rotate(90 * shot.quarter_turns, expand=True)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=shot.quality)
    return file.getvalue()


def _on_a_table(card: Image.Image, shot: Shot, chance: random.Random) -> Image.Image:
    """The card with round corners, seen a little from the side, on a table with a grain."""
    width, height = shot.width, shot.width * 3 // 4
    table = chance.choice([(96, 72, 52), (58, 60, 66), (168, 150, 128), (40, 66, 60)])
    ground = np.empty((height, width, 3), np.float32)
    ground[:] = table
    ground += (
        10 * np.sin(np.arange(height, dtype=np.float32) / chance.uniform(5, 25))[:, None, None]
    )
    wide, high = width * shot.share, width * shot.share * card.height / card.width
    angle = np.radians(shot.tilt)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (wide / 2, high / 2) @ turn.T
    # A tilted card needs more room: step back until it is all in the picture.
    corners *= min(
        1, 0.49 * width / abs(corners[:, 0]).max(), 0.49 * height / abs(corners[:, 1]).max()
    )
    bend = shot.perspective * width
    corners += [[chance.uniform(0, bend) * -np.sign(v) for v in corner] for corner in corners]
    corners += (width / 2, height / 2)
    flat = np.array([[0, 0], [card.width, 0], [card.width, card.height], [0, card.height]])
    matrix = cv2.getPerspectiveTransform(flat.astype(np.float32), corners.astype(np.float32))
    mask = Image.new("L", card.size)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *card.size), radius=50, fill=255)
    size = (width, height)
    seen = cv2.warpPerspective(np.asarray(card), matrix, size, flags=cv2.INTER_AREA)
    cover = cv2.warpPerspective(np.asarray(mask), matrix, size)[:, :, None] / np.float32(255)
    return Image.fromarray((seen * cover + np.clip(ground, 0, 255) * (1 - cover)).astype(np.uint8))


def _lit(dots: np.ndarray, shot: Shot, chance: random.Random) -> np.ndarray:
    """One side in the shade, and perhaps a lamp's reflection."""
    height, width = dots.shape[:2]
    across = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    if chance.random() < 0.5:
        across = across[:, ::-1]
    dots = dots * (shot.light * (1 - shot.shade * across))
    if shot.glare:
        x, y = chance.uniform(0.2, 0.8) * width, chance.uniform(0.2, 0.8) * height
        size = chance.uniform(0.06, 0.12) * width
        rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
        far = ((columns - x) ** 2 + (2 * (rows - y)) ** 2) / size**2
        lamp = (shot.glare * np.exp(-far))[:, :, None]
        dots = dots * (1 - lamp) + 265 * lamp
    return dots
