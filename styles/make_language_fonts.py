"""Make the fonts of the notice of free language help: only the letters that it needs of each script, for paper (LANG-1).

    python -m styles.make_language_fonts FOLDER...     # where the Noto fonts are (SIL Open Font License)

Run it again after a change of `billing/language_help.py`; a test says so when a letter lacks.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

from billing.language_help import BY_TAG, in_english

TARGET = Path(__file__).resolve().parent.parent / "portal" / "templates" / "print" / "fonts"
DIGITS = "0123456789()+-. "
# Each script's font, and the languages that are set in it before the Latin one.
SCRIPTS = {
    "NotoSansArabic-Regular.ttf": ("ar", "fa", "ur"),
    "NotoSansArmenian-Regular.ttf": ("hy",),
    "NotoSansBengali-Regular.ttf": ("bn",),
    "NotoSansDevanagari-Regular.ttf": ("hi",),
    "NotoSansGujarati-Regular.ttf": ("gu",),
    "NotoSansGurmukhi-Regular.ttf": ("pa",),
    "NotoSansHebrew-Regular.ttf": ("yi",),
    "NotoSansKhmer-Regular.ttf": ("km",),
    "NotoSansThai-Regular.ttf": ("th",),
}
EAST = {"Noto Sans CJK TC": "zh-Hant", "Noto Sans CJK JP": "ja", "Noto Sans CJK KR": "ko"}


def found(name: str) -> Path:
    """The one file of that name below the folders that were given."""
    for folder in sys.argv[1:]:
        for path in Path(folder).rglob(name):
            return path
    raise SystemExit(f"{name} is in none of the folders")


def keep(font: TTFont, letters: str, name: str) -> None:
    """A font of these letters and of every form that they take beside each other."""
    options = Options()
    options.layout_features = ["*"]
    options.hinting = False
    options.name_IDs = ["*"]
    options.notdef_outline = True
    subset = Subsetter(options)
    subset.populate(text=letters)
    subset.subset(font)
    font.save(TARGET / name)


def letters_of(*tags: str) -> str:
    """What is said in these languages, the number left out."""
    return "".join(BY_TAG[tag].notice.replace("{phone}", " ") for tag in tags)


def main() -> None:
    """All of them anew."""
    TARGET.mkdir(exist_ok=True)
    for name, tags in SCRIPTS.items():
        keep(TTFont(found(name)), letters_of(*tags), name)
    for font in TTCollection(found("NotoSansCJK-Regular.ttc")).fonts:
        family = font["name"].getDebugName(1)
        if family in EAST:
            keep(font, letters_of(EAST[family]), f"{family.replace(' ', '')}-Regular.otf")
    apart = {tag for tags in SCRIPTS.values() for tag in tags} | set(EAST.values())
    rest = letters_of(*(tag for tag in BY_TAG if tag not in apart))
    everywhere = "".join(filter(str.isascii, letters_of(*BY_TAG)))
    keep(
        TTFont(found("NotoSans-Regular.ttf")),
        rest + everywhere + in_english("") + DIGITS,
        "NotoSans-Regular.ttf",
    )


if __name__ == "__main__":
    main()
