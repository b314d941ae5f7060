"""What comes back: a final notice, by post or as an e-mail, and a payment that an agency had told of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import select, text

from portal import db
from portal.models.notices import Notice, NoticeDelivery
from portal.models.placements import Placement
from portal.services.letter_came_back import letter_came_back
from portal.services.read_agency_file import ReturnsRead, read_agency_file
from portal.services.take_agency_file import take_agency_file
from tests.proof.collect_oracle import Sent
from tests.sandbox_server import PUBLIC_URL
from tests.services.agency_world import Memory, csv_of, line
from tests.services.statement_world import noon

if TYPE_CHECKING:
    from tests.proof.collect_world import Sim

# What an account, or one bill of it, owes less what it has paid too much: credit that moves between bills moves nothing.
NET = text(
    """
SELECT coalesce(sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END), 0)
  FROM postings p JOIN ledger_accounts a ON a.id = p.account_id
 WHERE a.code IN ('patient_receivable', 'patient_credit') AND p.guarantor_account_id = :account
"""
)


def net(account: int) -> int:
    """Cents."""
    with db.read_only() as session:
        return int(session.execute(NET, {"account": account}).scalar_one())


def letter(sim: Sim, account: int, on: date) -> bool:
    """The post gives back the newest final notice: it warned nobody, and the address is no good (COLL-4, CORE-3)."""
    story = sim.story
    with db.read_only() as session:
        found = session.execute(
            select(NoticeDelivery.id, Notice.id, Notice.sent_on)
            .join(Notice, Notice.id == NoticeDelivery.notice_id)
            .where(
                Notice.guarantor_account_id == account,
                Notice.kind == "final_notice",
                Notice.state == "sent",
                NoticeDelivery.channel == "paper",
                NoticeDelivery.status == "handed_over",
            )
            .order_by(NoticeDelivery.id.desc())
        ).first()
    if found is None:
        return False
    delivery_id, notice_id, sent_on = found
    if not letter_came_back(
        account_id=account, delivery_id=delivery_id, staff=sim.staff, now=noon(on)
    ):
        return False
    story.unwarned(account, notice_id)
    if story.homes[account][-1][0] < sent_on:  # a newer paper may be on its way back too
        story.last_paper[account] = Sent(0, "letter", sent_on, returned=True)
        story.lost_mail.add(account)
    return True


def payment_back(sim: Sim, account: int, on: date) -> bool:
    """The bank takes back a payment that an agency had told of: all of it is owed again."""
    mine = [one for one in sim.agency_paid if one[1] == account]
    if not mine:
        return False
    paid = sim.dice.choice(mine)
    sim.agency_paid.remove(paid)
    ref, _, placement_id, cents = paid
    with db.read_only() as session:
        placed = session.get_one(Placement, placement_id)
    before = net(account)
    amount = f"{cents // 100}.{cents % 100:02}"
    row = line(
        f"B{uuid4().hex[:12]}", "payment_back", placed,
        happened_on=on.isoformat(), of=ref, amount=amount,
    )  # fmt: skip
    read = sent_by_agency(placed.agency_id, row, on)
    if (read.taken, read.refused) != (1, ()):
        sim.wrong.append(f"{on}: an agency's payment back was not taken: {read.refused}")
    if net(account) != before + cents:
        sim.wrong.append(
            f"{on}: a payment that account {account} lost is not owed, against COLL-21"
        )
    return True


def sent_by_agency(agency_id: int, row: dict[str, str], on: date) -> ReturnsRead:
    """A file of one row, taken in and read."""
    file_id = uuid4()
    take_agency_file(
        file_id=file_id,
        agency_id=agency_id,
        data=csv_of(row),
        name="returns.csv",
        staff=None,
        store=Memory(),
        now=noon(on),
    )
    return read_agency_file(
        file_id=file_id,
        agency_id=agency_id,
        staff=None,
        public_url=PUBLIC_URL,
        on=on,
        now=noon(on),
    )


RETURNS: dict[str, Callable[[Sim, int, date], bool]] = {"letter": letter, "back": payment_back}
