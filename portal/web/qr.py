"""An address as a square for a phone's camera."""

from __future__ import annotations

import io

import segno


def qr_svg(address: str) -> str:
    """The square as SVG, with its quiet edge."""
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", border=4, scale=8)
    return drawn.getvalue().decode()
