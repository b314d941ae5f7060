"""The day of the payment plans: what the books tell them, their clock, and the letters that follow (PLAN-14, PLAN-16).

Each plan is folded anew from the ledger and from what people did; only one that changed is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from billing.holds import Action, Condition, Denied
from billing.money import Money
from billing.notices import NoticeKind
from billing.plan_clock import LetterDue, PlanLetter, letter_due, steps_between
from billing.plan_standing import PlanStanding
from billing.transitions import PlanState, PlanStep
from portal.db import read_only, transaction
from portal.models.plans import LIVING_STATES, OPEN_STATES, Plan, PlanEvent, PlanProposal
from portal.queries.conditions import ConditionBook, conditions
from portal.queries.plan_signs import PlanSigns, plan_signs
from portal.queries.plan_standing import plan_standing
from portal.services.ask_gate import ask_gate
from portal.services.lock_posting import lock_accounts
from portal.services.move_plan import OVER, ledger_position, move_plan, note_plan
from portal.services.plan_paper_words import paper_words
from portal.services.plan_work import tell_of_end
from portal.services.send_notice import AskedNotice, queue_notice
from portal.services.tell_of_plan import PlanNews, tell_of_plans

BATCH = 500
# A bank may take a debit back for two months; a refund can come later.
REOPENS_WITHIN = timedelta(days=180)
_LETTER, _OUTSIDE, _ENDED = "letter", "outside", "ended"
END_REASONS = {
    PlanState.DEFAULTED: "Payments did not reach us.",
    PlanState.CANCELED: "Who signed it is not responsible any more.",
    PlanState.COMPLETED: "",
}


@dataclass(frozen=True, slots=True)
class Tended:
    """How many plans moved, and how many letters were queued or handed to a person."""

    moved: int = 0
    letters: int = 0

    def __add__(self, other: Tended) -> Tended:
        return Tended(self.moved + other.moved, self.letters + other.letters)


@dataclass(frozen=True, slots=True)
class _Look:
    """One plan on the day, beside what it was told before."""

    plan: Plan
    standing: PlanStanding
    letter: LetterDue | None
    untold: Money | None  # outside the signed amounts, and nobody was told of this sum

    @property
    def steps(self) -> tuple[PlanStep, ...]:
        return steps_between(PlanState(self.plan.state), self.standing.state)

    @property
    def asks(self) -> bool:
        return bool(self.steps or self.letter or self.untold)


def tend_plans(*, on: date, now: datetime, public_url: str) -> Tended:
    """Bring every plan to where the day finds it; a second run of the day changes nothing."""
    done = Tended()
    for plan_ids in _batches(on):
        with transaction() as session:
            signs = plan_signs(session, plan_ids, on)
            asking = {
                look.plan.id for look in _look(session, _plans(session, plan_ids), on) if look.asks
            }
            if asking | signs.news.keys():
                day = _Day(session, on, now, public_url)
                done += day.tend(asking | signs.news.keys())
    return done


def _batches(on: date) -> Iterator[Sequence[UUID]]:
    with read_only() as session:
        ids = session.scalars(
            select(Plan.id)
            .where(
                or_(
                    Plan.state.in_(LIVING_STATES),
                    (Plan.state == PlanState.COMPLETED.value)
                    & (Plan.ended_on >= on - REOPENS_WITHIN),
                )
            )
            .order_by(Plan.id)
        ).all()
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def _plans(session: Session, plan_ids: Collection[UUID], *, lock: bool = False) -> Sequence[Plan]:
    query = select(Plan).where(Plan.id.in_(list(plan_ids))).order_by(Plan.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).all()


def _look(session: Session, plans: Sequence[Plan], on: date) -> list[_Look]:
    standings = plan_standing(session, [plan.id for plan in plans], on)
    letters: dict[UUID, dict[tuple[PlanLetter, date], date | None]] = {}
    told: dict[UUID, int] = {}
    for event in session.scalars(
        select(PlanEvent)
        .where(PlanEvent.plan_id.in_(list(standings)), PlanEvent.kind.in_((_LETTER, _OUTSIDE)))
        .order_by(PlanEvent.id)
    ):
        if event.kind == _OUTSIDE:
            told[event.plan_id] = event.detail["cents"]
            continue
        cure_by = event.detail.get("cure_by")
        key = PlanLetter(event.detail["letter"]), date.fromisoformat(event.detail["since"])
        letters.setdefault(event.plan_id, {})[key] = (
            date.fromisoformat(cure_by) if cure_by else None
        )
    found = []
    for plan in plans:
        if (standing := standings.get(plan.id)) is None:
            continue
        wants = standing.needs_consent
        fresh = wants is not None and wants.amount.cents != told.get(plan.id)
        found.append(
            _Look(
                plan,
                standing,
                letter_due(standing, letters.get(plan.id, {})),
                wants.amount if wants is not None and fresh else None,
            )
        )
    return found


@dataclass(slots=True)
class _Day:
    """The writing half, with the plans' accounts locked."""

    session: Session
    on: date
    now: datetime
    public_url: str
    position: int = 0

    def tend(self, plan_ids: Collection[UUID]) -> Tended:
        session = self.session
        accounts = session.scalars(
            select(Plan.guarantor_account_id).where(Plan.id.in_(list(plan_ids)))
        ).all()
        lock_accounts(session, accounts)
        plans = _plans(session, plan_ids, lock=True)
        self.position = ledger_position(session)
        signs = self._record_signs(plans)
        book = conditions(session, on=self.on, account_ids=accounts)
        taken = self._taken(accounts)
        moved, letters, news = 0, 0, list[PlanNews]()
        for look in _look(session, plans, self.on):
            told = self._letters(look, book, signs)
            moved += self._move(look, taken, defaults=PlanLetter.DEFAULTED.value in told)
            cure_by = look.letter.cure_by if look.letter else None
            if about := told.pop(PlanLetter.DEFAULTED.value, ""):
                self._tell_of_default(look, about, signs)
                letters += 1
            news += [
                PlanNews(look.plan, about, paper_words(kind, look.standing, cure_by=cure_by))
                for kind, about in told.items()
            ]
        self._withdraw(plans)
        if news:
            tell_of_plans(session, news, public_url=self.public_url, on=self.on, now=self.now)
        return Tended(moved, letters + len(news))

    def _tell_of_default(self, look: _Look, about: str, signs: PlanSigns) -> None:
        """A letter with its evidence (CORE-3): printed by itself, or told of by e-mail to who agreed to that."""
        plan = look.plan
        queue_notice(
            self.session,
            AskedNotice(
                kind=NoticeKind.PLAN_DEFAULT,
                account_id=plan.guarantor_account_id,
                key=f"plan:{plan.id}:{about}",
                facts={"plan": plan.number, "payoff": look.standing.payoff},
                visit_ids=tuple(signs.visits.get(plan.id, ())),
                subject=f"plan:{plan.id}",
            ),
            public_url=self.public_url,
            on=self.on,
            now=self.now,
        )

    def _record_signs(self, plans: Sequence[Plan]) -> PlanSigns:
        """LIFE-6, 21, 22: what the practice learned becomes part of the plan's life."""
        signs = plan_signs(self.session, [plan.id for plan in plans], self.on)
        for plan in plans:
            for sign in signs.news.get(plan.id, ()):
                self._note(plan, sign.kind, **sign.detail)
        self.session.flush()
        return signs

    def _note(self, plan: Plan, kind: str, **detail: Any) -> None:
        note_plan(
            self.session, plan, kind, on=self.on, now=self.now, position=self.position, **detail
        )

    def _taken(self, account_ids: Collection[int]) -> set[int]:
        """Accounts that have an open plan: one that was completed cannot open again beside it."""
        return set(
            self.session.scalars(
                select(Plan.guarantor_account_id).where(
                    Plan.guarantor_account_id.in_(list(account_ids)), Plan.state.in_(OPEN_STATES)
                )
            )
        )

    def _letters(self, look: _Look, book: ConditionBook, signs: PlanSigns) -> dict[str, str]:
        """Write down each letter that the gate lets go: by kind, what it is about."""
        told: dict[str, str] = {}
        plan, letter = look.plan, look.letter
        if letter is not None and self._may_write(plan, book, signs, letter.letter):
            self._note(
                plan,
                _LETTER,
                letter=letter.letter.value,
                since=letter.since.isoformat(),
                cure_by=letter.cure_by.isoformat() if letter.cure_by else None,
                cents=look.standing.past_due.cents,
            )
            told[letter.letter.value] = f"{letter.letter.value}:{letter.since.isoformat()}"
        if PlanStep.CANCEL in look.steps and self._may_write(plan, book, signs, None):
            told[_ENDED] = f"{_ENDED}:{self.on.isoformat()}"
        if look.untold is not None and self._may_write(plan, book, signs, None):
            self._note(plan, _OUTSIDE, cents=look.untold.cents)
            told[_OUTSIDE] = f"{_OUTSIDE}:{look.untold.cents}:{self.on.isoformat()}"
        return told

    def _may_write(
        self, plan: Plan, book: ConditionBook, signs: PlanSigns, letter: PlanLetter | None
    ) -> bool:
        """As for a statement; about a plan that is paid, only what holds for the account counts."""
        kinds: set[Condition] = set(book.of(plan.guarantor_account_id).kinds)
        if letter is not PlanLetter.COMPLETED:
            for visit_id in signs.visits.get(plan.id, ()):
                kinds |= book.of(plan.guarantor_account_id, visit_id).kinds
        answer = ask_gate(
            self.session,
            kinds,
            Action.STATEMENT,
            asked_by="plan letter",
            account_id=plan.guarantor_account_id,
        )
        return not isinstance(answer, Denied)

    def _move(self, look: _Look, taken: set[int], *, defaults: bool) -> bool:
        """The steps that the facts ask for; a default follows its letter, never comes without it."""
        plan, steps = look.plan, look.steps
        if PlanStep.REOPEN in steps and plan.guarantor_account_id in taken:
            return False
        if defaults:
            if PlanStep.FALL_BEHIND in steps:
                move_plan(plan, PlanStep.FALL_BEHIND, now=self.now)
            steps = (PlanStep.DEFAULT,)
            self._note(plan, PlanState.DEFAULTED.value)
        for step in steps:
            following = move_plan(plan, step, now=self.now, on=self.on)
            plan.end_reason = END_REASONS.get(following, "")
            if following is PlanState.CANCELED:
                tell_of_end(self.session, plan, on=self.on, now=self.now)
        if steps:
            paused = plan.state == PlanState.PAUSED.value
            plan.pause_until = look.standing.paused_until if paused else None
        return bool(steps)

    def _withdraw(self, plans: Sequence[Plan]) -> None:
        """A plan that is over waits for no answer."""
        self.session.flush()
        over = [plan.id for plan in plans if PlanState(plan.state) in OVER]
        self.session.execute(
            update(PlanProposal)
            .where(PlanProposal.plan_id.in_(over), PlanProposal.state.in_(("waiting", "approved")))
            .values(state="withdrawn")
        )
