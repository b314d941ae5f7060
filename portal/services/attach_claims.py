"""Attach claims to visits: charges are added once, whoever is asked to pay and however often.

A later payer's claim and a resend find the lines that are there (posting.md "Who is who").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from billing.money import Money
from billing.transitions import CLAIM, ClaimEvent, ClaimState, Refused, next_state
from portal.models.accounts import RecordVersion
from portal.models.claims import Charge, Provider, Visit
from portal.models.claims import Claim as ClaimRow
from portal.services.procedure_words import procedure_words
from portal.services.register_patients import Known
from portal.services.register_payers import PayerBook, ProviderBook
from portal.x12.claim import Claim, ClaimLine

FIRST, REPLACES, VOIDS = "1", "7", "8"
_EVENTS = {REPLACES: ClaimEvent.RESUBMIT, VOIDS: ClaimEvent.CANCEL}
_DECIDED = {ClaimState.DECIDED, ClaimState.DECIDING_AGAIN}


@dataclass(slots=True, eq=False)
class Case:
    """One visit with its lines and claims, old or made by this import."""

    visit: Visit
    charges: list[Charge] = field(default_factory=list)
    claims: list[ClaimRow] = field(default_factory=list)

    @property
    def decided(self) -> bool:
        return any(claim.state in _DECIDED for claim in self.claims)


@dataclass(slots=True)
class Attached:
    """What one claim of the file became, or why it was not taken."""

    claim: Claim
    row: ClaimRow | None = None
    case: Case | None = None
    added: dict[int, tuple[Charge, Money]] = field(default_factory=dict)  # by id(): what to post
    questions: list[str] = field(default_factory=list)  # for a person
    refusal: str = ""

    def bill(self, charge: Charge, amount: Money) -> None:
        """Remember how much more (or less) this charge bills than the ledger says."""
        before = self.added.get(id(charge), (charge, Money(0)))[1]
        self.added[id(charge)] = (charge, before + amount)


@dataclass(slots=True)
class Desk:
    """Everything that attaching needs, prefetched for the whole file."""

    session: Session
    payers: PayerBook
    providers: ProviderBook
    file_id: int
    now: datetime
    cases: dict[int, list[Case]] = field(default_factory=lambda: defaultdict(list))  # by patient

    @property
    def source(self) -> str:
        return f"837p:{self.file_id}"

    def keep(self, row: Visit | Charge | ClaimRow, **wanted: object) -> bool:
        """Write what differs and keep what stood there before; whether anything did."""
        before = {k: getattr(row, k) for k, value in wanted.items() if getattr(row, k) != value}
        if before and row.id is not None:
            plain = {k: v if isinstance(v, str | list) else str(v) for k, v in before.items()}
            self.session.add(
                RecordVersion(
                    record=row.__tablename__,
                    record_id=row.id,
                    before=plain,
                    source=self.source,
                    at=self.now,
                )
            )
        for key in before:
            setattr(row, key, wanted[key])
        return bool(before)


def prefetch_cases(desk: Desk, claims: Sequence[Claim], people: Sequence[Known]) -> None:
    """Visits that the claims may belong to: same control number, same days, or the number replaced."""
    days = [day for claim in claims for line in claim.lines for day in (line.service_from,)]
    references = {claim.original_reference for claim in claims if claim.original_reference}
    replaced = select(ClaimRow.visit_id).where(ClaimRow.payer_claim_number.in_(references))
    visits = desk.session.scalars(
        select(Visit)
        .where(
            Visit.patient_id.in_({one.patient.id for one in people}),
            or_(
                Visit.control_number.in_({claim.control_number for claim in claims}),
                Visit.service_on.between(min(days), max(days)),
                Visit.id.in_(replaced),
            ),
        )
        .order_by(Visit.id)
    )
    by_id = {visit.id: Case(visit) for visit in visits}
    charges = select(Charge).where(Charge.visit_id.in_(by_id)).order_by(Charge.line_number)
    for charge in desk.session.scalars(charges):
        by_id[charge.visit_id].charges.append(charge)
    for row in desk.session.scalars(select(ClaimRow).where(ClaimRow.visit_id.in_(by_id))):
        by_id[row.visit_id].claims.append(row)
    for case in by_id.values():
        desk.cases[case.visit.patient_id].append(case)


def attach_claim(desk: Desk, claim: Claim, one: Known) -> Attached:
    """Find or make the visit, its lines and its claim in memory; the caller flushes and posts."""
    done = Attached(claim)
    cases = desk.cases[one.patient.id]
    case = _find_case(desk, cases, claim)
    if case is None and claim.frequency == VOIDS:
        done.refusal = "it voids a claim that is not here (CLM05-3 is 8)"
        return done
    if case is not None and case.visit.coverage_intent != "insurance":
        done.refusal = "this visit is recorded as one that no plan is asked to pay"
        return done
    if case is None:
        case = _new_case(desk, claim, one, done)
        cases.append(case)
    done.case = case
    _find_claim(desk, claim, case, one, done)
    return done


def _find_case(desk: Desk, cases: list[Case], claim: Claim) -> Case | None:
    later = claim.coverage.sequence != "P" or claim.frequency in _EVENTS
    days = {line.service_from for line in claim.lines}
    same = [case for case in cases if case.visit.control_number == claim.control_number]
    for case in same:
        if days & {charge.service_on for charge in case.charges}:
            return case
    if same and later:
        return same[-1]
    # Some practices use one control number for all visits of a patient: other days, other visit.
    if claim.original_reference:
        for case in cases:
            if any(row.payer_claim_number == claim.original_reference for row in case.claims):
                return case
    for case in cases:
        _, missing, _ = _pair(desk, case, claim)
        if not missing:
            return case
    return None


def _pair(
    desk: Desk, case: Case, claim: Claim
) -> tuple[list[tuple[ClaimLine, Charge]], list[ClaimLine], list[Charge]]:
    """Lines with the charges that say the same; lines and charges left over."""
    left = list(case.charges)
    pairs: list[tuple[ClaimLine, Charge]] = []
    missing: list[ClaimLine] = []
    for line in claim.lines:
        provider = desk.providers.of(line.rendering, claim.rendering, claim.billing.name)
        match = next((charge for charge in left if _same_service(charge, line, provider)), None)
        if match is None:
            missing.append(line)
        else:
            left.remove(match)
            pairs.append((line, match))
    return pairs, missing, left


def _same_service(charge: Charge, line: ClaimLine, provider: Provider | None) -> bool:
    return (
        charge.service_on == line.service_from
        and charge.procedure_code == line.procedure_code
        and tuple(charge.modifiers) == line.modifiers
        and charge.billed == Money(line.billed_cents)
        and _number(charge.units) == _number(line.units)
        and (provider is None or charge.provider_id in {None, provider.id})
    )


def _number(units: str) -> str:
    """A count without its idle zeros: 1, 1.0 and 01 are the same."""
    whole, _, fraction = units.partition(".")
    return f"{whole.lstrip('0') or '0'}.{fraction.rstrip('0')}"


def _new_case(desk: Desk, claim: Claim, one: Known, done: Attached) -> Case:
    provider = desk.providers.of(claim.rendering, claim.billing.name)
    visit = Visit(
        patient_id=one.patient.id,
        guarantor_account_id=one.patient.guarantor_account_id,
        provider_id=provider.id if provider else None,
        control_number=claim.control_number,
        service_on=min(line.service_from for line in claim.lines),
        place_of_service=claim.place_of_service,
        coverage_intent="insurance",
        desk_payment=Money(claim.patient_paid_cents),
    )
    desk.session.add(visit)
    case = Case(visit)
    for line in claim.lines:
        _add_charge(desk, case, claim, line, done)
    return case


def _add_charge(desk: Desk, case: Case, claim: Claim, line: ClaimLine, done: Attached) -> None:
    taken = {charge.line_number for charge in case.charges}
    provider = desk.providers.of(line.rendering, claim.rendering, claim.billing.name)
    charge = Charge(
        line_number=line.number if line.number not in taken else max(taken) + 1,
        service_on=line.service_from,
        procedure_code=line.procedure_code,
        modifiers=list(line.modifiers),
        units=line.units,
        billed=Money(line.billed_cents),
        description=procedure_words(line.procedure_code),
        line_control=line.control_number,
        provider_id=provider.id if provider else None,
    )
    case.charges.append(charge)
    done.bill(charge, charge.billed)


def _find_claim(desk: Desk, claim: Claim, case: Case, one: Known, done: Attached) -> None:
    assert claim.coverage.payer is not None
    payer = desk.payers.of(claim.coverage.payer)
    sequence = claim.coverage.sequence
    row = next(
        (row for row in case.claims if (row.payer_id, row.sequence) == (payer.id, sequence)), None
    )
    if row is None:
        row = _new_claim(desk, claim, case, one, payer_id=payer.id)
        if not done.added:
            _reconcile(desk, claim, case, done, may_correct=not case.decided and sequence == "P")
    elif _stamp(claim.submitted_on, claim.frequency) >= _stamp(row.submitted_on, row.frequency):
        _update_claim(desk, claim, case, row, done)
    done.row = row


def _new_claim(desk: Desk, claim: Claim, case: Case, one: Known, *, payer_id: int) -> ClaimRow:
    subscriber = claim.coverage.subscriber
    member = subscriber.name.identifier if subscriber else ""
    coverage = one.coverages.get((payer_id, member))
    row = ClaimRow(
        payer_id=payer_id,
        coverage_id=coverage.id if coverage else None,
        patient_control_number=claim.control_number,
        sequence=claim.coverage.sequence,
        frequency=claim.frequency,
        filing_code=claim.coverage.filing_code,
        accepts_assignment=f"{claim.accepts_assignment}/{claim.benefits_assigned}",
        billed=Money(claim.billed_cents),
        state=ClaimState.OPEN,
        submitted_on=claim.submitted_on,
        file_id=desk.file_id,
        file_position=claim.position,
        decided_on=None,
    )
    if claim.frequency in _EVENTS and case.claims:
        _move(row, _EVENTS[claim.frequency])
    case.claims.append(row)
    return row


def _stamp(submitted_on: date | None, frequency: str) -> tuple[date, str]:
    """Which of two sendings of one claim is the newer: a replacement follows its original."""
    return submitted_on or date.min, frequency if frequency in _EVENTS else FIRST


def _update_claim(desk: Desk, claim: Claim, case: Case, row: ClaimRow, done: Attached) -> None:
    """A resend, a replacement (7) or a cancellation (8) of a claim that is here."""
    newer = _stamp(claim.submitted_on, claim.frequency) > _stamp(row.submitted_on, row.frequency)
    replaces = claim.frequency in _EVENTS
    if claim.frequency != VOIDS:
        allowed = row.sequence == "P" and (not case.decided or (replaces and newer))
        _reconcile(desk, claim, case, done, may_correct=allowed)
    if not newer:
        if row.patient_control_number != claim.control_number:
            done.questions.append(
                f"claims {row.patient_control_number} and {claim.control_number} ask for the same services"
            )
        return
    desk.keep(
        row,
        patient_control_number=claim.control_number,
        frequency=claim.frequency,
        billed=row.billed if claim.frequency == VOIDS else Money(claim.billed_cents),
        submitted_on=claim.submitted_on or row.submitted_on,
        filing_code=claim.coverage.filing_code or row.filing_code,
    )
    if replaces:
        _move(row, _EVENTS[claim.frequency])
    if claim.frequency == VOIDS:
        done.questions.append(
            "the practice cancelled this claim: decide what becomes of its charges"
        )


def _move(row: ClaimRow, event: ClaimEvent) -> None:
    following = next_state(CLAIM, ClaimState(row.state), event)
    if not isinstance(following, Refused):
        row.state = following


def _reconcile(desk: Desk, claim: Claim, case: Case, done: Attached, *, may_correct: bool) -> None:
    """Compare the claim's lines with the charges; correct them where no payer decided on them yet."""
    _, missing, left = _pair(desk, case, claim)
    if not may_correct:
        if missing:
            done.questions.append(
                f"{len(missing)} lines of a later claim are not among the charges of this visit"
            )
        return
    for line in missing:
        charge = next((c for c in left if c.line_number == line.number), None)
        if charge is None:
            _add_charge(desk, case, claim, line, done)
            continue
        left.remove(charge)
        done.bill(charge, Money(line.billed_cents) - charge.billed)
        desk.keep(
            charge,
            service_on=line.service_from,
            procedure_code=line.procedure_code,
            modifiers=list(line.modifiers),
            units=line.units,
            billed=Money(line.billed_cents),
            description=procedure_words(line.procedure_code),
            line_control=line.control_number,
        )
    for charge in left:
        done.bill(charge, -charge.billed)
        desk.keep(charge, billed=Money(0))
    if claim.patient_paid_cents:
        desk.keep(case.visit, desk_payment=Money(claim.patient_paid_cents))
