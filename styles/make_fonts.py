"""Make the vendored fonts from the npm packages: one small variable woff2 a script for the web, TTF for the PDF."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

HERE = Path(__file__).resolve().parent
PACKAGES = HERE / "node_modules"
TARGET = HERE.parent / "portal" / "static" / "fonts"
NAME = "atkinson-hyperlegible-next"
WEIGHTS = {400: "Regular", 700: "Bold"}


def web_fonts() -> None:
    """Pages use weights 400 to 700, so the axis ends there: a fifth less to load."""
    for script in ("latin", "latin-ext"):
        source = PACKAGES / f"@fontsource-variable/{NAME}/files/{NAME}-{script}-wght-normal.woff2"
        font = instantiateVariableFont(TTFont(source), {"wght": (400, 700)})
        font.flavor = "woff2"
        font.save(TARGET / f"{NAME}-{script}.woff2")


def print_fonts() -> None:
    """Typst reads TTF only, and no variable fonts; both scripts go into one file a weight."""
    for weight, style in WEIGHTS.items():
        with tempfile.TemporaryDirectory() as scratch:
            parts = []
            for script in ("latin", "latin-ext"):
                source = f"@fontsource/{NAME}/files/{NAME}-{script}-{weight}-normal.woff2"
                font = TTFont(PACKAGES / source)
                font.flavor = None
                parts.append(str(Path(scratch) / f"{script}.ttf"))
                font.save(parts[-1])
            Merger().merge(parts).save(TARGET / f"AtkinsonHyperlegibleNext-{style}.ttf")


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    web_fonts()
    print_fonts()
    shutil.copy(PACKAGES / f"@fontsource-variable/{NAME}/LICENSE", TARGET / "OFL.txt")
