"""Checks and cash in a batch: the control total first, scan lines, a receipt each, and a check that comes back (PLAN-20)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from billing.money import Money
from billing.scan_line import scan_line
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.payments import PracticeReceipt, ReceiptBatch
from portal.queries.viewer import StaffViewer
from portal.services.export_payments import export_payments
from portal.services.post_batch import BatchRefused, Counted, post_batch
from tests.sandbox_server import SandboxServer
from tests.services.statement_world import DAY, noon
from tests.services.text_world import phone
from tests.services.till import Till, open_till
from tests.web.pages import Page, PageClient
from tests.web.people import make_login


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


@pytest.fixture
def till(staff_app: Flask, sandbox: SandboxServer, now: datetime) -> Till:
    staff_app.config["CLOCK"] = lambda: now
    found = open_till(sandbox, now)
    with transaction() as session:
        session.get_one(GuarantorAccount, found.account_id).number = "4821-0777"
    return found


@pytest.fixture
def desk(till: Till, as_staff: Callable[[str], PageClient]) -> PageClient:
    return as_staff("payment_poster")


def batch(total: str, *rows: tuple[str, str, str], action: str = "check") -> dict[str, str]:
    said = {"batch": str(uuid4()), "received_on": "3/2/2026", "control_total": total}
    for at, (line, amount, check) in enumerate(rows):
        said |= {
            f"rows-{at}-line": line,
            f"rows-{at}-amount": amount,
            f"rows-{at}-check_number": check,
        }
    return said | {"action": action}


def enter(desk: PageClient, said: dict[str, str], expect: int = 200) -> Page:
    return desk.post("/batches/new", said, expect=expect)


LINE = scan_line("4821-0777", Money(18_240))


def test_PLAN_20_a_batch_is_posted_once_and_only_when_the_total_agrees(
    desk: PageClient, till: Till
) -> None:
    rows = ((LINE, "100", "1042"), ("48210777", "30.00", ""))
    wrong = enter(desk, batch("130.01", *rows))
    assert "It does not agree yet. The rows make $130.00, you counted $130.01." in wrong.text
    enter(desk, batch("130.01", *rows, action="post"))
    assert till.due() == 18_240, "nothing is posted before it agrees"
    said = batch("130", *rows)
    checked = enter(desk, said)
    assert "It agrees. 2 rows, $130.00." in checked.text
    assert "Testa Sample" in checked.text
    posted = enter(desk, {**said, "action": "post"}, expect=302)
    shown = desk.follow(posted)
    assert "Check 1042" in shown.text
    again = desk.follow(enter(desk, {**said, "action": "post"}, expect=302))
    assert "posted before and stands once" in again.text
    assert till.due() == 5_240
    with read_only() as session:
        receipts = session.scalars(select(PracticeReceipt)).all()
        assert [r.amount.cents for r in receipts] == [10_000, 3_000]
        assert session.scalars(select(ReceiptBatch)).one().total == Money(13_000)
    rows_out = export_payments(since=datetime(2026, 3, 1, tzinfo=UTC).date()).splitlines()
    assert sum(",payment," in row for row in rows_out) == 2, "the other software learns of both"


def test_PLAN_20_PCI_5_a_card_at_the_terminal_is_entered_by_its_approval_alone(
    desk: PageClient, till: Till
) -> None:
    said = batch("50", ("48210777", "50", "")) | {"rows-0-approval": "4111111111111111"}
    refused = enter(desk, said | {"action": "post"})
    assert "looks like a card number" in refused.text
    assert "4111" not in refused.source
    both = said | {"rows-0-approval": "A12345", "rows-0-check_number": "7"}
    assert "a check or a card, not both" in enter(desk, both | {"action": "post"}).text
    assert till.due() == 18_240
    fine = said | {"rows-0-approval": "A12345", "action": "post"}
    posted = desk.follow(enter(desk, fine, expect=302))
    assert "Card, approval A12345" in posted.text
    assert "came back" not in posted.text.replace("Came back", "").split("The number")[0]
    with read_only() as session:
        [receipt] = session.scalars(select(PracticeReceipt))
    assert (receipt.method, receipt.check_number, till.due()) == ("card", "A12345", 13_240)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (LINE[:-1] + str((int(LINE[-1]) + 1) % 10), "The check digit is wrong"),
        ("4111 1111 1111 1111", "looks like a card number"),
        ("99999999", "No account has this number"),
        ("Testa", "Scan the coupon"),
    ],
)
def test_PLAN_20_PCI_5_a_line_that_is_none_says_why_and_posts_nothing(
    desk: PageClient, till: Till, line: str, words: str
) -> None:
    page = enter(desk, batch("50", (line, "50", ""), action="post"))
    assert words in page.text
    assert till.due() == 18_240


def test_PLAN_20_an_amount_left_empty_is_the_coupons(desk: PageClient, till: Till) -> None:
    assert "It agrees. 1 row, $182.40." in enter(desk, batch("182.40", (LINE, "", "7"))).text


def test_PLAN_20_a_check_that_comes_back_is_due_again_once_and_without_a_fee(
    desk: PageClient, till: Till
) -> None:
    said = batch("182.40", (LINE, "", "1042"), action="post")
    page = desk.follow(enter(desk, said, expect=302))
    assert till.due() == 0
    [form] = [f.get("action") or "" for f in page.all("form") if "returned" in str(f.get("action"))]
    back = desk.follow(desk.post(form.removeprefix("/staff"), {}, expect=302))
    assert "no fee is charged" in back.text
    assert (till.due(), till.credit()) == (18_240, 0)
    desk.post(form.removeprefix("/staff"), {}, expect=409)
    assert till.due() == 18_240


def test_PLAN_20_a_check_stops_reminders_like_any_payment(
    database_url: str, sandbox: SandboxServer, tmp_path: Path
) -> None:
    reader = phone(sandbox, tmp_path)
    reader.queue()
    post_batch(
        batch_id=UUID(int=1),
        received_on=DAY,
        control_total=Money(5_000),
        rows=[Counted(account_id=reader.account_id, amount=Money(5_000), method="check")],
        staff=StaffViewer(make_login("staff", role="front_desk"), "front_desk", frozenset()),
        on=DAY,
        now=noon(DAY),
    )
    assert reader.send(reader.only(), noon(DAY)) == "canceled"


@pytest.mark.parametrize(
    ("total", "amounts", "ahead", "why"),
    [
        (5_001, [5_000], 0, "The rows make"),
        (0, [], 0, "Each row needs an amount"),
        (0, [5_000, -5_000], 0, "Each row needs an amount"),
        (5_000, [5_000], 1, "ahead of today"),
    ],
)
def test_PLAN_20_the_service_itself_posts_no_batch_that_does_not_agree(
    till: Till, total: int, amounts: list[int], ahead: int, why: str
) -> None:
    staff = StaffViewer(make_login("staff", role="front_desk"), "front_desk", frozenset())
    on = till.now.date()
    with pytest.raises(BatchRefused, match=why):
        post_batch(
            batch_id=uuid4(),
            received_on=on + timedelta(days=ahead),
            control_total=Money(total),
            rows=[
                Counted(account_id=till.account_id, amount=Money(cents), method="check")
                for cents in amounts
            ],
            staff=staff,
            on=on,
            now=till.now,
        )
    with read_only() as session:
        assert session.scalars(select(ReceiptBatch)).all() == []
    assert till.due() == 18_240
