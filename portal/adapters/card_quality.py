"""Can the words on this picture be read? Judged on a small grey copy, so that every camera is measured alike (SCH-14).

The thresholds are set where the reader begins to miss words on drawn cards; each is a warning, for a person or our staff may read
what the reader cannot. Light on a card that is burnt out all over cannot be told from its white, and a card as bright as
the table has no edge to measure: then nothing is said.
"""

from __future__ import annotations

from PIL import Image, ImageFilter

from portal.card_ports import CardFlaw

SIDE = 1_000  # the copy's longer side
TILE = 20
# The paper's brightness is that of nearly the brightest tiles, the table's of nearly the darkest.
PAPER, TABLE = 0.95, 0.1
DARK_PAPER = 80
# Strength of edges in the sharpest tiles, by the paper's brightness: clear print has 10 and more, and below 7 the reader misses
# words. The usual variance over the whole picture says more of the noise and of how much is printed.
SHARP = 7.0
SHARPEST = 0.03  # the share of tiles that surely hold print
LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
MIDDLE_GREY = 128
# Pixels on the card's longer side, on the picture as we keep it (SCH-14).
CARD_SIDE = 1_000
TOLD_APART = 60  # by so much the paper must be brighter than the table
FILLED = 38  # of 255: a row or column with less of the card in it is an edge of a tilted one
# A lamp's reflection: tiles burnt out where the paper around them is not.
BURNT, PAPER_AROUND = 250, 238
AROUND = 25  # tiles on a side
GLARE_SHARE = 0.003


def flaws_of(picture: Image.Image) -> tuple[CardFlaw, ...]:
    """What to tell the person before they go on, worst first; empty for a good picture."""
    grey = picture.convert("L")
    grey.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    tiles = _tiles(grey)
    levels = sorted(tiles.tobytes())
    paper, table = (levels[_place(levels, share)] for share in (PAPER, TABLE))
    found = []
    if paper < DARK_PAPER:
        found.append(CardFlaw.DARK)
    if paper - table >= TOLD_APART and _card_side(tiles, (paper + table) // 2, picture) < CARD_SIDE:
        found.append(CardFlaw.FAR)
    if _sharpness(grey) / max(paper, 1) < SHARP:
        found.append(CardFlaw.BLURRED)
    if paper < BURNT and _glare(tiles) > GLARE_SHARE:
        found.append(CardFlaw.GLARE)
    return tuple(found)


def _tiles(grey: Image.Image) -> Image.Image:
    """The mean of each tile."""
    size = (max(1, grey.width // TILE), max(1, grey.height // TILE))
    return grey.resize(size, Image.Resampling.BOX)


def _place(levels: list[int], share: float) -> int:
    return min(len(levels) - 1, int(len(levels) * share))


def _sharpness(grey: Image.Image) -> float:
    # A median first: single noisy dots are the sharpest thing on a blurred picture.
    smooth = grey.filter(ImageFilter.MedianFilter(3))
    # Four times as strong, or the means of tiles would be cut to small whole numbers.
    edges = smooth.filter(LAPLACIAN).point(lambda value: 4 * abs(value - MIDDLE_GREY))
    strengths = sorted(_tiles(edges).tobytes())
    strongest = strengths[_place(strengths, 1 - SHARPEST) :]
    return sum(strongest) / len(strongest) / 4 * MIDDLE_GREY


def _card_side(tiles: Image.Image, level: int, picture: Image.Image) -> float:
    """Pixels that the card takes along its longer side, when paper is what is brighter than `level`."""
    paper = tiles.point(lambda value: 255 if value >= level else 0)
    columns = paper.resize((paper.width, 1), Image.Resampling.BOX).tobytes()
    rows = paper.resize((1, paper.height), Image.Resampling.BOX).tobytes()
    wide = sum(share > FILLED for share in columns) / len(columns) * picture.width
    high = sum(share > FILLED for share in rows) / len(rows) * picture.height
    return max(wide, high)


def _glare(tiles: Image.Image) -> float:
    """The share of the picture that is burnt out in spots, 0 to 1."""
    paper = tiles.filter(ImageFilter.RankFilter(AROUND, AROUND * AROUND * 4 // 5))
    pairs = list(zip(tiles.tobytes(), paper.tobytes(), strict=True))
    spots = sum(tile >= BURNT and around <= PAPER_AROUND for tile, around in pairs)
    return spots / len(pairs)
