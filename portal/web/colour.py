"""Contrast by WCAG 2.2, and a practice's accent made readable on light and dark paper."""

from __future__ import annotations

import re

AA_TEXT = 4.5
HEX = re.compile(r"^#[0-9A-Fa-f]{6}$")
# What an accent lies on: paper, card and mist of styles/_tokens.scss, light and dark.
LIGHT_SURFACES = ("#fbfaf7", "#ffffff", "#e7efec")
DARK_SURFACES = ("#121a1a", "#182221", "#1e2a29")
WHITE, BLACK = "#ffffff", "#000000"
TONES = ("#ffffff", "#0b241d")  # text upon the accent
STEPS = 40


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def accent_problem(accent: str) -> str | None:
    """Why a practice may not save this accent; none for a good one."""
    if not HEX.match(accent):
        return "Write the colour as # and six digits, such as #14604F."
    if _readable(accent, LIGHT_SURFACES):
        return None
    return "This colour is too pale for text on our pages. Choose a darker one."


def theme_css(accent: str) -> str:
    """The accent as custom properties. A colour that cannot be read is moved until it can."""
    light = _moved(accent, BLACK, LIGHT_SURFACES)
    dark = _moved(accent, WHITE, DARK_SURFACES)
    return (
        f":root{{{_properties(light, BLACK)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{_properties(dark, WHITE)}}}}}\n"
    )


def _properties(accent: str, deeper: str) -> str:
    on_accent = max(TONES, key=lambda tone: contrast(tone, accent))
    deep = _mixed(accent, deeper, 0.22)
    return f"--kb-pine:{accent};--kb-pine-deep:{deep};--kb-on-pine:{on_accent}"


def _moved(accent: str, towards: str, surfaces: tuple[str, ...]) -> str:
    for step in range(STEPS + 1):
        candidate = _mixed(accent, towards, step / STEPS)
        if _readable(candidate, surfaces):
            return candidate
    raise AssertionError(f"{towards} itself is not readable on {surfaces}")


def _readable(colour: str, surfaces: tuple[str, ...]) -> bool:
    return all(contrast(colour, surface) >= AA_TEXT for surface in surfaces)


def _mixed(first: str, second: str, share: float) -> str:
    pairs = zip(_channels(first), _channels(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def _luminance(colour: str) -> float:
    parts = [c / 255 for c in _channels(colour)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]  # noqa: PLR2004 - WCAG's own constants
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
