"""Bank lines and papers: what matches itself, what a person must say, and what changes nothing twice (OPS-10)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from billing.bank_lines import BankFile, BankLine
from billing.free_text import REDACTED
from billing.ledger import Account
from billing.money import Money
from billing.reassociation import Expected, Kind, certain_pairs, proposals, seen_line
from portal.db import read_only, transaction
from portal.models.bank import BankFileRow, BankLineRow
from portal.models.day import BankDeposit
from portal.models.remittances import RemittanceRow
from portal.models.work import WorkItem
from portal.queries.day_summary import day_summary
from portal.queries.staff_bank import bank_page, line_page
from portal.queries.viewer import StaffViewer
from portal.services import match_deposit as module
from portal.services.answer_deposit import CannotMatch
from portal.services.close_day import close_day
from portal.services.day_lock import DayClosed
from portal.services.enter_deposit import enter_deposit
from portal.services.import_bank_file import BankImported, import_bank_file
from portal.services.match_deposit import claim_line, match_deposit, unmatch_deposit
from portal.services.post_batch import Counted, post_batch
from portal.services.reassociate import reassociate
from portal.services.refusal import NotFound
from portal.services.take_bank_file import Office, take_bank_file
from tests.conftest import NOW
from tests.services.payer_voice import Payer, clp, svc, total
from tests.services.payer_voice import verify_ledger as verified
from tests.services.staff_world import add_account, add_staff
from tests.services.test_release_held import insured, pays

pytestmark = pytest.mark.usefixtures("database_url")
LATER = NOW + timedelta(days=40)
TODAY = LATER.date()


class Bank:
    """A reader that gives the lines it was made with, and a store that keeps nothing."""

    def __init__(self, *lines: BankLine) -> None:
        self.lines = lines

    def read(self, data: bytes, *, columns: object = None) -> BankFile:
        return BankFile(format="csv", lines=self.lines)

    def put(self, data: bytes) -> str:
        return "kept"


def line(cents: int, on: date, text: str = "ACME HEALTH", reference: str = "") -> BankLine:
    return BankLine(
        account="6789", on=on, amount=Money(cents), reference=reference, text=text, position="row 2"
    )


def bring(*lines: BankLine, staff: StaffViewer, now: datetime = LATER) -> BankImported:
    bank, file_id = Bank(*lines), uuid4()
    take_bank_file(
        file_id=file_id,
        data=b"",
        name="bank.csv",
        staff=staff,
        office=Office(reader=bank, store=bank),  # type: ignore[arg-type]  # keeps nothing
        now=now,
    )
    return import_bank_file(file_id=file_id, staff=staff, on=now.date(), now=now)


def test_PCI_5_no_card_number_is_kept_of_a_bank_file_and_its_trace_stays() -> None:
    card = "4111111111111111"
    said = f"PAID BY {card} TRN*1*{card}*1512345678\\ {card[:8]} {card[8:]}"
    bank, file_id = Bank(line(100, TODAY, said, reference=card)), uuid4()
    office = Office(reader=bank, store=bank)  # type: ignore[arg-type]  # keeps nothing
    named = f"/tmp/{card}.csv"
    who = add_staff("biller")
    take_bank_file(file_id=file_id, data=b"", name=named, staff=who, office=office, now=LATER)
    import_bank_file(file_id=file_id, staff=who, on=TODAY, now=LATER)
    with read_only() as session:
        assert session.get_one(BankFileRow, file_id).name == f"{REDACTED}.csv"
        row = session.scalars(select(BankLineRow)).one()
    assert (row.trace, row.reference) == (card, card)
    assert row.text == f"PAID BY {REDACTED} TRN*1*{card}*1512345678\\ {REDACTED}"


def remitted() -> RemittanceRow:
    """One payer pays $30.00 for one claim."""
    _, claim = insured(10_000)
    pays(Payer(), clp(claim.patient_control_number, svc("99213", 100, "CO-45 20, PR-1 50")))
    with read_only() as session:
        return session.scalars(select(RemittanceRow)).one()


def addenda(remittance: RemittanceRow, payer: str = "") -> str:
    return f"HCCLAIMPMT TRN*1*{remittance.trace}*{payer or remittance.payer_tax_id}"


def deposit_ids() -> list[int]:
    with read_only() as session:
        return list(session.scalars(select(BankDeposit.id).order_by(BankDeposit.id)))


def items(kind: str) -> list[tuple[str, str]]:
    with read_only() as session:
        found = session.scalars(select(WorkItem).where(WorkItem.kind == kind))
        return [(item.outcome, item.reasons[0]) for item in found]


def test_OPS_10_trace_amount_and_payer_match_themselves_once_however_often_they_come() -> None:
    remittance, poster = remitted(), add_staff("payment_poster")
    mine = line(30_00, remittance.issued_on, addenda(remittance))
    fee = line(-12_00, remittance.issued_on, "SERVICE FEE")
    done = bring(mine, fee, staff=poster)
    assert (done.fresh, done.known, done.matched) == (2, 0, 1)
    assert (total(Account.BANK), total(Account.PAYER_CLEARING)) == (30_00, 0)
    again = bring(mine, fee, line(5_00, remittance.issued_on), staff=poster)
    assert (again.fresh, again.known, again.matched) == (1, 2, 0)
    assert total(Account.BANK) == 30_00
    [left] = bank_page(on=TODAY).left
    assert (left.line.seen.amount, left.line.deposit_id) == (Money(-12_00), None)
    assert day_summary(remittance.issued_on).deposited == Money(35_00)  # not yet the fee
    claimed = [
        claim_line(line_id=left.line.line_id or 0, staff=poster, now=LATER) for _ in range(2)
    ]
    assert claimed[0] == claimed[1]
    assert day_summary(remittance.issued_on).deposited == Money(23_00)
    assert verified().ok


@pytest.mark.parametrize(
    ("cents", "payer"), [(29_99, ""), (30_00, "1777777777")], ids=["amount", "payer"]
)
def test_OPS_10_another_amount_or_payer_is_proposed_and_never_taken(cents: int, payer: str) -> None:
    remittance, poster = remitted(), add_staff("payment_poster")
    bring(line(cents, remittance.issued_on, addenda(remittance, payer)), staff=poster)
    assert total(Account.BANK) == 0
    [waiting] = bank_page(on=TODAY).came
    assert waiting.best is not None
    assert not waiting.best.certain
    [deposit] = deposit_ids()
    match_deposit(
        deposit_id=deposit,
        kind=Kind.REMITTANCE,
        ids=[str(remittance.id)],
        staff=poster,
        on=TODAY,
        now=LATER,
    )
    assert total(Account.BANK) == cents
    gaps = [gap.amount.cents for gap in day_summary(remittance.issued_on).differences]
    assert gaps == ([-1] if cents == 29_99 else [])
    assert verified().ok


def test_OPS_10_what_two_could_be_matches_neither() -> None:
    on = date(2026, 3, 2)
    one = Expected(
        kind=Kind.REMITTANCE,
        id="1",
        amount=Money(100),
        on=on,
        name="Acme Health",
        trace="0012345",
        payer="1512345678",
    )
    seen = [
        seen_line(line_id=n, on=on, amount=Money(100), trace="", text="TRN*1*0012345*512345678")
        for n in (1, 2)
    ]
    assert [pair[1].id for pair in certain_pairs(seen[:1], [one])] == ["1"]
    assert certain_pairs(seen, [one]) == []
    nameless = seen_line(line_id=3, on=on, amount=Money(100), trace="", text="SOMEBODY")
    assert [found.certain for found in proposals(nameless, [one])] == [False]
    other = seen_line(line_id=4, on=on, amount=Money(101), trace="", text="ACME HEALTH")
    assert proposals(other, [one]) == ()


def test_OPS_10_a_match_is_taken_back_by_a_reversal_and_no_rule_makes_it_again() -> None:
    remittance, poster = remitted(), add_staff("payment_poster")
    bring(line(30_00, remittance.issued_on, addenda(remittance)), staff=poster)
    [deposit] = deposit_ids()
    with pytest.raises(CannotMatch, match="Say why"):
        unmatch_deposit(deposit_id=deposit, reason=" ", staff=poster, now=LATER)
    unmatch_deposit(deposit_id=deposit, reason="Another's", staff=poster, now=LATER)
    assert (total(Account.BANK), total(Account.PAYER_CLEARING)) == (0, 30_00)
    assert reassociate(on=TODAY, now=LATER).matched == 0
    match = {"kind": Kind.REMITTANCE, "ids": [str(remittance.id)], "staff": poster}
    match_deposit(deposit_id=deposit, on=TODAY, now=LATER, **match)  # type: ignore[arg-type]  # the keywords differ by case
    assert (total(Account.BANK), total(Account.PAYER_CLEARING)) == (30_00, 0)
    with pytest.raises(CannotMatch, match="meanwhile"):
        match_deposit(deposit_id=deposit, on=TODAY, now=LATER, **match)  # type: ignore[arg-type]  # the keywords differ by case
    close_day(day=remittance.issued_on, staff=poster, on=TODAY, now=LATER)
    with pytest.raises(DayClosed):
        unmatch_deposit(deposit_id=deposit, reason="Late", staff=poster, now=LATER)
    page = line_page(deposit, on=TODAY)
    assert page is not None
    assert (page.closed, page.expected, page.matched_by) == (
        True,
        Money(30_00),
        "Payment Poster Sample",
    )
    assert verified().ok


def test_OPS_12_a_line_of_a_closed_day_counts_in_the_open_day() -> None:
    remittance, poster = remitted(), add_staff("payment_poster")
    day = remittance.issued_on
    close_day(day=day, staff=poster, on=TODAY, now=LATER)
    bring(line(30_00, day, addenda(remittance)), staff=poster)
    assert day_summary(day).deposits == ()
    assert day_summary(day + timedelta(days=1)).deposited == Money(30_00)
    with read_only() as session:
        assert session.scalar(select(BankLineRow.posted_on)) == day  # the bank's own day is kept
    assert verified().ok


def test_OPS_10_the_late_half_is_asked_for_and_its_coming_ends_the_asking() -> None:
    remittance, poster = remitted(), add_staff("payment_poster")
    soon = remittance.issued_on + timedelta(days=2)
    reassociate(on=soon, now=LATER)
    assert items("era_without_eft") == []
    reassociate(on=TODAY, now=LATER)
    reassociate(on=TODAY, now=LATER)
    assert len(items("era_without_eft")) == 1
    stranger = line(44_00, remittance.issued_on, "TRN*1*9988776*1888888888")
    bring(stranger, line(30_00, remittance.issued_on, addenda(remittance)), staff=poster)
    assert [outcome for outcome, _ in items("era_without_eft")] == ["other_half_came"]
    [(outcome, reason)] = items("eft_without_era")
    assert outcome == ""
    assert "$44.00" in reason
    assert "9988776" in reason


@pytest.mark.parametrize("days", [90, 91])
def test_OPS_10_what_is_late_stays_asked_for_however_old_it_is(days: int) -> None:
    remittance, poster = remitted(), add_staff("payment_poster")
    bring(line(44_00, remittance.issued_on, "TRN*1*9988776*1888888888"), staff=poster)
    reassociate(on=remittance.issued_on + timedelta(days=days), now=LATER)
    for kind in ("era_without_eft", "eft_without_era"):
        assert [outcome for outcome, _ in items(kind)] == [""]


def test_OPS_10_a_match_taken_back_is_asked_for_again() -> None:
    remittance, poster = remitted(), add_staff("payment_poster")
    reassociate(on=TODAY, now=LATER)
    bring(line(30_00, remittance.issued_on, addenda(remittance)), staff=poster)
    assert [outcome for outcome, _ in items("era_without_eft")] == ["other_half_came"]
    [deposit] = deposit_ids()
    unmatch_deposit(deposit_id=deposit, reason="Another's", staff=poster, now=LATER)
    reassociate(on=TODAY + timedelta(days=100), now=LATER)
    assert [outcome for outcome, _ in items("era_without_eft")] == [""]


def test_OPS_10_matching_waits_for_posting_before_it_holds_a_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held: list[str] = []
    monkeypatch.setattr(module, "lock_posting", lambda session: held.append("posting"))
    with pytest.raises(NotFound):  # by the check, which nobody knows
        match_deposit(
            deposit_id=0,
            kind=Kind.CHECK,
            ids=[str(uuid4())],
            staff=add_staff("payment_poster"),
            on=TODAY,
            now=LATER,
        )
    assert held == ["posting"]


def test_OPS_10_one_deposit_of_several_batches_moves_what_the_bank_counted() -> None:
    poster = add_staff("payment_poster")
    account, day = add_account(), date(2026, 4, 1)
    batches = [batch(account.account_id, cents, day, poster) for cents in (20_00, 7_00)]
    bring(line(27_00, day, "DEPOSIT"), staff=poster)
    [deposit] = deposit_ids()
    ids = [str(one) for one in batches]
    match_deposit(deposit_id=deposit, kind=Kind.BATCH, ids=ids, staff=poster, on=TODAY, now=LATER)
    assert (total(Account.BANK), total(Account.PRACTICE_DEPOSITS)) == (27_00, 0)
    assert day_summary(day).differences == ()
    unmatch_deposit(deposit_id=deposit, reason="One only", staff=poster, now=LATER)
    match_deposit(
        deposit_id=deposit, kind=Kind.BATCH, ids=ids[:1], staff=poster, on=TODAY, now=LATER
    )
    assert [gap.amount for gap in day_summary(day).differences] == [Money(7_00)]
    assert verified().ok


def batch(account_id: int, cents: int, day: date, poster: StaffViewer) -> UUID:
    batch_id = uuid4()
    post_batch(
        batch_id=batch_id,
        received_on=day,
        control_total=Money(cents),
        rows=[
            Counted(account_id=account_id, amount=Money(cents), method="check", check_number="7")
        ],
        staff=poster,
        on=TODAY,
        now=LATER,
    )
    return batch_id


def test_OPS_10_what_was_typed_before_the_file_came_is_its_line() -> None:
    remittance, poster = remitted(), add_staff("payment_poster")
    enter_deposit(
        form_id=uuid4(),
        deposited_on=remittance.issued_on,
        amount=Money(30_00),
        trace=remittance.trace,
        staff=poster,
        on=TODAY,
        now=LATER,
    )
    done = bring(line(30_00, remittance.issued_on, addenda(remittance)), staff=poster)
    assert (done.fresh, len(deposit_ids()), total(Account.BANK)) == (1, 1, 30_00)
    assert verified().ok


def test_what_the_bank_shows_is_never_changed() -> None:
    remittance, poster = remitted(), add_staff("payment_poster")
    bring(line(30_00, remittance.issued_on), staff=poster)
    for sql in (
        "UPDATE bank_deposits SET amount_cents = 1",
        "DELETE FROM bank_deposits",
        "UPDATE bank_lines SET amount_cents = 1",
    ):
        with pytest.raises(DatabaseError), transaction() as session:
            session.execute(text(sql))
    with read_only() as session:
        assert session.scalar(select(func.sum(BankDeposit.amount))) == Money(30_00)
