"""The bank's pages: files, lines that answer nothing yet with what they could be, one line, one preview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from billing.bank_lines import BankLine, identities, plain_text
from billing.money import ZERO, Money, total_of
from billing.reassociation import Expected, Proposal, Seen, proposals, seen_line, together
from portal.db import read_only
from portal.models.bank import BankFileRow, BankLineRow
from portal.models.day import BankDeposit, DayClose
from portal.models.identity import Login
from portal.models.placements import AgencyRemittance, AgencyRow
from portal.models.remittances import RemittanceRow
from portal.queries.bank_expected import OpenLine, expected_payments, open_lines
from portal.queries.batch_parts import PART_WORDS, answered_parts

SHOWN = 60
FILES = 12
OTHERS = 25  # papers that a line could be matched to by hand, beside those that score


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A line that answers nothing yet, with the likeliest paper."""

    line: OpenLine
    text: str
    best: Proposal | None
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """A file that came in."""

    id: UUID
    name: str
    format: str
    by: str
    received_at: datetime
    imported_at: datetime | None
    fresh: int
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BankPage:
    """What waits at the bank: money that came, money that left, papers without money, files."""

    came: tuple[Waiting, ...]
    left: tuple[Waiting, ...]
    papers: tuple[Expected, ...]
    files: tuple[FileRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePage:
    """One line that counts as a deposit, and what it answers or could answer."""

    id: int
    on: date
    posted_on: date
    amount: Money
    trace: str
    text: str
    account: str
    source: str  # file and position, or who typed it
    answers: str  # empty: nothing yet
    remittance_id: int | None
    payout_id: int | None
    batch_ids: tuple[UUID, ...]
    expected: Money | None
    matched_by: str
    closed: bool
    proposals: tuple[Proposal, ...]
    others: tuple[Expected, ...]
    together: tuple[Expected, ...]  # an agency's check with batches that make the line to the cent


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewLine:
    """One line of a file before it counts; `known` when an earlier file had it."""

    line: BankLine
    text: str
    known: bool
    best: Proposal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePage:
    """A file between its preview and its import."""

    row: FileRow
    header: tuple[str, ...]
    lines: tuple[PreviewLine, ...]
    known: int
    came: Money
    left: Money

    @property
    def columns_asked(self) -> bool:
        return bool(self.header) and not self.row.format


def bank_page(*, on: date) -> BankPage:
    """Everything that waits, the newest first."""
    with read_only() as session:
        expected = expected_payments(session, on=on)
        lines = open_lines(session, on=on)
        files = _files(session)
    came = [line for line in lines if line.seen.amount > ZERO][:SHOWN]
    left = [line for line in lines if line.seen.amount < ZERO][:SHOWN]
    papers = sorted(expected, key=lambda one: (one.on, one.kind, one.id))
    return BankPage(
        came=tuple(_waiting(line, expected) for line in came),
        left=tuple(_waiting(line, expected) for line in left),
        papers=tuple(papers[:SHOWN]),
        files=files,
    )


def line_page(deposit_id: int, *, on: date) -> LinePage | None:
    """One line; None when there is none."""
    matcher = aliased(Login)
    query = (
        select(
            BankDeposit,
            BankLineRow,
            BankFileRow.name,
            Login.name,
            Login.email,
            matcher.name,
            matcher.email,
        )
        .outerjoin(BankLineRow, BankLineRow.id == BankDeposit.bank_line_id)
        .outerjoin(BankFileRow, BankFileRow.id == BankLineRow.file_id)
        .outerjoin(Login, Login.id == BankDeposit.login_id)
        .outerjoin(matcher, matcher.id == BankDeposit.matched_by_id)
        .where(BankDeposit.id == deposit_id)
    )
    with read_only() as session:
        row = session.execute(query).one_or_none()
        if row is None:
            return None
        deposit, line = row[0], row[1]
        answers, expected_amount, batches = _answer(session, deposit)
        expected = expected_payments(session, on=on) if not answers else []
        closed = session.scalar(
            select(DayClose.id).where(
                DayClose.day == deposit.deposited_on, DayClose.reopened_at.is_(None)
            )
        )
    seen = seen_line(
        line_id=deposit.id,
        on=line.posted_on if line else deposit.deposited_on,
        amount=deposit.amount,
        trace=deposit.trace,
        text=line.text if line else "",
    )
    scored = proposals(seen, expected)
    slip = together(seen, expected) if not scored else ()
    typed_by = row[3] or row[4] or ""
    return LinePage(
        id=deposit.id,
        on=deposit.deposited_on,
        posted_on=seen.on,
        amount=deposit.amount,
        trace=deposit.trace,
        text=plain_text(line.text) if line else "",
        account=line.account_last4 if line else "",
        source=f"{row[2]}, {line.position}" if line else f"typed by {typed_by}",
        answers=answers,
        remittance_id=deposit.remittance_id,
        payout_id=deposit.payout_id,
        batch_ids=batches,
        expected=expected_amount,
        matched_by=row[5] or row[6] or ("by rule" if answers else ""),
        closed=closed is not None,
        proposals=scored,
        others=_others(seen, [one for one in expected if one not in slip], scored),
        together=slip,
    )


def file_page(file_id: UUID, *, on: date) -> FilePage | None:
    """One file with its first lines; None when there is none."""
    with read_only() as session:
        found = _files(session, file_id)
        if not found:
            return None
        kept = session.get_one(BankFileRow, file_id)
        lines = kept_lines(kept.lines or [])
        names = identities(lines)
        known = set(
            session.scalars(select(BankLineRow.identity).where(BankLineRow.identity.in_(names)))
        )
        expected = expected_payments(session, on=on)
    shown = [
        PreviewLine(
            line=line,
            text=plain_text(line.text),
            known=name in known,
            best=next(iter(proposals(_seen(line), expected)), None) if name not in known else None,
        )
        for line, name in zip(lines[:SHOWN], names, strict=False)
    ]
    amounts = [line.amount for line in lines]
    return FilePage(
        row=found[0],
        header=tuple(kept.header or ()),
        lines=tuple(shown),
        known=sum(name in known for name in names),
        came=sum((one for one in amounts if one > ZERO), ZERO),
        left=sum((one for one in amounts if one < ZERO), ZERO),
    )


def _waiting(line: OpenLine, expected: Sequence[Expected]) -> Waiting:
    scored = proposals(line.seen, expected)
    return Waiting(
        line=line,
        text=plain_text(line.seen.text),
        best=scored[0] if scored else None,
        others=max(len(scored) - 1, 0),
    )


def _others(
    seen: Seen, expected: Sequence[Expected], scored: Sequence[Proposal]
) -> tuple[Expected, ...]:
    """Papers of the same direction that did not score, the nearest amount first."""
    taken = {(one.expected.kind, one.expected.id) for one in scored}
    same = [
        one
        for one in expected
        if (one.kind, one.id) not in taken and (one.amount > ZERO) == (seen.amount > ZERO)
    ]
    return tuple(sorted(same, key=lambda one: abs(one.amount - seen.amount))[:OTHERS])


def _answer(session: Session, deposit: BankDeposit) -> tuple[str, Money | None, tuple[UUID, ...]]:
    """What it answers in words, the amount that the paper says, and its batches."""
    if deposit.remittance_id is not None:
        row = session.get_one(RemittanceRow, deposit.remittance_id)
        return f"{row.payer_name}, trace {row.trace}", row.paid, ()
    if deposit.payout_id is not None:
        return "Card company’s payout", deposit.amount, ()
    if deposit.check_refund_id is not None or deposit.payer_refund_id is not None:
        cashed = "A check to a payer" if deposit.payer_refund_id else "A refund by check"
        return f"{cashed} that was cashed", deposit.amount, ()
    said, amount = [], ZERO
    if deposit.agency_remittance_id is not None:
        told = session.get_one(AgencyRemittance, deposit.agency_remittance_id)
        name = session.get_one(AgencyRow, told.agency_id).name
        said.append(f"{name}, trace {told.trace}")
        amount += told.gross - told.fee
    parts = answered_parts(session, deposit.id)
    if parts:
        words = sorted({PART_WORDS[part] for _, part, _ in parts if part})
        said.append(f"Of batches: {', '.join(words)}" if words else "Checks and cash")
        amount += total_of(one for _, _, one in parts)
    batches = tuple({one: 0 for one, _, _ in parts})
    return "; ".join(said), amount if said else None, batches


def _files(session: Session, file_id: UUID | None = None) -> tuple[FileRow, ...]:
    query = (
        select(
            BankFileRow.id,
            BankFileRow.name,
            BankFileRow.format,
            BankFileRow.received_at,
            BankFileRow.imported_at,
            BankFileRow.fresh,
            func.coalesce(func.jsonb_array_length(BankFileRow.lines), 0).label("lines"),
            Login.name.label("person"),
            Login.email,
        )
        .outerjoin(Login, Login.id == BankFileRow.login_id)
        .order_by(BankFileRow.received_at.desc())
        .limit(FILES)
    )
    if file_id is not None:
        query = query.where(BankFileRow.id == file_id)
    return tuple(
        FileRow(
            id=row.id,
            name=row.name,
            format=row.format,
            by=row.person or row.email or "the command",
            received_at=row.received_at,
            imported_at=row.imported_at,
            fresh=row.fresh,
            lines=row.lines,
        )
        for row in session.execute(query)
    )


def _seen(line: BankLine) -> Seen:
    return seen_line(line_id=0, on=line.on, amount=line.amount, trace="", text=line.text)


def kept_lines(kept: Sequence[dict[str, Any]]) -> list[BankLine]:
    """The lines of a file as they were read."""
    return [
        BankLine(**one | {"on": date.fromisoformat(one["on"]), "amount": Money(one["amount"])})
        for one in kept
    ]
