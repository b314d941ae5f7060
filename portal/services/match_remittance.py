"""Which of our claims each CLP of a remittance answers: by number, payer, patient, dates and lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from billing.decision import PROCESSED_AS_LATER
from billing.exceptions import Category, Cause
from billing.money import Money
from billing.transitions import ClaimState
from portal.models.accounts import Patient, Payer, PayerAlias
from portal.models.claims import Claim, Visit
from portal.queries.among import among_words
from portal.queries.visit_books import ClaimOnFile, claims_on_file
from portal.services.match_person import fold, match_name
from portal.x12.remittance import ClaimPayment, Name, Remittance

_PROCESSED_AS = {"1": "P", "19": "P", "2": "S", "20": "S", "3": "T", "21": "T"}
_NONE = Cause(Category.UNMATCHED, ("none",))
_SEVERAL = Cause(Category.UNMATCHED, ("several",))
_OTHER_PAYER = Cause(Category.UNMATCHED, ("another payer",))
_OTHER_PERSON = Cause(Category.PATIENT_MISMATCH)


@dataclass(frozen=True, slots=True)
class Unmatched:
    """No claim of ours, or none for certain."""

    reason: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class Matches:
    """What was found for each CLP, in order, and the payer where it is known for certain."""

    found: tuple[ClaimOnFile | Unmatched, ...]
    payer_id: int | None
    payer_known: bool  # by tax id, identifier or name


def match_remittance(session: Session, remittance: Remittance) -> Matches:
    """Match every claim of the set in a handful of statements."""
    payers = payers_of(session, remittance)
    numbered = _by_number(session, remittance.claims)
    found = [_choose(clp, numbered.of(clp), payers) for clp in remittance.claims]
    if any(one is None for one in found):
        similar = _by_person(
            session, [c for c, f in zip(remittance.claims, found, strict=True) if f is None]
        )
        found = [
            _only(_for_payer(clp, similar.get(clp.ordinal, []), payers)) if one is None else one
            for clp, one in zip(remittance.claims, found, strict=True)
        ]
    settled = tuple(
        Unmatched("no claim of ours has this number, patient and date", _NONE)
        if one is None
        else one
        for one in found
    )
    answered = {one.payer_id for one in settled if isinstance(one, ClaimOnFile)}
    certain = payers if len(payers) == 1 else answered
    payer_id = next(iter(certain)) if len(certain) == 1 else None
    return Matches(settled, payer_id, payer_known=bool(payers))


@dataclass(frozen=True, slots=True)
class _Numbered:
    by_control: dict[str, list[ClaimOnFile]]
    by_payer_number: dict[str, list[ClaimOnFile]]

    def of(self, clp: ClaimPayment) -> list[ClaimOnFile]:
        ours = self.by_control.get(_key(clp.patient_control_number))
        if ours:
            return ours
        for number in (clp.payer_claim_number, clp.original_reference):
            if number and number in self.by_payer_number:
                return self.by_payer_number[number]
        return []


def _key(control_number: str) -> str:
    return control_number.strip().upper()


def _by_number(session: Session, claims: Sequence[ClaimPayment]) -> _Numbered:
    written = {c.patient_control_number for c in claims} - {""}
    wanted = written | {_key(number) for number in written}
    references = {n for c in claims for n in (c.payer_claim_number, c.original_reference) if n}
    numbered = _Numbered(defaultdict(list), defaultdict(list))
    for row in claims_on_file(
        session,
        or_(
            among_words(Claim.patient_control_number, wanted),
            among_words(Claim.payer_claim_number, references),
        ),
    ):
        numbered.by_control[_key(row.control_number)].append(row)
        if row.payer_claim_number:
            numbered.by_payer_number[row.payer_claim_number].append(row)
    return numbered


def payers_of(session: Session, remittance: Remittance) -> frozenset[int]:
    """Payers that the set names by tax id, identifier or name; empty when we know none of them."""
    name = remittance.payer or Name(last="")
    aliases = {
        ("tax_id", remittance.payer_tax_id),
        ("tax_id", fold(remittance.payer_tax_id)),
        ("n1_id", fold(name.identifier)),
        ("name", fold(name.last)),
    }
    values = {value for _, value in aliases if value}
    rows = session.execute(
        select(PayerAlias.kind, PayerAlias.value, PayerAlias.payer_id).where(
            PayerAlias.value.in_(values)
        )
    )
    by_kind: dict[str, set[int]] = defaultdict(set)
    for kind, value, payer_id in rows:
        if (kind, value) in aliases:
            by_kind[kind].add(payer_id)
    if fold(name.identifier):
        identified = select(Payer.id).where(Payer.identifier == fold(name.identifier))
        by_kind["n1_id"].update(session.scalars(identified))
    if name.last:
        named = select(Payer.id).where(func.lower(Payer.name) == name.last.lower())
        by_kind["name"].update(session.scalars(named))
    # The surest name wins: one company may pay for several plans under one tax id.
    for kind in ("n1_id", "name", "tax_id"):
        if by_kind[kind]:
            return frozenset(by_kind[kind])
    return frozenset()


def _choose(
    clp: ClaimPayment, candidates: Sequence[ClaimOnFile], payers: frozenset[int]
) -> ClaimOnFile | Unmatched | None:
    """One claim among those with the number; None when the number is not ours at all."""
    if not candidates:
        return None
    people = [c for c in candidates if _names_fit(clp, c)]
    if not people:
        return Unmatched("the claim number is ours, but for another patient", _OTHER_PERSON)
    for_payer = _for_payer(clp, people, payers)
    if not for_payer:
        return Unmatched("this payer was not sent a claim for this visit", _OTHER_PAYER)
    return _only(for_payer) or Unmatched("the claim fits more than one of ours", _SEVERAL)


def _names_fit(clp: ClaimPayment, claim: ClaimOnFile) -> bool:
    names = [n for n in (clp.patient, clp.corrected_patient) if n is not None and n.last]
    if not names:
        return True
    last, _, first = claim.match_name.partition(" ")
    return any(
        fold(name.last) == last or (fold(name.first) == first and _days_fit(clp, claim))
        for name in names
    )


def _days(clp: ClaimPayment) -> set[date]:
    days = {clp.statement_from, *(line.service_from for line in clp.lines)}
    return {day for day in days if day is not None}


def _days_fit(clp: ClaimPayment, claim: ClaimOnFile) -> bool:
    return not _days(clp) or claim.service_on in _days(clp)


def _for_payer(
    clp: ClaimPayment, claims: Sequence[ClaimOnFile], payers: frozenset[int]
) -> list[ClaimOnFile]:
    """Narrow by payer where we know it, else by the order in which the payer says it paid."""
    if payers:
        claims = [c for c in claims if c.payer_id in payers]
    tests = (
        lambda c: (
            bool(c.payer_claim_number)
            and c.payer_claim_number in {clp.payer_claim_number, clp.original_reference}
        ),
        lambda c: _days_fit(clp, c),
        lambda c: abs(clp.billed_cents) == c.billed.cents,
        lambda c: c.sequence == _PROCESSED_AS.get(clp.status_code, c.sequence),
        lambda c: c.state is not ClaimState.DECIDED,
    )
    for test in tests:
        passing = [c for c in claims if test(c)]
        if len(claims) > 1 and passing:
            claims = passing
    if len(claims) > 1 and clp.status_code not in PROCESSED_AS_LATER:
        first = min(c.rank for c in claims)
        claims = [c for c in claims if c.rank == first]
    return list(claims)


def _only(claims: Sequence[ClaimOnFile]) -> ClaimOnFile | None:
    return claims[0] if len(claims) == 1 else None


def _by_person(session: Session, claims: Iterable[ClaimPayment]) -> dict[int, list[ClaimOnFile]]:
    """Claims of the same patient, day and amount, whatever number the payer gave back."""
    wanted = [(clp, match_name(n.last, n.first)) for clp in claims if (n := clp.patient)]
    days = {day for clp, _ in wanted for day in _days(clp)}
    if not days:
        return {}
    rows = claims_on_file(
        session,
        Visit.service_on.in_(days),
        Patient.match_name.in_({name for _, name in wanted}),
        Claim.billed.in_({Money(abs(clp.billed_cents)) for clp, _ in wanted}),
    )
    return {
        clp.ordinal: [
            row
            for row in rows
            if row.match_name == name
            and row.service_on in _days(clp)
            and row.billed.cents == abs(clp.billed_cents)
        ]
        for clp, name in wanted
    }
