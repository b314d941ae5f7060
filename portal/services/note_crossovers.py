"""The plans that must answer next: named by a payer (NM1*TT), or on file and not asked yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.decision import PROCESSED
from billing.transitions import ClaimState
from portal.models.accounts import Payer, PayerAlias
from portal.models.claims import Claim
from portal.queries.visit_books import RANKS, ClaimOnFile, VisitBook
from portal.services.judge_remittance import ClaimOutcome
from portal.services.match_person import fold
from portal.services.match_remittance import Unmatched
from portal.x12.remittance import ClaimPayment, Name


def note_crossovers(
    session: Session,
    pairs: Iterable[tuple[ClaimPayment, ClaimOnFile | Unmatched]],
    books: Mapping[int, VisitBook],
    *,
    on: date,
) -> dict[int, int]:
    """The named payer of each crossed-over CLP, by its ordinal; claims to it are on file after."""
    crossed = [
        (clp, clp.crossover_payer, claim)
        for clp, claim in pairs
        if clp.crossover_payer is not None
        and isinstance(claim, ClaimOnFile)
        and clp.status_code in PROCESSED
    ]
    if not crossed:
        return {}
    payers = _payers(session, [name for _, name, _ in crossed])
    found: dict[int, int] = {}
    for clp, name, claim in crossed:
        payer = payers.get(_identifier(name))
        if payer is not None and payer.id != claim.payer_id:
            found[clp.ordinal] = payer.id
            _expect(session, books[claim.visit_id], claim, payer.id, submitted_on=on)
    return found


def expect_claims(
    session: Session, outcomes: Iterable[ClaimOutcome], books: Mapping[int, VisitBook]
) -> None:
    """A share that went to a plan nobody asked yet: its claim is open, so that its answer fits."""
    for outcome in outcomes:
        claim = outcome.claim
        if outcome.expects is not None and claim is not None:
            _expect(session, books[claim.visit_id], claim, outcome.expects, submitted_on=None)


def _identifier(name: Name) -> str:
    return fold(name.identifier) or fold(name.last)


def _payers(session: Session, names: Iterable[Name]) -> dict[str, Payer]:
    named = {_identifier(name): name for name in names if _identifier(name)}
    found = {
        payer.identifier: payer
        for payer in session.scalars(select(Payer).where(Payer.identifier.in_(named)))
    }
    values = set(named) | {fold(name.last) for name in named.values()}
    aliases = session.execute(
        select(PayerAlias.value, Payer)
        .join(Payer, Payer.id == PayerAlias.payer_id)
        .where(PayerAlias.kind.in_(("n1_id", "name")), PayerAlias.value.in_(values))
    )
    by_alias: dict[str, Payer] = {row[0]: row[1] for row in aliases}
    for identifier, name in named.items():
        known = found.get(identifier) or by_alias.get(identifier) or by_alias.get(fold(name.last))
        if known is None:
            known = Payer(identifier=identifier, name=name.last or name.identifier)
            session.add(known)
        found[identifier] = known
    session.flush()
    return found


def _expect(
    session: Session,
    book: VisitBook,
    claim: ClaimOnFile,
    payer_id: int,
    *,
    submitted_on: date | None,
) -> None:
    if any(one.payer_id == payer_id for one in book.claims):
        return
    sequence = next((s for s, rank in RANKS.items() if rank == claim.rank + 1), "T")
    row = Claim(
        visit_id=claim.visit_id,
        payer_id=payer_id,
        patient_control_number=claim.control_number,
        sequence=sequence,
        billed=claim.billed,
        state=ClaimState.OPEN.value,
        submitted_on=submitted_on,
    )
    session.add(row)
    session.flush()
    book.claims.append(
        ClaimOnFile(
            claim_id=row.id,
            visit_id=claim.visit_id,
            guarantor_account_id=claim.guarantor_account_id,
            patient_id=claim.patient_id,
            match_name=claim.match_name,
            payer_id=payer_id,
            sequence=sequence,
            state=ClaimState.OPEN,
            filing_code="",
            control_number=claim.control_number,
            payer_claim_number="",
            billed=claim.billed,
            service_on=claim.service_on,
            capitated=False,
        )
    )
