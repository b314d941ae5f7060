"""Reads an 835: each ST becomes one Remittance, however its producer wrote it.

A segment is first read by itself, whatever loop it stands in; what it says is remembered, since a file
repeats its fees, days and reason codes. Then the walk puts what it said into the loop that stands open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from portal.x12.envelope import (
    Delimiters,
    TransactionSet,
    X12Error,
    read_cents,
    read_date,
    transaction_sets,
)
from portal.x12.remittance import (
    Adjustment,
    ClaimPayment,
    Name,
    ProviderAdjustment,
    Remittance,
    ServicePayment,
)

# Where a value stands in the loops; the position comes first in both, so that place 0 says "nowhere".
_LINE = {name: at for at, name in enumerate(ServicePayment._fields)}
_CLAIM = {name: at for at, name in enumerate(ClaimPayment._fields)}
_LINES = _CLAIM["lines"]
# What stands behind the fields that SVC and CLP themselves say, until other segments say more.
_LINE_REST = tuple(ServicePayment._field_defaults.values())[3:]
_CLAIM_REST = tuple(ClaimPayment._field_defaults.values())[5:]
_NAMES = {
    "QC": _CLAIM["patient"],
    "IL": _CLAIM["subscriber"],
    "74": _CLAIM["corrected_patient"],
    "82": _CLAIM["rendering"],
    "TT": _CLAIM["crossover_payer"],
    "PR": _CLAIM["corrected_payer"],
}
_CLAIM_DATES = {
    "232": _CLAIM["statement_from"],
    "233": _CLAIM["statement_to"],
    "050": _CLAIM["received_on"],
}
_LINE_DATES = {
    "472": _LINE["service_from"],
    "150": _LINE["service_from"],
    "151": _LINE["service_to"],
}
_ADJUSTMENTS = (_CLAIM["adjustments"], _LINE["adjustments"])
_CONTROL_NUMBER = (0, _LINE["control_number"])
_REMARKS = {"MOA": range(3, 8), "MIA": (5, 20, 21, 22, 23)}
_PADDING = [""] * 12
_REMEMBERED = 20_000  # segments; of those that repeat, a file has a few hundred
# These say who or which, and do so once: remembering them would only cost room.
_ONCE = frozenset({"CLP", "REF", "BPR", "TRN", "N1", "PLB"})

# What a segment asks of the walk: nothing, one value in its place, more of a list, or a turn elsewhere.
_NOTHING, _PUT, _ADD, _ADD_TO_CLAIM, _OPEN_LINE, _OPEN_CLAIM, _HEAD, _CLOSE = range(8)
_IN_CLAIM, _IN_LINE = 0, 1  # the loop that stands open
_NOWHERE: list[Any] = [()] * len(ClaimPayment._fields)  # what is said outside of any claim is lost


# What one segment says: what it asks, its place in a claim and in a line, the value.
_Said = tuple[int, tuple[int, int], Any]
_SAYS_NOTHING: _Said = (_NOTHING, (0, 0), None)


def read_remittances(data: bytes, *, file: str) -> Iterator[Remittance]:
    """Each ST*835 of the file; X12Error when there is none at all.

    What is wrong inside a set never raises: an unreadable amount is a fault of that set.
    """
    other, seen = None, False
    remembered: dict[Delimiters, dict[str, _Said]] = {}
    for found in transaction_sets(data, file=file):
        if found.kind == "835":
            seen = True
            yield _SetReader(found, remembered.setdefault(found.delimiters, {})).read()
        else:
            other = other or found
    if not seen:
        raise X12Error(
            file, other.position if other else 1, "ST*835", f"ST*{other.kind}" if other else "no ST"
        )


class _SetReader:
    """Walks the segments of one set once."""

    def __init__(self, found: TransactionSet, remembered: dict[str, _Said]) -> None:
        self.set, self.position, self.remembered = found, found.position, remembered
        self.element, self.component = found.delimiters.element, found.delimiters.component
        self.head: dict[str, Any] = {}
        self.provider_adjustments: list[ProviderAdjustment] = []
        self.faults: list[str] = []
        self.claims: list[ClaimPayment] = []
        # The open loops: their fields in the order of the tuples that they become.
        self.claim: list[Any] | None = None
        self.lines: list[ServicePayment] = []
        self.nowhere = list(_NOWHERE)
        self.loop, self.level = self.nowhere, _IN_CLAIM

    def read(self) -> Remittance:
        self._walk()
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

    def _walk(self) -> None:
        """Put what each segment says into the loop that stands open."""
        remembered = self.remembered
        for position, segment in enumerate(self.set.body, self.set.position + 1):
            said = remembered.get(segment)
            if said is None:
                self.position = position
                said = self._say(segment)
            asks, places, value = said
            if asks == _PUT:
                if place := places[self.level]:
                    self.loop[place] = value
            elif asks == _ADD:
                if place := places[self.level]:
                    self.loop[place] += value
            elif asks:
                self._turn(asks, position, value)
        self._close_claim()

    def _turn(self, asks: int, position: int, value: Any) -> None:
        """Open or close a loop, or speak to one that is not the innermost."""
        if asks == _OPEN_LINE:
            self._close_line()
            if self.claim is None:
                self.faults.append(f"segment {position}: a service line outside any claim")
            else:
                self.loop, self.level = [position, *value], _IN_LINE
        elif asks == _OPEN_CLAIM:
            self._close_claim()
            self.claim = self.loop = [position, len(self.claims) + 1, *value]
        elif asks == _ADD_TO_CLAIM and self.claim is not None:
            self.claim[_CLAIM["remarks"]] += value
        elif asks == _HEAD and self.claim is None:
            self.head.update(value)
        elif asks == _CLOSE:
            self._close_claim()

    def _close_line(self) -> None:
        if self.level == _IN_LINE:
            self.lines.append(ServicePayment._make(self.loop))
            self.loop, self.level = self.claim or self.nowhere, _IN_CLAIM

    def _close_claim(self) -> None:
        self._close_line()
        if self.claim is not None:
            self.claim[_LINES] = tuple(self.lines)
            self.claims.append(ClaimPayment._make(self.claim))
            self.claim, self.lines, self.loop = None, [], self.nowhere

    def _say(self, segment: str) -> _Said:
        """Read one segment; what may come again, and could be read, is remembered."""
        e = segment.split(self.element)
        reader = _READERS.get(e[0])
        if reader is None:
            return _SAYS_NOTHING
        faults = len(self.faults)
        said = reader(self, e + _PADDING)
        if e[0] not in _ONCE and len(self.faults) == faults and len(self.remembered) < _REMEMBERED:
            self.remembered[segment] = said
        return said

    def cents(self, text: str, where: str) -> int:
        try:
            return read_cents(text)
        except ValueError:
            self.faults.append(f"segment {self.position}: {where} is {text[:20]!r}, not an amount")
            return 0

    def _payment(self, e: list[str]) -> _Said:
        self.head.update(
            paid_cents=self.cents(e[2], "BPR02"),
            credit_or_debit=e[3] or "C",
            payment_method=e[4],
            issued_on=read_date(e[16]) if len(e) > 16 else None,  # noqa: PLR2004 - BPR16
        )
        return _SAYS_NOTHING

    def _trace(self, e: list[str]) -> _Said:
        self.head.update(trace=e[2].strip(), payer_tax_id=e[3].strip())
        return _SAYS_NOTHING

    def _party(self, e: list[str]) -> _Said:
        role = {"PR": "payer", "PE": "payee"}.get(e[1])
        if role is None:
            return _SAYS_NOTHING
        name = Name(e[2].strip(), id_qualifier=e[3], identifier=e[4].strip())
        return _HEAD, (0, 0), {role: name}

    def _claim(self, e: list[str]) -> _Said:
        said = (
            e[1].strip(),  # patient_control_number
            e[2].strip(),  # status_code
            self.cents(e[3], "CLP03"),
            self.cents(e[4], "CLP04"),
            self.cents(e[5], "CLP05") if e[5] else None,
            e[6],  # filing_code
            e[7].strip(),  # payer_claim_number
            e[8],  # facility_code
            e[9],  # frequency
            *_CLAIM_REST,
        )
        return _OPEN_CLAIM, (0, 0), said

    def _service(self, e: list[str]) -> _Said:
        said = (
            e[1].replace(self.component, ":"),  # procedure
            self.cents(e[2], "SVC02"),
            self.cents(e[3], "SVC03"),
            e[5],  # units
            e[4],  # revenue_code
            e[6].replace(self.component, ":"),  # submitted_procedure
            *_LINE_REST,
        )
        return _OPEN_LINE, (0, 0), said

    def _adjustments(self, e: list[str]) -> _Said:
        found = tuple(
            Adjustment(e[1], e[at], self.cents(e[at + 1], f"CAS{at + 1:02d}"), e[at + 2])
            for at in range(2, min(len(e) - len(_PADDING), 20), 3)
            if e[at] or e[at + 1]
        )
        return _ADD, _ADJUSTMENTS, found

    def _name(self, e: list[str]) -> _Said:
        place = _NAMES.get(e[1])
        if place is None:
            return _SAYS_NOTHING
        name = Name(e[3].strip(), e[4].strip(), e[5].strip(), e[7].strip(), e[8], e[9].strip())
        return _PUT, (place, 0), name

    def _outpatient_remarks(self, e: list[str]) -> _Said:
        found = tuple(e[at] for at in _REMARKS[e[0]] if at < len(e) and e[at])
        return _ADD_TO_CLAIM, (0, 0), found

    def _reference(self, e: list[str]) -> _Said:
        if e[1] == "6R":
            return _PUT, _CONTROL_NUMBER, e[2].strip()
        if e[1] == "F8":
            return _PUT, (_CLAIM["original_reference"], 0), e[2].strip()
        return _SAYS_NOTHING

    def _date(self, e: list[str]) -> _Said:
        on = read_date(e[2])
        if e[1] == "405":
            return _HEAD, (0, 0), {"produced_on": on}
        return _PUT, (_CLAIM_DATES.get(e[1], 0), _LINE_DATES.get(e[1], 0)), on

    def _amount(self, e: list[str]) -> _Said:
        if e[1] == "B6":
            cents = self.cents(e[2], "AMT02")
            return _PUT, (0, _LINE["allowed_cents"]), cents
        if e[1] == "I":
            cents = self.cents(e[2], "AMT02")
            return _PUT, (_CLAIM["interest_cents"], 0), cents
        return _SAYS_NOTHING

    def _line_remark(self, e: list[str]) -> _Said:
        if e[1] != "HE" or not e[2]:
            return _SAYS_NOTHING
        return _ADD, (0, _LINE["remarks"]), (e[2],)

    def _provider_adjustment(self, e: list[str]) -> _Said:
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
        return _CLOSE, (0, 0), None


_READERS: dict[str, Callable[[_SetReader, list[str]], _Said]] = {
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
