"""People who paid all but a little, or nothing at all: told of last, so that nobody else's phone or name changes."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.practice import catalogue
from sandbox.practice.stage import Stage

LONG_AGO, LATER = (
    122,
    90,
)  # days since the checks came: two weeks of the daily run propose them apart


@dataclass(frozen=True, slots=True)
class Leftover:
    """A self-pay visit and its checks: days ago and cents, the last leaving a little or nothing."""

    key: str
    name: str
    age: int
    days_ago: int
    codes: str
    about: str
    checks: tuple[tuple[int, int], ...]
    bankrupt: bool = False


LEFTOVERS = (
    Leftover(
        "small_floor",
        "Minima Exemplar F",
        47,
        150,
        "99213",
        "$3.20 were left of her bill, too little for a statement: let go by the office.",
        ((LONG_AGO, 17_180),),
    ),
    Leftover(
        "small_asked",
        "Restworth Fixture M",
        52,
        172,
        "99214",
        "$8.40 were left, asked for by two statements: let go by the office, and taken back when he called.",
        ((LONG_AGO, 24_160),),
    ),
    Leftover(
        "small_paid",
        "Lately Loremson F",
        39,
        150,
        "99213",
        "Paid her last $4.60 after the office had proposed to let it go: it was left alone.",
        ((LONG_AGO, 17_040), (10, 460)),
    ),
    Leftover(
        "small_waiting",
        "Pennyworth Madeup M",
        58,
        140,
        "99212",
        "$2.75 are left of his bill: to be let go, once a second person agrees.",
        ((LATER, 10_725),),
    ),
    Leftover(
        "small_held",
        "Remainda Inventio F",
        44,
        140,
        "99213 87804",
        "$6.10 are left, and a court has her bankruptcy: held back from what is let go.",
        ((LATER, 21_490),),
        bankrupt=True,
    ),
)


def tell_leftovers(stage: Stage) -> None:
    """One visit each, without insurance, and the checks that the practice's receipts file says came."""
    for one in LEFTOVERS:
        known = {"bankruptcy": True} if one.bankrupt else {}
        patient = stage.adult(one.name, one.age, **known)
        visit = stage.visit(patient, one.days_ago, one.codes, self_pay=True)
        for days_ago, amount in one.checks:
            stage.receive(visit, stage.ago(days_ago), amount, "balance")
        stage.hero(one.key, patient, one.about)
    _never_paid(stage)


def _never_paid(stage: Stage) -> None:
    """Enough for a packet to sign, a bill at an agency, one called home and two written off, on any day."""
    for number, (name, age, codes) in enumerate(
        (
            ("Defaulta Specimen F", 36, "99204 12001"),
            ("Goneaway Prototype M", 63, "99214 93000"),
            ("Vanisha Testerson F", 28, "99204 94010"),
            ("Ignatio Placeholder M", 51, "99214 71046"),
        ),
        start=1,
    ):
        patient = stage.adult(name, age, catalogue.ACME_CLASSIC)
        stage.decided(stage.visit(patient, 178, codes), 163)
        about = "Never paid: the bill is at an agency, or was there."
        stage.hero(f"never_paid_{number}", patient, about)
