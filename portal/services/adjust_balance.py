"""Take an amount off what a patient, or a plan, owes on one line, for a written reason; reversible."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.adjustments import AdjustmentKind, AdjustmentRefused, check_adjustment
from billing.carc import explain
from billing.entries import Line, adjustment
from billing.free_text import check_free_text
from billing.ledger import Party
from billing.money import Money
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.claims import Charge, Visit
from portal.models.ledger import JournalEntry
from portal.queries.adjustment_rules import Rules, rules_on
from portal.queries.balances import balances
from portal.queries.plan_open import plan_open
from portal.queries.taken_off import taken_lately
from portal.queries.viewer import StaffViewer
from portal.services.post_entry import AlreadyPosted, post_entry
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """The entry that stands in the ledger; `repeated` when the same form came twice."""

    entry_id: UUID
    amount: Money
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentWish:
    """What is to come off. `payer_id` and `carc` are of a plan's side; the payer may be left out where one owes."""

    account_id: int
    charge_id: int
    kind: AdjustmentKind
    amount: Money
    reason: str
    payer_id: int | None = None
    carc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WishedLine:
    """The line as it stands now: whom the entry concerns, and what is open."""

    party: Party
    patient_id: int
    open_amount: Money
    rules: Rules


def adjust_balance(
    *,
    form_id: UUID,
    account_id: int,
    charge_id: int,
    kind: AdjustmentKind,
    amount: Money,
    reason: str,
    staff: StaffViewer,
    on: date,
    now: datetime,
    payer_id: int | None = None,
    carc: str = "",
) -> Adjusted:
    """Post one adjustment; never below zero, and the same form twice is one entry.

    Raises OverLimit where a second person may approve it; AdjustmentRefused, CardNumberRefused or NotFound.
    """
    wish = AdjustmentWish(
        account_id=account_id,
        charge_id=charge_id,
        kind=kind,
        amount=amount,
        reason=check_free_text(reason),
        payer_id=payer_id,
        carc=carc.strip().upper(),
    )
    source_ref = f"staff:{form_id}"
    with transaction() as session:
        line = wished_line(session, wish, on=on)
        posted_before = session.scalar(
            select(JournalEntry.id).where(JournalEntry.source_ref == source_ref)
        )
        if posted_before is not None:
            return Adjusted(entry_id=posted_before, amount=amount, repeated=True)
        check_wish(session, wish, line, staff, on=on)
        return post_adjustment(
            session, wish, line, source_ref=source_ref, staff=staff, on=on, now=now
        )


def wished_line(session: Session, wish: AdjustmentWish, *, on: date) -> WishedLine:
    """The line, with its account held. Raises NotFound, or AdjustmentRefused where nothing is open."""
    # The account row is the lock of everything that changes what it owes.
    found = session.scalar(
        select(GuarantorAccount.id).where(GuarantorAccount.id == wish.account_id).with_for_update()
    )
    line = session.execute(
        select(Charge.visit_id, Visit.patient_id)
        .join(Visit, Visit.id == Charge.visit_id)
        .where(Charge.id == wish.charge_id, Visit.guarantor_account_id == wish.account_id)
    ).one_or_none()
    if found is None or line is None:
        raise NotFound
    rules = rules_on(session, on)
    party = Party(
        guarantor_account_id=wish.account_id, visit_id=line.visit_id, charge_id=wish.charge_id
    )
    open_amount = None
    if rules[wish.kind].of_plan:
        party, open_amount = _plan_party(session, party, wish)
    return WishedLine(
        party=party,
        patient_id=line.patient_id,
        open_amount=open_amount or _open_amount(session, line.visit_id, wish.charge_id, on),
        rules=rules,
    )


def check_wish(
    session: Session, wish: AdjustmentWish, line: WishedLine, staff: StaffViewer, *, on: date
) -> None:
    """Refuse what this person may not take off this line; raises OverLimit or AdjustmentRefused."""
    if line.rules[wish.kind].of_plan and not explain("CO", wish.carc).known:
        raise AdjustmentRefused("Name the CARC that the plan gave, such as 29 or 97.")
    check_adjustment(
        kind=wish.kind,
        role=staff.role,
        amount=wish.amount,
        open_amount=line.open_amount,
        reason=wish.reason,
        rules=line.rules,
        taken=taken_lately(session, [wish.charge_id], staff.login_id, on=on),
    )


def post_adjustment(
    session: Session,
    wish: AdjustmentWish,
    line: WishedLine,
    *,
    source_ref: str,
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> Adjusted:
    """The entry with its audit row, in the caller's transaction."""
    rule = line.rules[wish.kind]
    carc = f" (CARC {wish.carc})" if wish.carc else ""
    outcome = post_entry(
        session,
        adjustment(
            source_ref=source_ref,
            occurred_on=on,
            account=rule.account,
            of=rule.of,
            lines=[Line(line.party, wish.amount)],
            memo=f"{rule.label}{carc}: {wish.reason}",
        ),
    )
    add_staff_act(
        session,
        staff,
        action="create",
        object_type="adjustment",
        object_id=outcome.entry_id,
        account_ids=(wish.account_id,),
        patient_ids=(line.patient_id,),
        reason=wish.kind.value,
        now=now,
    )
    repeated = isinstance(outcome, AlreadyPosted)
    return Adjusted(entry_id=outcome.entry_id, amount=wish.amount, repeated=repeated)


def _plan_party(session: Session, party: Party, wish: AdjustmentWish) -> tuple[Party, Money]:
    """The plan that owes on the line; the only one where none is named."""
    plans = [
        plan
        for plan in plan_open(session, party.visit_id or 0, wish.charge_id)
        if wish.payer_id in {None, plan.payer_id}
    ]
    if not plans:
        raise AdjustmentRefused("No plan owes anything on this line.")
    if len(plans) > 1:
        raise AdjustmentRefused("Two plans owe on this line: say which.")
    plan = plans[0]
    of_plan = Party(
        guarantor_account_id=party.guarantor_account_id,
        visit_id=party.visit_id,
        charge_id=party.charge_id,
        claim_id=plan.claim_id,
        payer_id=plan.payer_id,
    )
    return of_plan, plan.amount


def _open_amount(session: Session, visit_id: int, charge_id: int, on: date) -> Money:
    """What the patient owes on the line now, by the one balance function."""
    for account in balances(session, on=on, visit_ids=[visit_id]):
        for visit in account.visits:
            for charge in visit.charges:
                if charge.charge_id == charge_id:
                    return charge.patient_due
    raise AdjustmentRefused("This line has no balance to adjust.")
