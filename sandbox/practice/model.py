"""What the invented practice consists of: people, plans, visits, decisions. All amounts are whole cents."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody lives."""

    street: str
    city: str
    state: str
    postal_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Anyone with a name and a birth date."""

    first: str
    last: str
    middle: str = ""
    birth_on: date
    sex: str
    address: Address

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    def age_on(self, day: date) -> int:
        """Whole years of age on a day."""
        had_birthday = (day.month, day.day) >= (self.birth_on.month, self.birth_on.day)
        return day.year - self.birth_on.year - (not had_birthday)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """Who pays, as 837P and 835 files name it."""

    key: str
    name: str
    identifier: str  # NM1*PR 09
    tax_id: str  # TRN03 without its leading 1
    filing_code: str  # SBR09
    allowed_percent: int  # of our fee: the contract with this payer
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one plan of a payer pays for, and what it leaves to its member."""

    key: str
    payer: Payer
    name: str
    deductible: int = 0
    office_copay: int = 0
    office_coinsurance: int = 0  # percent, after the deductible
    other_coinsurance: int = 0  # percent, after the deductible
    deductible_on_office: bool = False
    free_kinds: frozenset[str] = frozenset({"preventive", "vaccine"})
    sequestration: bool = False  # Medicare keeps back 2 percent of what it would pay


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One person's cover under a plan. `relationship` is SBR02 or PAT01: 18 self, 01 spouse, 19 child."""

    plan: Plan
    member_id: str
    group_number: str
    subscriber: Person
    relationship: str = "18"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What only the practice knows about an account: one row of its contacts file."""

    guarantor: Person
    relationship: str = "self"
    mobile: str = ""
    mobile_owner: str = ""
    sms_consent: bool = False
    email: str = ""
    estatement_consent: bool = False
    language: str = "en"
    paper_only: bool = False
    do_not_contact: bool = False
    bankruptcy: bool = False
    deceased: bool = False

    @property
    def before_bad_news(self) -> Contact:
        """What the desk knew at first: nothing that stops letters."""
        return replace(self, do_not_contact=False, bankruptcy=False, deceased=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Somebody treated here; `contact` is None while nobody named who pays for a minor."""

    practice_id: str
    person: Person
    memberships: tuple[Membership, ...] = ()
    contact: Contact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Who treats."""

    first: str
    last: str
    npi: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something the practice does, in our own words, at its own fee."""

    code: str
    words: str
    fee: int
    kind: str  # office, preventive, vaccine, lab, test, procedure, imaging
    modifier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One patient's services on one day. No `memberships` at the time: a self-pay visit."""

    control_number: str
    patient: Patient
    provider: Provider
    on: date
    services: tuple[Service, ...]
    diagnosis: str
    desk_copay: int = 0  # taken at the desk that day: AMT*F5 and a receipts row
    self_pay: bool = False

    @property
    def billed(self) -> int:
        return sum(service.fee for service in self.services)


@dataclass(frozen=True, slots=True)
class Cut:
    """One adjustment: CAS group, reason, cents."""

    group: str
    reason: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDecision:
    """What a payer said about one line."""

    service: Service
    paid: int
    cuts: tuple[Cut, ...]
    remarks: tuple[str, ...] = ()

    def owed(self) -> int:
        """What the payer leaves to the patient."""
        return sum(cut.amount for cut in self.cuts if cut.group == "PR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a payer said about one visit's claim: one CLP loop."""

    visit: Visit
    membership: Membership
    on: date
    status: str  # CLP02
    payer_claim_number: str
    lines: tuple[LineDecision, ...]
    claim_cuts: tuple[Cut, ...] = ()
    remarks: tuple[str, ...] = ()
    crossover_to: Payer | None = None
    original_reference: str = ""
    interest: int = 0

    @property
    def sign(self) -> int:
        """A reversal takes back what it once said."""
        return -1 if self.status == "22" else 1

    @property
    def paid(self) -> int:
        """CLP04, with its sign."""
        by_lines = sum(line.paid for line in self.lines)
        return self.sign * (by_lines - sum(cut.amount for cut in self.claim_cuts))

    @property
    def owed(self) -> int:
        """The sum of every PR cut, on claim and lines."""
        on_claim = sum(cut.amount for cut in self.claim_cuts if cut.group == "PR")
        return on_claim + sum(line.owed() for line in self.lines)


@dataclass(frozen=True, slots=True)
class ProviderCut:
    """One PLB pair: above zero takes money from the practice."""

    reason: str
    reference: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One payer's 835 of one day."""

    payer: Payer
    on: date
    trace: str
    decisions: tuple[Decision, ...]
    provider_cuts: tuple[ProviderCut, ...] = ()

    @property
    def paid(self) -> int:
        """BPR02."""
        taken = sum(cut.amount for cut in self.provider_cuts)
        return sum(decision.paid for decision in self.decisions) - taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Money taken at the desk: one row of the receipts file."""

    receipt_id: str
    visit: Visit
    on: date
    method: str
    amount: int
    kind: str  # copay, balance


@dataclass(slots=True, kw_only=True)
class Practice:
    """Everything that happened, ready to be spelled into files."""

    today: date
    patients: list[Patient] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    provider_cuts: dict[tuple[str, date], list[ProviderCut]] = field(default_factory=dict)
    secondary_claims: list[SecondaryClaim] = field(default_factory=list)
    heroes: list[Hero] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hero:
    """Somebody whose fixed story the tour tells."""

    key: str
    patient: Patient
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondaryClaim:
    """A claim the practice itself sends to the second plan, with the first plan's answer."""

    first: Decision
    on: date
