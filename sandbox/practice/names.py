"""Names that clearly nobody bears, phones that ring nowhere, addresses no letter reaches."""

from __future__ import annotations

from random import Random

FEMALE = """
    Testa Ima Demora Sampla Trialina Modela Imogenia Protonella Fictiona Placida Fauxine Mocklyn Pretenda
    Mirabella-Demo Exampla Illustra Varia Betaline Draftina Sketcha Emulatte Replica Practica Scenaria Mimi-Mock
    Fabricia Paradigma Typica Standina Notoria Imagina Inventa Simula Dollina Echona Maquetta Avatara Betatrix
""".split()  # noqa: SIM905 - a pool of words reads best as words
MALE = """
    Devon Sampleton Testopher Fictor Mockwell Trialton Exampleo Protobert Placeholdo Fauxton Demetri-Demo
    Standford-In Draftwell Betaron Modello Scenario Simuel Inventus Dummond Replico Emulio Paradigmus
    Variano Sketchley Pretendo Fabrico Imagino Typicus Mimeo Notarius Avataro Echobert Practicus Maquetto
""".split()  # noqa: SIM905
LAST = """
    Sample Demo Example Placeholder Testerson Mockford Fixture Standin Loremson Ipsumdottir Specimen Prototype
    Trialman Madeup Fakeworth Notreal Inventio Facsimile Simulacra Pretendwell Fictionby Draftsworth Betaville
    Modelton Stubbington-Test Exemplar Dryrun Mannequin Scenaryo Variables Foobarton Nobody-Inparticular
    Quuxley Bazwell Imaginary Fabricant Demonstrado Illustrato Sandboxer Rehearsal
""".split()  # noqa: SIM905
STREETS = (
    "Sample Street",
    "Example Avenue",
    "Placeholder Lane",
    "Fixture Road",
    "Demo Drive",
    "Mockingbird Test Way",
    "Lorem Court",
    "Prototype Place",
)


class NamePool:
    """Deals first and last names so that no pair comes twice."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._taken: set[tuple[str, str]] = set()
        self._last: list[str] = []

    def reserve(self, first: str, last: str) -> None:
        """Keep a pair for somebody whose name is fixed."""
        self._taken.add((first, last))

    def last(self) -> str:
        """The next family name; every name of the pool comes once before any comes again."""
        if not self._last:
            self._last = list(LAST)
            self._rng.shuffle(self._last)
        return self._last.pop()

    def first(self, sex: str, last: str) -> str:
        """A first name that this family has not used."""
        pool = FEMALE if sex == "F" else MALE
        free = [name for name in pool if (name, last) not in self._taken]
        first = self._rng.choice(free)
        self._taken.add((first, last))
        return first


def npi(stem: int) -> str:
    """A ten-digit NPI with its right check digit (Luhn over 80840 and nine digits)."""
    nine = f"{stem:09d}"
    total = 0
    for place, digit in enumerate(reversed("80840" + nine)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 - two digits become one
    return f"{nine}{-total % 10}"
