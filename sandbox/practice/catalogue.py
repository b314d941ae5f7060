"""What the practice does and at which fee, who treats there, and which plans its patients have."""

from __future__ import annotations

from datetime import date, timedelta

from sandbox.practice.model import Address, Payer, Plan, Provider, Service
from sandbox.practice.names import npi

PRACTICE_NPI = npi(199990001)
PRACTICE_TAX_ID = "990000001"
PRACTICE_ADDRESS = Address("100 Riverside Sample Way", "Exampleton", "OH", "43999")
PRACTICE_NAME = "Riverside Family Medicine"

PROVIDERS = (
    Provider(first="Prudence", last="Example", npi=npi(199990011)),
    Provider(first="Constant", last="Samplewell", npi=npi(199990012)),
    Provider(first="Clement", last="Testington", npi=npi(199990013)),
    Provider(first="Serena", last="Mockmore", npi=npi(199990014)),
    Provider(first="Patience", last="Demofield", npi=npi(199990015)),
)


def _payer(key: str, name: str, number: int, filing_code: str, allowed_percent: int) -> Payer:
    return Payer(
        key=key,
        name=name,
        identifier=f"9{number:04d}",
        tax_id=f"99000{number:04d}",
        filing_code=filing_code,
        allowed_percent=allowed_percent,
        address=Address(f"{number} Payer Plaza", "Exampleton", "OH", "43998"),
    )


ACME = _payer("acme", "Acme Health", 1001, "CI", 52)
BLUEBIRD = _payer("bluebird", "Bluebird Mutual", 1002, "CI", 56)
EVERGREEN = _payer("evergreen", "Evergreen Sample HMO", 1003, "HM", 50)
MEDICARE = _payer("medicare", "Medicare Part B Stand-in", 1004, "MB", 44)
MEDICAID = _payer("medicaid", "Exampleton Medicaid", 1005, "MC", 34)
GOLDEN = _payer("golden", "Golden Gap Supplement", 1006, "CI", 44)
PAYERS = (ACME, MEDICARE, BLUEBIRD, EVERGREEN, MEDICAID, GOLDEN)


def pay_day(payer: Payer, today: date, at_most: date) -> date:
    """The payer's last weekly pay day up to a date; Acme Health pays on the weekday that was yesterday."""
    latest = today - timedelta(days=1 + PAYERS.index(payer))
    weeks = -((latest - at_most).days // -7)
    return latest - timedelta(days=7 * weeks)


ACME_SAVER = Plan(
    key="acme-saver",
    payer=ACME,
    name="Acme Saver 600",
    deductible=60_000,
    office_coinsurance=10,
    other_coinsurance=20,
    deductible_on_office=True,
)
ACME_CLASSIC = Plan(
    key="acme-classic",
    payer=ACME,
    name="Acme Classic",
    deductible=150_000,
    other_coinsurance=20,
    deductible_on_office=True,
)
ACME_CHOICE = Plan(
    key="acme-choice",
    payer=ACME,
    name="Acme Choice",
    deductible=30_000,
    office_copay=2_500,
    other_coinsurance=20,
)
BLUEBIRD_PPO = Plan(
    key="bluebird-ppo",
    payer=BLUEBIRD,
    name="Bluebird PPO 750",
    deductible=75_000,
    office_copay=3_000,
    other_coinsurance=15,
)
BLUEBIRD_FAMILY = Plan(
    key="bluebird-family",
    payer=BLUEBIRD,
    name="Bluebird Family",
    deductible=50_000,
    office_coinsurance=20,
    other_coinsurance=20,
    deductible_on_office=True,
)
EVERGREEN_HMO = Plan(
    key="evergreen-hmo",
    payer=EVERGREEN,
    name="Evergreen Care",
    office_copay=2_000,
    other_coinsurance=10,
)
MEDICARE_B = Plan(
    key="medicare-b",
    payer=MEDICARE,
    name="Medicare Part B",
    deductible=28_300,
    office_coinsurance=20,
    other_coinsurance=20,
    deductible_on_office=True,
    free_kinds=frozenset({"preventive", "vaccine", "lab"}),
    sequestration=True,
)
MEDICAID_PLAN = Plan(
    key="medicaid",
    payer=MEDICAID,
    name="Medicaid",
    free_kinds=frozenset(
        {"office", "preventive", "vaccine", "lab", "test", "procedure", "imaging"}
    ),
)
GOLDEN_GAP = Plan(key="golden-gap", payer=GOLDEN, name="Golden Gap Plan G")

SERVICES = {
    service.code: service
    for service in (
        Service(code="99203", words="Office visit, new patient", fee=21_500, kind="office"),
        Service(code="99204", words="Long office visit, new patient", fee=31_000, kind="office"),
        Service(code="99212", words="Short office visit", fee=11_000, kind="office"),
        Service(code="99213", words="Office visit", fee=17_500, kind="office"),
        Service(code="99214", words="Longer office visit", fee=25_000, kind="office"),
        Service(code="99381", words="First checkup for a baby", fee=17_500, kind="preventive"),
        Service(code="99392", words="Checkup, ages 1 to 4", fee=17_200, kind="preventive"),
        Service(code="99393", words="Checkup, ages 5 to 11", fee=17_100, kind="preventive"),
        Service(code="99394", words="Checkup, ages 12 to 17", fee=18_600, kind="preventive"),
        Service(code="99395", words="Yearly checkup, ages 18 to 39", fee=20_400, kind="preventive"),
        Service(code="99396", words="Yearly checkup, ages 40 to 64", fee=22_600, kind="preventive"),
        Service(
            code="G0439", words="Yearly Medicare wellness visit", fee=21_000, kind="preventive"
        ),
        Service(code="90686", words="Flu vaccine", fee=3_900, kind="vaccine"),
        Service(
            code="90715", words="Tetanus and whooping cough vaccine", fee=6_400, kind="vaccine"
        ),
        Service(code="90471", words="Giving a vaccine", fee=3_600, kind="vaccine"),
        Service(code="36415", words="Blood draw", fee=1_500, kind="lab"),
        Service(code="80053", words="Blood test: organs and minerals", fee=5_200, kind="lab"),
        Service(code="80061", words="Blood test: cholesterol", fee=5_600, kind="lab"),
        Service(code="83036", words="Blood test: long-term sugar", fee=4_300, kind="lab"),
        Service(code="85025", words="Blood test: blood count", fee=3_400, kind="lab"),
        Service(code="84443", words="Blood test: thyroid", fee=6_100, kind="lab"),
        Service(code="81002", words="Urine test", fee=1_600, kind="lab"),
        Service(code="87880", words="Strep throat test", fee=3_900, kind="test"),
        Service(code="87804", words="Flu test", fee=4_600, kind="test"),
        Service(code="93000", words="Heart tracing (ECG)", fee=8_200, kind="test"),
        Service(code="94010", words="Breathing test", fee=9_400, kind="test"),
        Service(code="71046", words="Chest X-ray", fee=11_800, kind="imaging"),
        Service(code="73610", words="Ankle X-ray", fee=10_600, kind="imaging"),
        Service(code="12001", words="Closing a small wound", fee=26_400, kind="procedure"),
        Service(code="17110", words="Removing warts", fee=19_600, kind="procedure"),
        Service(code="20610", words="Injection into a large joint", fee=17_900, kind="procedure"),
        Service(code="69210", words="Clearing ear wax", fee=9_600, kind="procedure"),
        Service(code="94640", words="Breathing treatment", fee=6_800, kind="procedure"),
        Service(code="97802", words="Nutrition coaching", fee=9_000, kind="procedure"),
    )
}

# What tends to happen together on one day: codes, a diagnosis, how often.
SICK_VISITS: tuple[tuple[tuple[str, ...], str, int], ...] = (
    (("99213",), "J069", 8),
    (("99213", "87880"), "J029", 6),
    (("99213", "87804"), "J111", 4),
    (("99214",), "I10", 8),
    (("99214", "36415", "80053", "80061"), "E785", 6),
    (("99214", "36415", "83036"), "E119", 5),
    (("99213", "36415", "84443"), "E039", 3),
    (("99214", "93000"), "R079", 3),
    (("99213", "73610"), "S93401A", 2),
    (("99213", "71046"), "R05", 2),
    (("99213", "81002"), "N390", 4),
    (("99214", "94010", "94640"), "J45909", 2),
    (("99213", "20610"), "M1711", 3),
    (("17110",), "B079", 2),
    (("12001",), "S61219A", 2),
    (("99212", "69210"), "H6123", 3),
)
CHILD_VISITS: tuple[tuple[tuple[str, ...], str, int], ...] = (
    (("99213",), "J069", 6),
    (("99213", "87880"), "J029", 6),
    (("99213", "87804"), "J111", 3),
    (("99212",), "H6690", 4),
    (("12001",), "S0181XA", 1),
    (("99213", "94640"), "J45909", 1),
)


def service(code: str) -> Service:
    """The service of a code."""
    return SERVICES[code]


def checkup_codes(age: int, *, medicare: bool) -> tuple[str, ...]:
    """The yearly checkup of somebody of this age, with what usually goes with it."""
    if medicare:
        return ("G0439",)
    by_age = ((5, ("99392", "90686", "90471")), (12, ("99393",)), (18, ("99394", "90715", "90471")))
    for below, codes in by_age:
        if age < below:
            return codes
    return ("99395",) if age < 40 else ("99396", "90686", "90471")  # noqa: PLR2004 - as the words say
