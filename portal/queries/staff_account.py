"""One account as staff see it: what is owed and why not, bill by bill, with holds and open work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import CompoundSelect, select
from sqlalchemy.orm import Session

from billing.holds import PROVEN_FIRST, REASONS, RULES, Action, Condition, Denied, allowed
from billing.money import Money, total_of
from billing.reach import Wishes, call_to
from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Visit
from portal.queries.balances import AccountBalance, VisitBalance, balances
from portal.queries.conditions import conditions
from portal.queries.insurance_page import patients_to_ask
from portal.queries.overview import SHARE_WORDS
from portal.queries.paging import PAGE_SIZE, Page
from portal.queries.reach import standing_requests, wishes_of
from portal.queries.staff_queue import QueueRow, open_items_of
from portal.queries.staff_story import Story, account_story
from portal.queries.viewer import StaffViewer

ACTION_WORDS = {
    Action.STATEMENT: "Send a paper statement",
    Action.ELECTRONIC_STATEMENT: "Send an electronic statement",
    Action.REMINDER: "Text a reminder",
    Action.PORTAL_PAYMENT: "Take a payment in the portal",
    Action.DRAFT: "Draw money by autopay or for a plan",
    Action.CALL: "Call about a bill",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRow:
    """One person treated on the account."""

    id: int
    name: str
    birth_on: date
    merged: bool  # another record of the same person took the visits (ID-5)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHeader:
    """Whose account it is; stands on every page of it."""

    id: int
    number: str
    name: str
    named: bool
    mobile: str  # the number to call; empty where none may be
    reach: Wishes | None  # how the person asked to be reached; nobody says so to anybody else
    patients: tuple[PatientRow, ...]

    @property
    def patient_ids(self) -> tuple[int, ...]:
        return tuple(patient.id for patient in self.patients)

    def patient_name(self, patient_id: int) -> str:
        return next((p.name for p in self.patients if p.id == patient_id), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class GateAnswer:
    """Whether an action may be taken on the account now, and the rules and facts that say no."""

    action: str
    is_allowed: bool
    rules: tuple[str, ...]
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """The first page of an account. `balance` and `story` are None for roles that see no money."""

    header: AccountHeader
    balance: AccountBalance | None
    story: Story | None
    bills: Page[VisitBalance]
    gate: tuple[GateAnswer, ...]
    open_items: tuple[QueueRow, ...]
    cards_to_ask_for: tuple[str, ...]  # patients whose card we want to see at the next visit

    @property
    def insurance_due(self) -> Money:
        """What plans still owe on the account's bills."""
        return total_of(v.insurance_due for v in (self.balance.visits if self.balance else ()))

    @property
    def owed(self) -> tuple[VisitBalance, ...]:
        """The bills that make up what is due now, the oldest first."""
        return tuple(v for v in (self.balance.visits if self.balance else ()) if v.due_now)

    @property
    def held_bills(self) -> tuple[VisitBalance, ...]:
        """Bills that wait for more than their plan's answer, which stands beside them."""
        waits = frozenset({Condition.OPEN_CLAIM})
        open_bills = (
            v
            for v in (self.balance.visits if self.balance else ())
            if v.patient_due or v.insurance_due
        )
        return tuple(v for v in open_bills if v.holding - waits)

    def why(self, bill: VisitBalance) -> str:
        """Why the patient owes this bill, in a few words."""
        if bill.coverage_intent != "insurance":
            return "no plan was billed"
        buckets = self.story.shares.get(bill.visit_id, ()) if self.story else ()
        named = [words for bucket, words in SHARE_WORDS.items() if bucket in buckets]
        if any(bucket not in SHARE_WORDS for bucket in buckets):
            named.append("not covered")
        paid = (f"{bill.patient_paid} paid so far",) if bill.patient_paid else ()
        return "; ".join((" and ".join(named) or "patient share", *paid))


def account_page(
    viewer: StaffViewer, account_id: int, *, on: date, number: int = 1
) -> AccountPage | None:
    """One account; None when there is none by this id."""
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        balance = story = None
        if viewer.may("balances.view"):
            (balance,) = balances(session, on=on, account_ids=[account_id])
            story = account_story(session, balance, on=on)
            kinds = balance.conditions
        else:
            kinds = conditions(session, on=on, account_ids=[account_id]).of(account_id).kinds
        items = open_items_of(session, account_id, on=on) if viewer.may("work.view") else ()
        ask = patients_to_ask(session, [account_id], on=on) if viewer.may("insurance.view") else ()
    bills = tuple(reversed(balance.visits)) if balance else ()
    start = (max(number, 1) - 1) * PAGE_SIZE
    return AccountPage(
        header=header,
        balance=balance,
        story=story,
        bills=Page(
            rows=bills[start : start + PAGE_SIZE],
            number=max(number, 1),
            has_next=len(bills) > start + PAGE_SIZE,
        ),
        gate=gate_answers(kinds),
        open_items=items,
        cards_to_ask_for=ask,
    )


def account_title(account_id: int) -> AccountHeader | None:
    """The header alone, for a form about the account."""
    with read_only() as session:
        return account_header(session, account_id)


def account_header(session: Session, account_id: int) -> AccountHeader | None:
    """Name, number and patients of an account."""
    rows = session.execute(
        select(
            GuarantorAccount.number,
            GuarantorAccount.named,
            GuarantorAccount.mobile,
            GuarantorAccount.first_name,
            GuarantorAccount.last_name,
            Patient.id,
            Patient.first_name.label("patient_first"),
            Patient.last_name.label("patient_last"),
            Patient.birth_on,
            Patient.merged_into_id,
        )
        .outerjoin(Patient, Patient.id.in_(_patients_of(account_id)))
        .where(GuarantorAccount.id == account_id)
        .order_by(Patient.birth_on, Patient.id)
    ).all()
    if not rows:
        return None
    wishes = wishes_of(standing_requests(session, [account_id]).get(account_id))
    return AccountHeader(
        id=account_id,
        number=rows[0].number,
        name=f"{rows[0].first_name} {rows[0].last_name}".strip(),
        named=rows[0].named,
        mobile=call_to(rows[0].mobile, wishes),
        reach=wishes,
        patients=tuple(
            PatientRow(
                id=row.id,
                name=f"{row.patient_first} {row.patient_last}".strip(),
                birth_on=row.birth_on,
                merged=row.merged_into_id is not None,
            )
            for row in rows
            if row.id is not None
        ),
    )


def _patients_of(account_id: int) -> CompoundSelect[int]:
    """Whose account it is, and whose confidential visits stand here (HIPAA-9)."""
    own = select(Patient.id).where(Patient.guarantor_account_id == account_id)
    return own.union(select(Visit.patient_id).where(Visit.guarantor_account_id == account_id))


def gate_answers(kinds: frozenset[Condition]) -> tuple[GateAnswer, ...]:
    """The gate's answer for everything that can be done today, in words and rule ids."""
    answers = []
    for action, words in ACTION_WORDS.items():
        answer = allowed(kinds, action)
        denied = isinstance(answer, Denied)
        answers.append(
            GateAnswer(
                action=words,
                is_allowed=not denied,
                rules=answer.rule_ids if isinstance(answer, Denied) else (),
                because=hold_words(answer.conditions) if isinstance(answer, Denied) else (),
            )
        )
    return tuple(answers)


def hold_words(kinds: frozenset[Condition]) -> tuple[str, ...]:
    """Each condition in words with its rule."""
    return tuple(f"{REASONS[kind]} ({RULES[kind]})" for kind in sorted(kinds))


assert set(ACTION_WORDS) == set(Action) - PROVEN_FIRST, "every action has its words"
