"""Find or add the payers and providers that claims name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.accounts import Payer, PayerAlias
from portal.models.claims import Provider
from portal.services.match_person import fold
from portal.x12.claim import Claim
from portal.x12.remittance import Name


@dataclass(frozen=True, slots=True)
class PayerBook:
    """Payers by the identifier that claims give them."""

    by_identifier: dict[str, Payer] = field(default_factory=dict)

    def of(self, name: Name) -> Payer:
        return self.by_identifier[identifier_of(name)]


@dataclass(frozen=True, slots=True)
class ProviderBook:
    """Providers by NPI."""

    by_npi: dict[str, Provider] = field(default_factory=dict)

    def of(self, *names: Name | None) -> Provider | None:
        """The first of the names that has an NPI: line, claim, billing."""
        for name in names:
            if name is not None and name.identifier in self.by_npi:
                return self.by_npi[name.identifier]
        return None


def identifier_of(payer: Name) -> str:
    """NM1*PR 09 folded; the folded name where a file gives no identifier."""
    return fold(payer.identifier) or fold(payer.last)


def register_payers(session: Session, claims: Iterable[Claim]) -> PayerBook:
    """Every payer of the claims, found by identifier or alias, else added."""
    named: dict[str, Name] = {}
    for claim in claims:
        for coverage in (claim.coverage, *claim.other_coverages):
            if coverage.payer is not None and identifier_of(coverage.payer):
                named.setdefault(identifier_of(coverage.payer), coverage.payer)
    book = PayerBook()
    wanted = list(named)
    for payer in session.scalars(select(Payer).where(Payer.identifier.in_(wanted))):
        book.by_identifier[payer.identifier] = payer
    aliases = select(PayerAlias.value, Payer).join(Payer, Payer.id == PayerAlias.payer_id)
    aliases = aliases.where(PayerAlias.kind == "n1_id", PayerAlias.value.in_(wanted))
    for value, payer in session.execute(aliases):
        book.by_identifier.setdefault(value, payer)
    fresh = {
        identifier: Payer(identifier=identifier, name=name.last or name.identifier)
        for identifier, name in named.items()
        if identifier not in book.by_identifier
    }
    session.add_all(fresh.values())
    session.flush()
    book.by_identifier.update(fresh)
    _add_aliases(session, fresh)
    return book


def _add_aliases(session: Session, fresh: dict[str, Payer]) -> None:
    """An 835 names its payer by id or name: the first payer to use one keeps it."""
    wanted: dict[tuple[str, str], Payer] = {}
    for identifier, payer in fresh.items():
        wanted.setdefault(("n1_id", identifier), payer)
        wanted.setdefault(("name", fold(payer.name)), payer)
    values = [value for _, value in wanted]
    known = {
        (kind, value)
        for kind, value in session.execute(
            select(PayerAlias.kind, PayerAlias.value).where(PayerAlias.value.in_(values))
        )
    }
    session.add_all(
        PayerAlias(payer_id=payer.id, kind=kind, value=value)
        for (kind, value), payer in wanted.items()
        if (kind, value) not in known and value
    )
    session.flush()


def unnamed(npi: str) -> str:
    """What a provider is called while only a charges file, which has no names, spoke of them."""
    return f"Provider {npi}"


def register_providers(session: Session, claims: Iterable[Claim]) -> ProviderBook:
    """Everyone who treats or bills on the claims, found by NPI, else added; who had no name gets the claim's."""
    named: dict[str, Name] = {}
    for claim in claims:
        names = [claim.rendering, claim.billing.name, *(line.rendering for line in claim.lines)]
        for name in names:
            if name is not None and name.identifier and name.last:
                named.setdefault(name.identifier, name)
    book = ProviderBook()
    for provider in session.scalars(select(Provider).where(Provider.npi.in_(list(named)))):
        book.by_npi[provider.npi] = provider
        if provider.last_name == unnamed(provider.npi):
            name = named[provider.npi]
            provider.last_name, provider.first_name = name.last, name.first
    fresh = {
        npi: Provider(npi=npi, last_name=name.last, first_name=name.first)
        for npi, name in named.items()
        if npi not in book.by_npi
    }
    session.add_all(fresh.values())
    session.flush()
    book.by_npi.update(fresh)
    return book
