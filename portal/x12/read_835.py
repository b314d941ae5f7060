"""Reads an 835: each ST becomes one Remittance, however its producer wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from portal.x12.envelope import TransactionSet, X12Error, read_cents, read_date, transaction_sets
from portal.x12.remittance import (
    Adjustment,
    ClaimPayment,
    Name,
    ProviderAdjustment,
    Remittance,
    ServicePayment,
)

_NAMES = {
    "QC": "patient",
    "IL": "subscriber",
    "74": "corrected_patient",
    "82": "rendering",
    "TT": "crossover_payer",
    "PR": "corrected_payer",
}
_REMARKS = {"MOA": range(3, 8), "MIA": (5, 20, 21, 22, 23)}
_CLAIM_DATES = {"232": "statement_from", "233": "statement_to", "050": "received_on"}
_LINE_DATES = {"472": "service_from", "150": "service_from", "151": "service_to"}
_PADDING = [""] * 12


def read_remittances(data: bytes, *, file: str) -> Iterator[Remittance]:
    """Each ST*835 of the file; X12Error when there is none at all.

    What is wrong inside a set never raises: an unreadable amount is a fault of that set.
    """
    other, seen = None, False
    for found in transaction_sets(data, file=file):
        if found.kind == "835":
            seen = True
            yield _SetReader(found).read()
        else:
            other = other or found
    if not seen:
        raise X12Error(
            file, other.position if other else 1, "ST*835", f"ST*{other.kind}" if other else "no ST"
        )


class _SetReader:
    """Walks the segments of one set once; `claim` and `line` are the loops standing open."""

    def __init__(self, found: TransactionSet) -> None:
        self.set, self.position = found, found.position
        self.element, self.component = found.delimiters.element, found.delimiters.component
        self.head: dict[str, Any] = {}
        self.claim: dict[str, Any] | None = None
        self.line: dict[str, Any] | None = None
        self.claims: list[ClaimPayment] = []
        self.provider_adjustments: list[ProviderAdjustment] = []
        self.faults: list[str] = []

    def read(self) -> Remittance:
        element, padding, handlers = self.element, _PADDING, _HANDLERS
        for segment in self.set.body:
            self.position += 1
            parts = segment.split(element)
            handler = handlers.get(parts[0])
            if handler is not None:
                handler(self, parts + padding)
        self._close_claim()
        head = self.head
        head.setdefault("paid_cents", 0)
        if head.get("issued_on") is None:
            head["issued_on"] = head.get("produced_on")
        head.pop("produced_on", None)
        return Remittance(
            position=self.set.position,
            control_number=self.set.control_number,
            claims=tuple(self.claims),
            provider_adjustments=tuple(self.provider_adjustments),
            fingerprint=self.set.fingerprint,
            warnings=self.set.warnings,
            faults=tuple(self.faults),
            **head,
        )

    def cents(self, text: str, where: str) -> int:
        try:
            return read_cents(text)
        except ValueError:
            self.faults.append(f"segment {self.position}: {where} is {text[:20]!r}, not an amount")
            return 0

    def _close_claim(self) -> None:
        if self.claim is not None:
            self._close_line()
            claim = self.claim
            claim["adjustments"] = tuple(claim["adjustments"])
            claim["remarks"] = tuple(claim["remarks"])
            claim["lines"] = tuple(claim["lines"])
            self.claims.append(ClaimPayment(**claim))
            self.claim = None

    def _close_line(self) -> None:
        if self.line is not None and self.claim is not None:
            line = self.line
            line["adjustments"] = tuple(line["adjustments"])
            line["remarks"] = tuple(line["remarks"])
            self.claim["lines"].append(ServicePayment(**line))
            self.line = None

    def _payment(self, e: list[str]) -> None:
        self.head.update(
            paid_cents=self.cents(e[2], "BPR02"),
            credit_or_debit=e[3] or "C",
            payment_method=e[4],
            issued_on=read_date(e[16]) if len(e) > 16 else None,  # noqa: PLR2004 - BPR16
        )

    def _trace(self, e: list[str]) -> None:
        self.head.update(trace=e[2].strip(), payer_tax_id=e[3].strip())

    def _party(self, e: list[str]) -> None:
        role = {"PR": "payer", "PE": "payee"}.get(e[1])
        if role and self.claim is None:
            self.head[role] = Name(e[2].strip(), id_qualifier=e[3], identifier=e[4].strip())

    def _claim(self, e: list[str]) -> None:
        self._close_claim()
        self.claim = {
            "position": self.position,
            "ordinal": len(self.claims) + 1,
            "patient_control_number": e[1].strip(),
            "status_code": e[2].strip(),
            "billed_cents": self.cents(e[3], "CLP03"),
            "paid_cents": self.cents(e[4], "CLP04"),
            "patient_responsibility_cents": self.cents(e[5], "CLP05") if e[5] else None,
            "filing_code": e[6],
            "payer_claim_number": e[7].strip(),
            "facility_code": e[8],
            "frequency": e[9],
            "adjustments": [],
            "remarks": [],
            "lines": [],
        }

    def _service(self, e: list[str]) -> None:
        self._close_line()
        self.line = {
            "position": self.position,
            "procedure": e[1].replace(self.component, ":"),
            "billed_cents": self.cents(e[2], "SVC02"),
            "paid_cents": self.cents(e[3], "SVC03"),
            "revenue_code": e[4],
            "units": e[5],
            "submitted_procedure": e[6].replace(self.component, ":"),
            "adjustments": [],
            "remarks": [],
        }

    def _adjustments(self, e: list[str]) -> None:
        loop = self.line or self.claim
        if loop is None:
            return
        found = loop["adjustments"]
        for at in range(2, min(len(e) - len(_PADDING), 20), 3):
            if e[at] or e[at + 1]:
                try:
                    amount = read_cents(e[at + 1])
                except ValueError:
                    amount = self.cents(e[at + 1], f"CAS{at + 1:02d}")  # notes the fault
                found.append(Adjustment(e[1], e[at], amount, e[at + 2]))

    def _name(self, e: list[str]) -> None:
        role = _NAMES.get(e[1])
        if role and self.claim is not None and self.line is None:
            self.claim[role] = Name(
                e[3].strip(), e[4].strip(), e[5].strip(), e[7].strip(), e[8], e[9].strip()
            )

    def _outpatient_remarks(self, e: list[str]) -> None:
        if self.claim is not None:
            places = _REMARKS[e[0]]
            self.claim["remarks"] += [e[at] for at in places if at < len(e) and e[at]]

    def _reference(self, e: list[str]) -> None:
        if self.line is not None:
            if e[1] == "6R":
                self.line["control_number"] = e[2].strip()
        elif self.claim is not None and e[1] == "F8":
            self.claim["original_reference"] = e[2].strip()

    def _date(self, e: list[str]) -> None:
        on: date | None = read_date(e[2])
        if self.line is not None:
            if e[1] in _LINE_DATES:
                self.line[_LINE_DATES[e[1]]] = on
        elif self.claim is not None:
            if e[1] in _CLAIM_DATES:
                self.claim[_CLAIM_DATES[e[1]]] = on
        elif e[1] == "405":
            self.head["produced_on"] = on

    def _amount(self, e: list[str]) -> None:
        if self.line is not None:
            if e[1] == "B6":
                self.line["allowed_cents"] = self.cents(e[2], "AMT02")
        elif self.claim is not None and e[1] == "I":
            self.claim["interest_cents"] = self.cents(e[2], "AMT02")

    def _line_remark(self, e: list[str]) -> None:
        if self.line is not None and e[1] == "HE" and e[2]:
            self.line["remarks"].append(e[2])

    def _provider_adjustment(self, e: list[str]) -> None:
        self._close_claim()
        for at in range(3, min(len(e) - 1, 14), 2):
            reason, amount = e[at], e[at + 1]
            if not amount:
                continue  # a reason without an amount moves nothing
            code, _, reference = reason.partition(self.component)
            self.provider_adjustments.append(
                ProviderAdjustment(
                    position=self.position,
                    provider_identifier=e[1].strip(),
                    fiscal_period_on=read_date(e[2]),
                    reason=code,
                    reference=reference.strip(),
                    amount_cents=self.cents(amount, f"PLB{at + 1:02d}"),
                )
            )


_HANDLERS: dict[str, Callable[[_SetReader, list[str]], None]] = {
    "BPR": _SetReader._payment,  # noqa: SLF001 - the table of the class above
    "TRN": _SetReader._trace,  # noqa: SLF001
    "N1": _SetReader._party,  # noqa: SLF001
    "CLP": _SetReader._claim,  # noqa: SLF001
    "SVC": _SetReader._service,  # noqa: SLF001
    "CAS": _SetReader._adjustments,  # noqa: SLF001
    "NM1": _SetReader._name,  # noqa: SLF001
    "MOA": _SetReader._outpatient_remarks,  # noqa: SLF001
    "MIA": _SetReader._outpatient_remarks,  # noqa: SLF001
    "REF": _SetReader._reference,  # noqa: SLF001
    "DTM": _SetReader._date,  # noqa: SLF001
    "AMT": _SetReader._amount,  # noqa: SLF001
    "LQ": _SetReader._line_remark,  # noqa: SLF001
    "PLB": _SetReader._provider_adjustment,  # noqa: SLF001
}
