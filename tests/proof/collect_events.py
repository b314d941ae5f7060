"""What else happens to an account, beside collect_world: cards, one disputed line, texts and e-mails that fail, what an agency sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import select

from billing.bill_disputes import Channel, Kind
from portal import db
from portal.models.accounts import AccountCondition
from portal.models.bill_disputes import BillDispute
from portal.models.identity import AccountAccess, Login
from portal.models.messages import OutboundMessage
from portal.models.notices import Notice
from portal.models.payments import InboundEvent
from portal.models.placements import Placement
from portal.ports import Accepted, Bounce, Delivery
from portal.queries.paperless import paperless_page
from portal.queries.viewer import PatientViewer
from portal.services.consent_paperless import Browser, agree_paperless
from portal.services.open_dispute import AlreadyDisputed, Filing, open_dispute
from portal.services.record_bounces import record_bounce
from portal.services.record_delivery import receive_delivery, record_delivery
from tests.proof.collect_files import decided_anew
from tests.proof.collect_oracle import ALL_OF_IT, Dispute, Span
from tests.proof.collect_people import child_seen
from tests.proof.collect_plans import card, plan
from tests.proof.collect_returns import RETURNS, net, sent_by_agency
from tests.sandbox_server import PUBLIC_URL
from tests.services.agency_world import line
from tests.services.statement_world import DAY, noon

if TYPE_CHECKING:
    from tests.proof.collect_world import Sim

DEAD = ("30005", "30006")  # rules.md, MSG-13: no text to this number any more
PASSING = ("30003", "30008")  # tried again, then another way
NOTICES = ("bankruptcy", "attorney", "scra", "do_not_contact", "deceased")


def line_dispute(sim: Sim, account: int, on: date) -> bool:
    """One line of a bill is said to be wrong; the others stay what they were."""
    story = sim.story
    visit = sim.dice.choice(sorted(story.bills[account]))
    open_lines = sorted(one for one, cents in story.lines.get(visit, {}).items() if cents > 0)
    if len(open_lines) < 2 or any(d.on(on) for d in story.disputes[visit]):
        return False
    charge, dispute_id = sim.dice.choice(open_lines), uuid4()
    filing = Filing(
        visit_id=visit,
        kind=Kind.AMOUNT,
        channel=Channel.CALL,
        words="This line is wrong.",
        charge_ids=frozenset({charge}),
    )
    try:
        with db.transaction() as session:
            open_dispute(
                session, filing, dispute_id=dispute_id, by_id=None, face="staff", now=noon(on)
            )
    except AlreadyDisputed:
        return False
    dispute = Dispute(visit, on, parts={charge: ALL_OF_IT})
    story.disputes[visit].append(dispute)
    sim.filed.append((dispute, dispute_id))
    return True


def agency_row(sim: Sim, account: int, on: date, what: str = "") -> bool:
    """An agency sends a row about a bill that it has: money, a dispute, news of a hold, or the bill itself."""
    with db.read_only() as session:
        placed = session.scalars(
            select(Placement)
            .where(Placement.guarantor_account_id == account, Placement.state == "placed")
            .order_by(Placement.visit_id)
        ).first()
    if placed is None:
        return False
    what = what or sim.dice.choice(("payment", "dispute", "notice", "closure"))
    said = _said(sim, what, placed, on)
    if said is None:
        return False
    ref = f"R{uuid4().hex[:12]}"
    row = line(ref, what, placed, **{"happened_on": on.isoformat(), **said})
    before = net(account)
    read = sent_by_agency(placed.agency_id, row, on)
    if (read.taken, read.refused) != (1, ()):
        sim.wrong.append(f"{on}: an agency's {what} was not taken: {read.refused}")
    if what == "payment":
        cents = round(float(said["amount"]) * 100)
        sim.agency_paid.append((ref, account, placed.id, cents))
        if net(account) != before - cents:
            sim.wrong.append(f"{on}: an agency's payment of account {account} against COLL-21")
    _follows(sim, what, placed, said, on)
    sim.counts[f"agency's {what}"] = sim.counts.get(f"agency's {what}", 0) + 1
    return True


def _said(sim: Sim, what: str, placed: Placement, on: date) -> dict[str, str] | None:
    """The cells of the row; None where it would say nothing new."""
    story, visit = sim.story, placed.visit_id
    if what == "payment":
        cents = story.owed.get(visit, 0) // 2
        return {"amount": f"{cents // 100}.{cents % 100:02}"} if cents > 0 else None
    if what == "dispute":
        disputed = any(d.on(on) for d in story.disputes[visit])
        return None if disputed else {"detail": "I was never there."}
    if what == "closure":
        return {"detail": "uncollectible"}
    kind = sim.dice.choice(NOTICES)
    held = any(s.kind == kind and s.on(on) for s in story.spans[placed.guarantor_account_id])
    words = {"scra": "active_duty", "do_not_contact": "stop_contact"}
    return None if held else {"detail": words.get(kind, kind)}


def _follows(sim: Sim, what: str, placed: Placement, said: Mapping[str, str], on: date) -> None:
    """The same in the story."""
    account, visit = placed.guarantor_account_id, placed.visit_id
    if what == "dispute":
        dispute = Dispute(visit, on)
        with db.read_only() as session:
            found = session.scalars(
                select(BillDispute.id)
                .where(BillDispute.visit_id == visit)
                .order_by(BillDispute.filed_at.desc(), BillDispute.state.desc())
            ).first()
        sim.story.disputes[visit].append(dispute)
        if found is not None:
            sim.filed.append((dispute, found))
    elif what == "notice":
        kind = {"active_duty": "scra", "stop_contact": "do_not_contact"}.get(
            said["detail"], said["detail"]
        )
        span = Span(kind, account, None, on)
        sim.story.spans[account].append(span)
        with db.read_only() as session:
            row = session.scalars(
                select(AccountCondition.id)
                .where(
                    AccountCondition.guarantor_account_id == account, AccountCondition.kind == kind
                )
                .order_by(AccountCondition.id.desc())
            ).first()
        if row is not None:
            sim.held.append((span, row))


def paperless(viewer: PatientViewer, account: int) -> None:
    """A sign-in that opens the account, and gets its statements by e-mail."""
    with db.transaction() as session:
        session.add(
            AccountAccess(
                login_id=viewer.login_id,
                guarantor_account_id=account,
                granted_by="test",
                granted_at=noon(DAY) - timedelta(days=9),
            )
        )
    agree_paperless(
        viewer=viewer,
        demonstrated_at=noon(DAY) - timedelta(days=8),
        browser=Browser(ip="192.0.2.1", user_agent="a test"),
        language="en",
        seen_hash=paperless_page(viewer, language="en", now=noon(DAY)).seen_hash,
        public_url=PUBLIC_URL,
        now=noon(DAY) - timedelta(days=8),
    )


class Phones:
    """Takes every text and e-mail, and says later what became of a text."""

    def __init__(self) -> None:
        self.count = 0

    def send(self, **_said: object) -> Accepted:
        self.count += 1
        return Accepted(provider_id=f"SM{self.count}")

    def find(self, **_said: object) -> None:
        return None

    def verify_callback(self, *, form: Mapping[str, str], signature: str) -> Delivery:
        del signature
        return Delivery(provider_id=form["sid"], status="undelivered", error=form["code"])


def failed(sim: Sim, phones: Phones, message_id: int, on: date) -> None:
    """Some texts and e-mails that left did not arrive."""
    if sim.dice.random() >= sim.fails:
        return
    with db.read_only() as session:
        message = session.get_one(OutboundMessage, message_id)
        login = session.scalars(
            select(Login.id).where(Login.face == "patient", Login.email == message.recipient)
        ).first()
    account = message.guarantor_account_id
    if account is None:
        return
    if message.channel == "email":
        done = record_bounce(
            Bounce(message_id=message_id, failed=True, status="5.1.1", bad_address=True),
            now=noon(on),
        )
        if done != "came back":
            sim.wrong.append(f"{on}: the bounce of message {message_id} was {done}")
        if message.statement_id is not None:
            sim.story.came_back(account, message.statement_id, "email")
        if message.template == "letter_waiting":
            with db.read_only() as session:
                letter_id = session.scalars(
                    select(Notice.id).where(Notice.message_id == message_id)
                ).one()
            sim.story.unwarned(account, letter_id)
        if login is not None:
            sim.story.mailboxes.discard(account)
        sim.counts["bounce"] = sim.counts.get("bounce", 0) + 1
        return
    code = sim.dice.choice(DEAD + PASSING)
    form = {"sid": message.provider_id, "code": code}
    receive_delivery(sms=phones, form=form, signature="", now=noon(on))  # type: ignore[arg-type]  # it verifies, no more
    with db.read_only() as session:
        event = session.scalars(
            select(InboundEvent.id).order_by(InboundEvent.id.desc()).limit(1)
        ).one()
    record_delivery(event_id=event, public_url=PUBLIC_URL, now=noon(on))
    if code in DEAD:
        sim.story.dead.add(account)
    sim.counts[f"text {code}"] = sim.counts.get(f"text {code}", 0) + 1


MORE: dict[str, Callable[[Sim, int, date], bool]] = {
    "card": card,
    "plan": plan,
    "line": line_dispute,
    "agency": agency_row,
    "anew": decided_anew,
    "child": child_seen,
    "paid": partial(agency_row, what="payment"),
    **RETURNS,
}
