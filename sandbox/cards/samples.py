"""Invented insurance cards: what each says, and how its layout prints that. No payer, person or number is real."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1600, 1009  # a card's own proportions, ISO/IEC 7810 ID-1
OURS = Path(__file__).resolve().parents[2] / "portal" / "static" / "fonts"
SYSTEM = Path("/usr/share/fonts/truetype")
# Regular and bold; those that the machine lacks are left out, ours are always there.
FONTS = (
    (OURS / "AtkinsonHyperlegibleNext-Regular.ttf", OURS / "AtkinsonHyperlegibleNext-Bold.ttf"),
    (SYSTEM / "dejavu/DejaVuSans.ttf", SYSTEM / "dejavu/DejaVuSans-Bold.ttf"),
    (SYSTEM / "dejavu/DejaVuSansCondensed.ttf", SYSTEM / "dejavu/DejaVuSansCondensed-Bold.ttf"),
    (SYSTEM / "dejavu/DejaVuSerif.ttf", SYSTEM / "dejavu/DejaVuSerif-Bold.ttf"),
    (
        SYSTEM / "liberation/LiberationSans-Regular.ttf",
        SYSTEM / "liberation/LiberationSans-Bold.ttf",
    ),
    (
        SYSTEM / "liberation/LiberationSansNarrow-Regular.ttf",
        SYSTEM / "liberation/LiberationSansNarrow-Bold.ttf",
    ),
    (
        SYSTEM / "liberation/LiberationSerif-Regular.ttf",
        SYSTEM / "liberation/LiberationSerif-Bold.ttf",
    ),
    (
        SYSTEM / "liberation/LiberationMono-Regular.ttf",
        SYSTEM / "liberation/LiberationMono-Bold.ttf",
    ),
)
PAYERS = (
    "Sample Mutual Health",
    "Blue Harbor Health Plan",
    "Northwind Insurance",
    "Evergreen Benefits",
    "Testwell Health Care",
    "Liberty Lake Mutual",
    "Acme National Health",
    "Summit Ridge HMO",
    "Clearwater Community Plan",
    "Pinecrest Life & Health",
    "Silver Birch Advantage",
    "Redwood Valley Health",
)
# The practice's list has more than the drawn ones, and some of nearly the same name.
PAYER_LIST = (
    *PAYERS,
    "Blue Harbor Medicare Advantage",
    "Northwind Dental",
    "Evergreen Workers Compensation",
    "Acme Regional Health",
    "Summit Point HMO",
    "Harborview Insurance",
    "Valley Health Partners",
    "Sample Auto Insurance",
)
FIRST = ("Testa", "Testo", "Testina", "Probo", "Samplia", "Demo", "Examplia", "Trialo")
LAST = ("Sample", "Example", "Sampleton", "Testwood", "Sample-Example", "McSample", "O'Sample")
PLANS = ("Choice PPO", "Gold HMO", "Open Access PPO", "Essential EPO", "Select POS", "Bronze HDHP")
PAPERS = ["#ffffff", "#f4f8fc", "#fdf6e8", "#e8f1ea", "#eef0f7"]
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a card says, by the field names of `portal.ports`; what it does not say is not there."""

    says: dict[str, str]
    phones: tuple[str, ...]
    layout: str
    front: Image.Image
    back: Image.Image | None


@dataclass
class Pen:
    """Draws words on one side of a card in one typeface."""

    chance: random.Random
    faces: tuple[Path, Path]
    ink: str
    accent: str
    side: Image.Image = field(init=False)

    def __post_init__(self) -> None:
        paper = self.chance.choice(PAPERS)
        self.side = Image.new("RGB", (WIDTH, HEIGHT), paper)
        if self.chance.random() < 0.4:
            self._watermark()

    def _watermark(self) -> None:
        """Pale rings or stripes under the words, as many cards have."""
        draw = ImageDraw.Draw(self.side)
        pale = self.chance.choice(["#dfe6ee", "#e6e0d4", "#d8e4da", "#e9dfe6"])
        x, y = self.chance.uniform(0, WIDTH), self.chance.uniform(0, HEIGHT)
        for step in range(60, 1500, 70):
            if self.chance.random() < 0.5:
                draw.ellipse((x - step, y - step, x + step, y + step), outline=pale, width=14)
            else:
                draw.line((step * 2, 0, step * 2 - 900, HEIGHT), fill=pale, width=18)

    def write(
        self,
        words: str,
        x: float,
        y: float,
        size: int = 38,
        *,
        bold: bool = False,
        ink: str = "",
    ) -> float:
        """Returns where the words end."""
        draw, font = ImageDraw.Draw(self.side), _font(self.faces[bold], size)
        draw.text((x, y), words, font=font, fill=ink or self.ink)
        return x + draw.textlength(words, font=font)

    def bar(self, top: int, bottom: int, colour: str) -> None:
        ImageDraw.Draw(self.side).rectangle((0, top, WIDTH, bottom), fill=colour)


@lru_cache(maxsize=200)
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)


@dataclass(frozen=True)
class Facts:
    """The words of one card before they are laid out, and the labels its payer uses."""

    says: dict[str, str]
    printed: dict[str, str]
    labels: dict[str, str]
    phones: tuple[str, ...]


LABELS: dict[str, tuple[str, ...]] = {
    "member_id": (
        "Member ID",
        "ID#",
        "ID",
        "Subscriber ID",
        "Member ID #",
        "ID Number",
        "Member No.",
    ),
    "group_number": ("Group", "Group Number", "GRP", "Group No.", "Grp #", "Group #"),
    "subscriber": ("Member", "Member Name", "Subscriber", "Subscriber Name", "Name"),
    "plan": ("Plan", "Plan Type", "Plan Name", "Product"),
    "rx_bin": ("RxBIN", "BIN", "Rx BIN", "RXBIN"),
    "rx_pcn": ("RxPCN", "PCN", "Rx PCN", "RXPCN"),
    "rx_group": ("RxGrp", "Rx Group", "RxGRP", "RXGRP"),
    "copay_office": ("PCP", "Office Visit", "Primary Care", "Office", "PCP Copay"),
    "copay_specialist": ("Specialist", "Spec", "Specialist Visit"),
    "copay_emergency": ("Emergency Room", "ER", "Emergency"),
    "copay_urgent": ("Urgent Care", "Urgent Care", "UC"),
}
# Words of the held-out layouts, which nobody looks at while the reader is made.
OTHER_LABELS: dict[str, tuple[str, ...]] = {
    **LABELS,
    "member_id": ("Identification No.", "Member Number", "Enrollee ID", "Policy ID", "Member ID"),
    "group_number": ("Group ID", "Grp No", "Employer Group", "GROUP NO", "Group Number"),
    "subscriber": ("Enrollee", "Insured", "Cardholder", "Member Name"),
    "copay_office": ("Primary Care Visit", "PCP Visit", "Office Copay"),
    "copay_specialist": ("Specialist Copay", "Spec Visit", "SPC"),
    "copay_emergency": ("ER Copay", "Emergency Room Visit", "ER"),
    "copay_urgent": ("Urgent Care Copay", "UrgCare", "Urgent"),
}


def facts(chance: random.Random, labels: dict[str, tuple[str, ...]]) -> Facts:
    """Not every card has a group, a plan, Rx numbers or copays."""
    name = (
        f"{chance.choice(FIRST)} {chance.choice(['', '', 'B ', 'Q ', 'L. '])}{chance.choice(LAST)}"
    )
    member, group = _member_id(chance), _group(chance)
    printed = {
        "payer": chance.choice(PAYERS),
        "member_id": member,
        "subscriber": name.upper() if chance.random() < 0.6 else name,
    }
    if chance.random() < 0.93:
        printed["group_number"] = group
    if chance.random() < 0.8:
        printed["plan"] = chance.choice(PLANS)
    if chance.random() < 0.8:
        printed["rx_bin"] = _digits(chance, 6)
        printed["rx_pcn"] = chance.choice(["MEDDPRIME", "ADV", "A4", "9999", "CTRXMEDD", "ASPROD1"])
        printed["rx_group"] = chance.choice(["RX", "RXT", "SMP"]) + _digits(chance, 4)
    if chance.random() < 0.8:
        printed["copay_office"] = f"${chance.choice([0, 10, 20, 25, 30])}"
        printed["copay_specialist"] = f"${chance.choice([35, 40, 50, 60])}"
        printed["copay_emergency"] = chance.choice(["$150", "$250", "$300", "20%"])
        if chance.random() < 0.7:
            printed["copay_urgent"] = f"${chance.choice([50, 65, 75])}"
    says = dict(printed) | {"member_id": member.replace(" ", "")}
    says["subscriber"] = name.upper()
    phones = tuple(f"1-{chance.choice([800, 888, 866])}-555-01{_digits(chance, 2)}" for _ in "ab")
    return Facts(says, printed, {k: chance.choice(v) for k, v in labels.items()}, phones)


def _digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))


def _member_id(chance: random.Random) -> str:
    prefix = "".join(chance.choice(LETTERS) for _ in range(3))
    return chance.choice(
        [
            prefix + _digits(chance, 9),
            f"{prefix} {_digits(chance, 9)}",
            "W" + _digits(chance, 9),
            f"W{_digits(chance, 4)} {_digits(chance, 5)} 01",
            _digits(chance, 9),
            _digits(chance, 11),
            f"{prefix}{_digits(chance, 3)}A{_digits(chance, 5)}",
            f"{_digits(chance, 8)}-{_digits(chance, 2)}",
        ]
    )


def _group(chance: random.Random) -> str:
    return chance.choice(
        [
            _digits(chance, 5),
            _digits(chance, 7),
            f"00{_digits(chance, 5)}-A{_digits(chance, 1)}",
            f"{_digits(chance, 2)}-{_digits(chance, 6)}",
            f"GA{_digits(chance, 4)}",
        ]
    )


Layout = Callable[[Pen, Facts], None]
Layouts = dict[str, tuple[Layout, Layout | None]]


def draw(
    seed: int,
    layouts: Layouts,
    labels: dict[str, tuple[str, ...]],
    silent: dict[str, set[str]],
) -> Card:
    """The card of this number: the same one each time. `silent` are the facts that a layout does not print."""
    chance = random.Random(seed)
    name = sorted(layouts)[seed % len(layouts)]
    print_front, print_back = layouts[name]
    said = facts(chance, labels)
    faces = chance.choice([pair for pair in FONTS if pair[0].exists()])
    ink = chance.choice(["#111", "#222a44", "#333"])
    accent = chance.choice(["#0a4d8c", "#7a1f3d", "#17603b"])
    front = Pen(chance, faces, ink, accent)
    print_front(front, said)
    back = None
    if print_back is not None:
        back = Pen(chance, faces, ink, accent)
        print_back(back, said)
    hidden = silent.get(name, set())
    return Card(
        says={field: words for field, words in said.says.items() if field not in hidden},
        phones=said.phones if back else (),
        layout=name,
        front=front.side,
        back=back.side if back else None,
    )
