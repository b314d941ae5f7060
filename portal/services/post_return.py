"""Let one fact that an agency told count, in the caller's transaction (COLL-18, COLL-21, COLL-24, docs/placement.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.agency_returns import Closure, Return, ReturnRow, sets_condition
from billing.bill_disputes import Channel, Kind
from billing.holds import Condition
from billing.money import ZERO, Money
from billing.placement import AGENCY_CLOSES, WITH_AGENCY, Order, PlacementState, after
from portal.models.accounts import AccountCondition
from portal.models.bill_disputes import BillDispute
from portal.models.claims import Visit
from portal.models.placements import AgencyReturn, Placement
from portal.models.work import WorkItem
from portal.queries.agency_address import work_key
from portal.queries.placed_bills import placed_bills
from portal.services.dispute_letters import received_letter
from portal.services.end_at_once import end_at_once
from portal.services.give_order import Ordered, give_order
from portal.services.open_dispute import AlreadyDisputed, Filing, open_dispute
from portal.services.open_work import open_work
from portal.services.post_agency_payment import post_agency_payment, take_agency_payment_back
from portal.services.tell_of_dispute import GOT_IT, tell_of_dispute

AGENCY = "agency:"  # of holds that an agency's notice set; a person ends them
ADDRESS_WORK = "agency_address"
CLOSED_WORK = "agency_closed"
WAITS = "agency_back"  # a payment came back before it was told
SAID = {
    Condition.BANKRUPTCY: "a bankruptcy",
    Condition.DECEASED: "a death",
    Condition.ATTORNEY: "an attorney",
    Condition.SCRA: "active duty",
    Condition.DO_NOT_CONTACT: "that they want no more contact",
}
WHAT_NEXT = "Decide what happens with it: help, a plan, another look, or a write-off."
RETURNED = "a payment to the agency was returned by the bank, and the agency has the bill no more"
CLOSED_WORDS: Mapping[Closure, str] = {
    Closure.PAID: "the agency says that it is paid, and something is owed here",
    Closure.UNCOLLECTIBLE: "the agency says that it cannot be collected",
    Closure.BANKRUPT: "the agency says that it is bankrupt",
    Closure.DECEASED: "the agency says that the patient died",
    Closure.ERROR: "the agency says that it should not have this bill",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When rows are read, by whom (None: the command), and where the portal is for what is told of a dispute."""

    on: date
    now: datetime
    login_id: int | None
    public_url: str


@dataclass(frozen=True, slots=True)
class _Fact:
    """One row in its transaction."""

    session: Session
    kept: AgencyReturn
    row: ReturnRow
    placement: Placement
    moment: Moment

    @property
    def owed(self) -> Money:
        """What the bill owes now, written off or not."""
        (bill,) = placed_bills(self.session, [self.placement], on=self.moment.on)
        return bill.owed

    @property
    def with_agency(self) -> bool:
        return self.placement.state in WITH_AGENCY

    def work(
        self, kind: str, reason: str, next_step: str, *, amount: Money = ZERO, key: str = ""
    ) -> None:
        """Something for a person, once for each row."""
        open_work(
            self.session,
            key=key or f"{kind}:{self.kept.id}",
            kind=kind,
            reasons=[reason],
            next_step=next_step,
            amount=amount,
            account_id=self.placement.guarantor_account_id,
            due_on=self.moment.on,
            now=self.moment.now,
        )


def post_return(
    session: Session, kept: AgencyReturn, row: ReturnRow, placement: Placement, moment: Moment
) -> None:
    """Do what the row says. The caller holds the posting lock and the account, and kept the row before."""
    fact = _Fact(session, kept, row, placement, moment)
    if row.kind in _DO:  # a notice is nothing but its hold
        _DO[row.kind](fact)
    condition = sets_condition(row)
    if condition is not None and row.kind is not Return.DISPUTE:
        _hold(fact, condition)


def _payment(fact: _Fact) -> None:
    post_agency_payment(fact.session, fact.kept, fact.placement, on=fact.moment.on)
    waiting = fact.session.scalars(
        select(AgencyReturn).where(
            AgencyReturn.agency_id == fact.kept.agency_id,
            AgencyReturn.kind == Return.PAYMENT_BACK.value,
            AgencyReturn.told["of"].astext == fact.row.ref,
            AgencyReturn.placement_id == fact.placement.id,
            AgencyReturn.amount == fact.kept.amount,
            AgencyReturn.entry_id.is_(None),
        )
    ).one_or_none()
    if waiting is not None:  # its payment had not been told
        _close_item(fact, f"{WAITS}:{waiting.id}")
        _take_back(replace(fact, kept=waiting))


def _payment_back(fact: _Fact) -> None:
    told = fact.session.scalar(
        select(AgencyReturn.id).where(
            AgencyReturn.agency_id == fact.kept.agency_id,
            AgencyReturn.kind == Return.PAYMENT.value,
            AgencyReturn.ref == fact.row.of,
        )
    )
    if told is not None:
        _take_back(fact)
    else:
        fact.work(
            WAITS,
            f"the bank returned {fact.row.of}, a payment that the agency did not tell us of",
            "Ask the agency for that payment. It is settled when its row comes.",
            amount=fact.kept.amount,
        )


def _take_back(fact: _Fact) -> None:
    take_agency_payment_back(fact.session, fact.kept, fact.placement, on=fact.moment.on)
    if not fact.with_agency and (owed := fact.owed) > ZERO:
        fact.work(CLOSED_WORK, RETURNED, WHAT_NEXT, amount=owed)


def _dispute(fact: _Fact) -> None:
    """Opened as if they had told us, and the bill comes home at once, disputed amount or not."""
    moment, placement = fact.moment, fact.placement
    filing = Filing(
        visit_id=placement.visit_id,
        kind=Kind.AMOUNT,
        channel=Channel.AGENCY,
        words=fact.row.detail or "They told the agency that this bill is wrong.",
    )
    try:
        dispute = open_dispute(
            fact.session,
            filing,
            dispute_id=uuid4(),
            by_id=moment.login_id,
            face="staff" if moment.login_id else "system",
            now=moment.now,
        )
    except AlreadyDisputed:
        pass
    else:
        _acknowledge(fact, dispute)
    if fact.with_agency:
        by = Ordered(rule_ids=("COLL-18",), why="They dispute the bill.", login_id=moment.login_id)
        give_order(
            fact.session,
            placement,
            Order.RECALL,
            by,
            owed=fact.owed,
            on=moment.on,
            now=moment.now,
        )


def _acknowledge(fact: _Fact, dispute: BillDispute) -> None:
    """They hear from us that we have it, by the way that still reaches them."""
    url, now = fact.moment.public_url, fact.moment.now
    visit = fact.session.get_one(Visit, fact.placement.visit_id)
    tell_of_dispute(fact.session, dispute, words=GOT_IT, by_id=None, public_url=url, now=now)
    received_letter(fact.session, dispute, visit, public_url=url, on=fact.moment.on, now=now)


def _address(fact: _Fact) -> None:
    fact.work(
        ADDRESS_WORK,
        "an agency found another address, phone or e-mail",
        "Open it under Agencies, Returns. Compare, and take over what is right.",
        key=work_key(fact.kept.id),
    )


def _closure(fact: _Fact) -> None:
    why, placement = Closure(fact.row.detail), fact.placement
    if fact.with_agency:
        placement.state = after(PlacementState(placement.state), AGENCY_CLOSES).value
        placement.ended_at, placement.ended_why = fact.moment.now, why.value
        fact.session.flush()
    owed = fact.owed
    if why in CLOSED_WORDS and owed > ZERO:
        fact.work(CLOSED_WORK, CLOSED_WORDS[why], WHAT_NEXT, amount=owed)


def _hold(fact: _Fact, condition: Condition) -> None:
    """From this moment, the whole account; one that stands already stays the first."""
    session, now = fact.session, fact.moment.now
    account_id = fact.placement.guarantor_account_id
    standing = session.scalars(
        select(AccountCondition.id).where(
            AccountCondition.guarantor_account_id == account_id,
            AccountCondition.kind == condition.value,
            AccountCondition.visit_id.is_(None),
            AccountCondition.patient_id.is_(None),
            AccountCondition.ended_at.is_(None),
        )
    ).first()
    if standing is None:
        session.add(
            AccountCondition(
                guarantor_account_id=account_id,
                kind=condition.value,
                since=now,
                source=f"{AGENCY}{fact.kept.agency_id}:{fact.kept.id}",
                note=f"The agency told us of {SAID[condition]}, for {fact.placement.number}.",
                set_by_id=fact.moment.login_id,
            )
        )
        session.flush()
    end_at_once(session, account_id=account_id, kind=condition, now=now)


def _close_item(fact: _Fact, key: str) -> None:
    fact.session.execute(
        update(WorkItem)
        .where(WorkItem.dedupe_key == key, WorkItem.closed_at.is_(None))
        .values(closed_at=fact.moment.now, closed_by_id=fact.moment.login_id, outcome="settled")
    )


_DO: Mapping[Return, Callable[[_Fact], None]] = {
    Return.PAYMENT: _payment,
    Return.PAYMENT_BACK: _payment_back,
    Return.DISPUTE: _dispute,
    Return.ADDRESS: _address,
    Return.CLOSURE: _closure,
}
