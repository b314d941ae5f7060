"""Speaks as a payer: writes 835 files in whole dollars and posts them as the command does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from billing.ledger import Account
from billing.money import Money
from portal.db import read_only, transaction
from portal.models.claims import Visit
from portal.models.identity import Login
from portal.models.ledger import LedgerAccount, PostingRow
from portal.models.remittances import RemittanceClaim
from portal.models.work import WorkItem
from portal.queries.balances import VisitBalance, balances
from portal.queries.ledger_proof import verify_ledger
from portal.queries.viewer import StaffViewer
from portal.services.post_remittance import post_remittance
from portal.services.remittance_report import RemittanceReport
from portal.x12.remittance import (
    Adjustment,
    ClaimPayment,
    Name,
    ProviderAdjustment,
    Remittance,
    ServicePayment,
)
from portal.x12.write_835 import write_remittances
from portal.x12.writer import Envelope
from tests.conftest import NOW
from tests.services.ledger_book import SERVICE_ON, Book

ON = date(2026, 3, 2)
_ENVELOPE = Envelope(sender="PAYER", receiver="EXAMPLE", sent_at=NOW)


def cas(text: str) -> tuple[Adjustment, ...]:
    """Adjustments from "CO-45 125.00, PR-1 75"."""
    found = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        code, amount = part.split()
        group, reason = code.split("-", 1)
        found.append(Adjustment(group, reason, round(float(amount) * 100)))
    return tuple(found)


def svc(code: str, dollars: float, adjustments: str = "", **fields) -> ServicePayment:
    taken, billed = cas(adjustments), round(dollars * 100)
    defaults = {
        "position": 0,
        "procedure": f"HC:{code}",
        "billed_cents": billed,
        "paid_cents": billed - sum(a.amount_cents for a in taken),
        "units": "1",
        "service_from": SERVICE_ON,
        "adjustments": taken,
    }
    return ServicePayment(**(defaults | fields))


def clp(number: str, *lines: ServicePayment, claim_level: str = "", **fields) -> ClaimPayment:
    taken = cas(claim_level)
    adjustments = [*taken, *(a for line in lines for a in line.adjustments)]
    defaults = {
        "position": 0,
        "ordinal": 0,
        "patient_control_number": number,
        "status_code": "1",
        "billed_cents": sum(line.billed_cents for line in lines),
        "paid_cents": sum(line.paid_cents for line in lines) - sum(a.amount_cents for a in taken),
        "patient_responsibility_cents": sum(a.amount_cents for a in adjustments if a.group == "PR"),
        "payer_claim_number": f"ICN-{number}",
        "adjustments": taken,
        "lines": lines,
    }
    return ClaimPayment(**(defaults | fields))


def negated(claim: ClaimPayment, **fields) -> ClaimPayment:
    """The reversal (CLP02 = 22) of a claim, amount by amount."""

    def minus(adjustments: tuple[Adjustment, ...]) -> tuple[Adjustment, ...]:
        return tuple(a._replace(amount_cents=-a.amount_cents) for a in adjustments)

    lines = tuple(
        line._replace(
            billed_cents=-line.billed_cents,
            paid_cents=-line.paid_cents,
            adjustments=minus(line.adjustments),
        )
        for line in claim.lines
    )
    values = {
        "status_code": "22",
        "billed_cents": -claim.billed_cents,
        "paid_cents": -claim.paid_cents,
        "patient_responsibility_cents": None,
        "adjustments": minus(claim.adjustments),
        "lines": lines,
    }
    return claim._replace(**(values | fields))


def plb(reason: str, dollars: float, reference: str = "") -> ProviderAdjustment:
    return ProviderAdjustment(
        position=0,
        provider_identifier="1999999984",
        fiscal_period_on=date(2026, 12, 31),
        reason=reason,
        reference=reference,
        amount_cents=round(dollars * 100),
    )


@dataclass
class Payer:
    """One payer's voice; every file gets the next trace number."""

    name: str = "Acme Health"
    tax_id: str = "1999999999"
    sent: int = 0

    def remittance(self, *claims: ClaimPayment, plbs=(), **fields) -> Remittance:
        self.sent += 1
        paid = sum(c.paid_cents for c in claims) - sum(p.amount_cents for p in plbs)
        defaults = {
            "position": 0,
            "control_number": "0001",
            "paid_cents": abs(paid),
            "credit_or_debit": "D" if paid < 0 else "C",
            "issued_on": date(2026, 2, 20),
            "trace": f"{self.name[:3].upper()}{self.sent:05}",
            "payer_tax_id": self.tax_id,
            "payer": Name(last=self.name),
            "payee": Name(last="Example Family Practice"),
            "claims": claims,
            "provider_adjustments": tuple(plbs),
        }
        return Remittance(**(defaults | fields))

    def data(self, *claims: ClaimPayment, plbs=(), **fields) -> bytes:
        return written(self.remittance(*claims, plbs=plbs, **fields))

    def pays(self, *claims: ClaimPayment, plbs=(), **fields) -> RemittanceReport:
        return post(self.data(*claims, plbs=plbs, **fields))


def written(*remittances: Remittance) -> bytes:
    return write_remittances(remittances, envelope=_ENVELOPE)


def post(data: bytes, name: str = "test.835") -> RemittanceReport:
    """Post it, and prove the whole ledger afterwards."""
    report = post_remittance(data=data, name=name, now=NOW, store=None)
    proof = verify_ledger()
    assert proof.ok, proof.to_json()
    return report


def dispositions(report: RemittanceReport) -> list[str]:
    return [claim.disposition for one in report.sets for claim in one.claims]


@contextmanager
def book() -> Iterator[Book]:
    """Rows that are committed when the block ends."""
    with transaction() as session:
        yield Book(session)


def bill(visit_id: int) -> VisitBalance:
    with read_only() as session:
        [account] = balances(session, on=ON, visit_ids=[visit_id])
    assert account.visits[0].identity_holds
    return account.visits[0]


def total(account: Account, **party) -> int:
    """Debits less credits over the whole ledger, in cents."""
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    query = select(func.sum(signed)).join(LedgerAccount).where(LedgerAccount.code == account)
    for column, value in party.items():
        query = query.where(getattr(PostingRow, column) == value)
    with read_only() as session:
        found: Money | None = session.scalar(query)
    return found.cents if found else 0


def work(kind: str | None = None) -> list[WorkItem]:
    """Open work items, oldest first."""
    query = select(WorkItem).where(WorkItem.closed_at.is_(None)).order_by(WorkItem.id)
    if kind is not None:
        query = query.where(WorkItem.kind == kind)
    with read_only() as session:
        return list(session.scalars(query))


def rows(session: Session) -> list[RemittanceClaim]:
    return list(session.scalars(select(RemittanceClaim).order_by(RemittanceClaim.id)))


def staff() -> StaffViewer:
    with book() as found:
        login = found.session.get(Login, 1) or found.add(
            Login(id=1, face="staff", email="poster@example.com", fs_uniquifier="poster")
        )
    return StaffViewer(login_id=login.id, role="payment_poster", permissions=frozenset())


def insured(*cents: int) -> Visit:
    """A practice, and one adult's visit with one plan."""
    with book() as found:
        found.practice()
        visit, *_ = found.insured_visit(list(cents))
    return visit


def second(visit: Visit, reasons: str, **fields) -> ClaimPayment:
    """A second plan's answer on one line of $100."""
    said = {"status_code": "2", "payer_claim_number": "GAP1", **fields}
    return clp(visit.control_number, svc("99213", 100, reasons), **said)
