"""Can the words on this picture be read? Judged on a small grey copy, so that every camera is measured alike (SCH-14)."""

from __future__ import annotations

from PIL import Image, ImageFilter, ImageStat

from portal.ports import CardFlaw

SIDE = 1_000  # the copy's longer side
# Variance of the Laplacian, the usual measure of sharpness: edges of print give thousands, a shaken hand tens.
SHARP = 60.0
LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
DARK_MEAN = 60.0
# A lamp's reflection: whole tiles burnt out on a picture that elsewhere is not. A white page is white all over.
BURNT = 250
TILE = 20
GLARE_SHARE = 0.012
WHITE_PAGE = 235


def flaws_of(picture: Image.Image) -> tuple[CardFlaw, ...]:
    """What to tell the person before they go on, worst first; empty for a good picture."""
    grey = picture.convert("L")
    grey.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    found = []
    if ImageStat.Stat(grey).mean[0] < DARK_MEAN:
        found.append(CardFlaw.DARK)
    if ImageStat.Stat(grey.filter(LAPLACIAN)).var[0] < SHARP:
        found.append(CardFlaw.BLURRED)
    if _glare_share(grey) > GLARE_SHARE:
        found.append(CardFlaw.GLARE)
    return tuple(found)


def _glare_share(grey: Image.Image) -> float:
    """The share of the picture that is burnt out in blobs, 0 to 1."""
    if ImageStat.Stat(grey).median[0] >= WHITE_PAGE:
        return 0.0
    burnt = grey.point(lambda value: 255 if value >= BURNT else 0)
    tiles = burnt.resize(
        (max(1, grey.width // TILE), max(1, grey.height // TILE)), Image.Resampling.BOX
    )
    full = sum(tiles.histogram()[240:])
    return full / (tiles.width * tiles.height)
