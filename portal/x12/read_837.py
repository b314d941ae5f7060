"""Reads an 837P: each CLM becomes one Claim, or is refused with the segment where it went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from portal.x12.claim import (
    Address,
    BillingProvider,
    Claim,
    ClaimCoverage,
    ClaimLine,
    LineDecision,
    Person,
    RefusedClaim,
)
from portal.x12.envelope import TransactionSet, X12Error, read_cents, read_date, transaction_sets
from portal.x12.remittance import Adjustment, Name

_PADDING = [""] * 12
_SUBSCRIBER_LEVEL, _PATIENT_LEVEL, _BILLING_LEVEL = "22", "23", "20"


def read_claims(data: bytes, *, file: str) -> Iterator[Claim | RefusedClaim]:
    """Each CLM of the file, read or refused; X12Error when the file holds no claim at all."""
    last, other, claims = 1, "no ST", 0
    for found in transaction_sets(data, file=file):
        last = found.position
        if found.kind != "837":
            other = f"ST*{found.kind}"
            continue
        other = "an 837 without any"
        for claim in _SetReader(found).read():
            claims += 1
            yield claim
    if not claims:
        raise X12Error(file, last, "an ST*837 with a CLM segment", other)


class _Refused(Exception):
    def __init__(self, position: int, expected: str, found: str) -> None:
        super().__init__(expected)
        self.position, self.expected, self.found = position, expected, found


class _SetReader:
    """Walks the segments of one set; N3, N4, DMG and REF belong to `person`, the NM1 seen last.

    Order decides, not the parent numbers of HL: producers get those wrong.
    """

    def __init__(self, found: TransactionSet) -> None:
        self.set, self.position = found, found.position
        self.component = found.delimiters.component
        self.submitted_on: date | None = None
        self.billing: dict[str, Any] | None = None
        self.coverage: dict[str, Any] = {"sequence": "P"}  # the plan that this claim asks
        self.patient: dict[str, Any] | None = None
        self.relationship = ""
        self.person: dict[str, Any] | None = None
        self.claim: dict[str, Any] | None = None
        self.other: dict[str, Any] | None = None  # 2320
        self.line: dict[str, Any] | None = None
        self.decision: dict[str, Any] | None = None
        self.refusal: _Refused | None = None

    def read(self) -> Iterator[Claim | RefusedClaim]:
        for segment in self.set.body:
            self.position += 1
            e = segment.split(self.set.delimiters.element)
            handler = _HANDLERS.get(e[0])
            if handler is None:
                continue
            e += _PADDING
            if self.claim is not None and self._ends_claim(e):
                yield self._close_claim()
            try:
                handler(self, e)
            except _Refused as refusal:
                self.refusal = self.refusal or refusal
        if self.claim is not None:
            yield self._close_claim()

    def _ends_claim(self, e: list[str]) -> bool:
        if e[0] == "NM1":  # some files have no HL at all
            return e[1] == "85" or (e[1] == "IL" and self.other is None and self.line is None)
        return e[0] in {"CLM", "HL"}

    def _close_claim(self) -> Claim | RefusedClaim:
        raw, self.claim = self.claim or {}, None
        refusal, self.refusal = self.refusal, None
        others = raw.pop("other_coverages")
        lines = raw.pop("lines")
        self.other = self.line = self.decision = self.person = None
        try:
            if refusal is not None:
                raise refusal
            return self._build(raw, others, lines)
        except _Refused as wrong:
            return RefusedClaim(
                position=wrong.position,
                control_number=raw["control_number"],
                expected=wrong.expected,
                found=wrong.found,
            )

    def _build(
        self, raw: dict[str, Any], others: list[dict[str, Any]], lines: list[dict[str, Any]]
    ) -> Claim:
        at = raw["position"]
        if not raw["control_number"]:
            raise _Refused(at, "CLM01, the claim's control number", "nothing")
        if self.billing is None:
            raise _Refused(at, "a billing provider (NM1*85) above the claim", "none")
        if not lines:
            raise _Refused(at, "at least one service line (LX, SV1)", "none")
        coverage = _coverage(self.coverage)
        if coverage.subscriber is None:
            raise _Refused(at, "a subscriber (NM1*IL) above the claim", "none")
        if coverage.payer is None:
            raise _Refused(at, "a payer (NM1*PR) above the claim", "none")
        patient = coverage.subscriber if self.patient is None else _person(self.patient)
        relationship = self.relationship or coverage.relationship or "18"
        built = tuple(_line(line) for line in lines)
        on_lines = sum(line.billed_cents for line in built)
        if on_lines != raw["billed_cents"]:
            wanted = f"lines that add up to CLM02 ({raw['billed_cents']} cents)"
            raise _Refused(at, wanted, f"{on_lines} cents")
        return Claim(
            **raw,
            billing=BillingProvider(
                name=self.billing["name"],
                address=Address(**self.billing.get("address", {})),
                tax_id=self.billing.get("tax_id", ""),
            ),
            patient=patient,
            coverage=replace(coverage, relationship=relationship),
            other_coverages=tuple(_coverage(other) for other in others),
            lines=built,
            submitted_on=self.submitted_on,
            warnings=self.set.warnings,
        )

    def cents(self, text: str, where: str) -> int:
        try:
            return read_cents(text)
        except ValueError:
            raise _Refused(self.position, f"an amount in {where}", repr(text[:20])) from None

    def _beginning(self, e: list[str]) -> None:
        self.submitted_on = read_date(e[4])

    def _level(self, e: list[str]) -> None:
        self.person = None
        if e[3] == _BILLING_LEVEL:
            self.billing = None
        if e[3] in {_BILLING_LEVEL, _SUBSCRIBER_LEVEL}:
            self.coverage = {"sequence": "P"}
        if e[3] in {_BILLING_LEVEL, _SUBSCRIBER_LEVEL, _PATIENT_LEVEL}:
            self.patient, self.relationship = None, ""

    def _subscriber_information(self, e: list[str]) -> None:
        found = {
            "sequence": e[1] or "P",
            "relationship": e[2],
            "group_number": e[3].strip(),
            "plan_name": e[4].strip(),
            "insurance_type": e[5],
            "filing_code": e[9],
        }
        self.person = None
        if self.claim is None:
            self.coverage = found
        else:
            self.other = {**found, "adjustments": []}
            self.claim["other_coverages"].append(self.other)

    def _patient(self, e: list[str]) -> None:
        if self.claim is None:
            self.relationship = e[1] if e[1] != "18" else ""

    def _name(self, e: list[str]) -> None:
        role = e[1]
        name = Name(e[3].strip(), e[4].strip(), e[5].strip(), e[7].strip(), e[8], e[9].strip())
        person: dict[str, Any] = {"name": name}
        self.person = None
        if role == "85":
            self.billing = self.person = person
        elif role == "82" and self.line is not None:
            self.line["rendering"] = name
        elif role == "82" and self.claim is not None and self.other is None:
            self.claim["rendering"] = name
        elif role == "QC" and self.claim is None:
            self.patient = self.person = person
        elif role in {"IL", "PR"} and self.line is None:
            coverage = self.coverage if self.claim is None else self.other
            if coverage is not None and role == "PR":
                coverage["payer"] = name
            elif coverage is not None:
                coverage["subscriber"] = self.person = person

    def _street(self, e: list[str]) -> None:
        if self.person is not None:
            address = self.person.setdefault("address", {})
            address.update(street=e[1].strip(), street2=e[2].strip())

    def _city(self, e: list[str]) -> None:
        if self.person is not None:
            address = self.person.setdefault("address", {})
            address.update(city=e[1].strip(), state=e[2].strip(), postal_code=e[3].strip())

    def _demographics(self, e: list[str]) -> None:
        if self.person is not None:
            self.person.update(birth_on=read_date(e[2]), sex=e[3].strip())

    def _claim(self, e: list[str]) -> None:
        place = [*e[5].split(self.component), "", ""]
        self.claim = {
            "position": self.position,
            "control_number": e[1].strip(),
            "billed_cents": 0,
            "place_of_service": place[0],
            "frequency": place[2] or "1",
            "accepts_assignment": e[7],
            "benefits_assigned": e[8],
            "other_coverages": [],
            "lines": [],
        }
        self.claim["billed_cents"] = self.cents(e[2], "CLM02")

    def _reference(self, e: list[str]) -> None:
        qualifier, value = e[1], e[2].strip()
        if self.claim is None:
            if (
                self.person is not None
                and self.person is self.billing
                and qualifier in {"EI", "SY"}
            ):
                self.billing["tax_id"] = value
        elif self.line is not None:
            if qualifier == "6R":
                self.line["control_number"] = value
        elif qualifier == "F8":
            if self.other is not None:
                self.other["payer_claim_number"] = value
            else:
                self.claim["original_reference"] = value
        elif qualifier == "D9" and self.other is None:
            self.claim["identifier"] = value

    def _amount(self, e: list[str]) -> None:
        if self.claim is None or self.line is not None:
            return
        if e[1] == "F5" and self.other is None:
            self.claim["patient_paid_cents"] = self.cents(e[2], "AMT*F5")
        elif e[1] == "D" and self.other is not None:
            self.other["paid_cents"] = self.cents(e[2], "AMT*D")

    def _adjustments(self, e: list[str]) -> None:
        loop = self.decision if self.line is not None else self.other
        if loop is None:
            return
        for at in range(2, min(len(e) - 2, 20), 3):
            if e[at]:
                cents = self.cents(e[at + 1], f"CAS{at + 1:02d}")
                loop["adjustments"].append(Adjustment(e[1], e[at], cents, e[at + 2]))

    def _line_number(self, e: list[str]) -> None:
        if self.claim is None:
            return
        lines = self.claim["lines"]
        number = int(e[1]) if e[1].isdecimal() and len(e[1]) < 7 else len(lines) + 1  # noqa: PLR2004 (six digits, as X12 has it)
        self.person = self.decision = None
        self.line = {"position": self.position, "number": number, "decisions": []}
        lines.append(self.line)

    def _service(self, e: list[str]) -> None:
        if self.line is None:
            return
        procedure = [part.strip() for part in e[1].split(self.component)] + [""]
        self.line.update(
            procedure_code=procedure[1],
            modifiers=tuple(part for part in procedure[2:6] if part),
            unit_basis=e[3] or "UN",
            units=e[4].strip() or "1",
            place_of_service=e[5],
            billed_cents=self.cents(e[2], "SV102"),
        )

    def _wrong_service(self, e: list[str]) -> None:
        if self.claim is not None:
            raise _Refused(self.position, "SV1 (a professional claim)", e[0])

    def _date(self, e: list[str]) -> None:
        first, _, last = e[3].strip().partition("-")
        if e[1] == "472" and self.line is not None:
            start, end = read_date(first), read_date(last or first)
            if start is None or end is None:
                raise _Refused(self.position, "a service date CCYYMMDD in DTP*472", repr(e[3][:20]))
            self.line.update(service_from=start, service_to=end)
        elif e[1] == "573":
            loop = self.decision or self.other
            if loop is not None:
                loop["decided_on"] = read_date(first)

    def _decided_line(self, e: list[str]) -> None:
        if self.line is None:
            return
        self.decision = {
            "payer_identifier": e[1].strip(),
            "paid_cents": self.cents(e[2], "SVD02"),
            "procedure": e[3].replace(self.component, ":"),
            "units": e[5],
            "adjustments": [],
        }
        self.line["decisions"].append(self.decision)


def _person(raw: dict[str, Any]) -> Person:
    return Person(
        name=raw["name"],
        address=Address(**raw.get("address", {})),
        birth_on=raw.get("birth_on"),
        sex=raw.get("sex", ""),
    )


def _coverage(raw: dict[str, Any]) -> ClaimCoverage:
    subscriber = raw.get("subscriber")
    return ClaimCoverage(
        **{
            **raw,
            "subscriber": _person(subscriber) if subscriber else None,
            "adjustments": tuple(raw.get("adjustments", ())),
        }
    )


def _line(raw: dict[str, Any]) -> ClaimLine:
    if not raw.get("procedure_code"):
        raise _Refused(raw["position"], "SV1 with a procedure code on the line", "none")
    if "service_from" not in raw:
        raise _Refused(raw["position"], "a service date (DTP*472) on the line", "none")
    decisions = tuple(
        LineDecision(**{**decision, "adjustments": tuple(decision["adjustments"])})
        for decision in raw["decisions"]
    )
    return ClaimLine(**{**raw, "decisions": decisions})


_HANDLERS: dict[str, Callable[[_SetReader, list[str]], None]] = {
    "BHT": _SetReader._beginning,  # noqa: SLF001 - the table of the class above
    "HL": _SetReader._level,  # noqa: SLF001
    "SBR": _SetReader._subscriber_information,  # noqa: SLF001
    "PAT": _SetReader._patient,  # noqa: SLF001
    "NM1": _SetReader._name,  # noqa: SLF001
    "N3": _SetReader._street,  # noqa: SLF001
    "N4": _SetReader._city,  # noqa: SLF001
    "DMG": _SetReader._demographics,  # noqa: SLF001
    "CLM": _SetReader._claim,  # noqa: SLF001
    "REF": _SetReader._reference,  # noqa: SLF001
    "AMT": _SetReader._amount,  # noqa: SLF001
    "CAS": _SetReader._adjustments,  # noqa: SLF001
    "LX": _SetReader._line_number,  # noqa: SLF001
    "SV1": _SetReader._service,  # noqa: SLF001
    "SV2": _SetReader._wrong_service,  # noqa: SLF001
    "SV3": _SetReader._wrong_service,  # noqa: SLF001
    "DTP": _SetReader._date,  # noqa: SLF001
    "SVD": _SetReader._decided_line,  # noqa: SLF001
}
