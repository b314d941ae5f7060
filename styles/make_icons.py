"""Make the icon sprite from the Bootstrap Icons that our pages use; a page shows one with the `icon` macro."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "node_modules" / "bootstrap-icons" / "icons"
TARGET = HERE.parent / "portal" / "static" / "icons"
USED = (
    "arrow-counterclockwise",
    "arrow-left",
    "arrow-left-right",
    "arrow-right",
    "box-arrow-right",
    "calendar-event",
    "chat-left-text",
    "check-circle",
    "chevron-right",
    "circle",
    "clock-history",
    "credit-card",
    "download",
    "envelope",
    "exclamation-circle",
    "exclamation-triangle",
    "file-earmark-text",
    "hourglass-split",
    "house",
    "info-circle",
    "key",
    "list",
    "pause-circle",
    "people",
    "person",
    "phone",
    "printer",
    "question-circle",
    "receipt",
    "search",
    "shield-check",
    "telephone",
    "translate",
    "upload",
    "wallet2",
    "x-circle",
)


def symbol(name: str) -> str:
    """One icon as a symbol, without the attributes that the page's own `svg` carries."""
    svg = (SOURCE / f"{name}.svg").read_text()
    inner = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
    assert inner, name
    return f'<symbol id="{name}" viewBox="0 0 16 16">{" ".join(inner[1].split())}</symbol>'


def main() -> None:
    """Write the sprite and the icons' licence beside it."""
    TARGET.mkdir(parents=True, exist_ok=True)
    symbols = "\n".join(symbol(name) for name in USED)
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'
    (TARGET / "sprite.svg").write_text(sprite)
    (TARGET / "LICENSE.txt").write_text((SOURCE.parent / "LICENSE").read_text())


if __name__ == "__main__":
    main()
