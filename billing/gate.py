"""What must be proven before a final notice, a placement with an agency or a lawsuit (COLL-2 to COLL-5, OPS-22).

Pure: facts and a day in, the rules that say no out. A fact that nobody recorded is a step that was not taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from billing.holds import Action, Allowed, Condition, Denied, allowed
from billing.money import ZERO, Money
from billing.organisation import Organisation
from billing.state_rules import Terms
from billing.statement_calendar import STATEMENTS_FIRST

OPENS_AFTER = timedelta(days=121)  # denied on days 119 and 120 after D0: the safe reading (COLL-3)
NOTICE_FROM = timedelta(days=90)  # no final notice before D90 (STMT-10)
BEFORE_ACTING = timedelta(days=30)  # of the notice and of the oral attempt (COLL-4, COLL-5)
ITEMISED_WITHIN = timedelta(days=30)  # after the last payer answered (STMT-9)
AFTER_A_DISPUTE = timedelta(days=14)  # before a bill rejoins the cycle (DISP-2)
AFFIDAVIT_LASTS = timedelta(days=30)  # COLL-27
SHORTEST_TIME_LIMIT = 3  # years: what counts where the state's own is not known (COLL-23)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The five clocks of one bill, each stored by the event that starts it (CORE-3)."""

    service_on: date  # dos
    responsible_on: date | None = None  # pr_date: the last payer has answered
    first_statement_on: date | None = None  # D0
    assistance_asked_on: date | None = None  # fa_app_received_at
    last_paid_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalNotice:
    """One final notice that was delivered and did not come back (COLL-4)."""

    sent_on: date
    deadline_on: date
    names: frozenset[str] = frozenset()  # the actions that it names
    encloses_summary: bool = False  # the plain-language summary of help with bills
    not_reported_in_bold: bool = (
        False  # its sentence in 14 points that nothing was reported (COLL-T4)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One bill on its way: what was sent and asked, and since when it stood still."""

    visit_id: int
    clocks: Clocks
    balance: Money
    conditions: frozenset[Condition] = frozenset()
    statements: tuple[date, ...] = ()  # delivered days of statements that ask for it
    notices: tuple[FinalNotice, ...] = ()
    held_days: int = 0  # in disputes: they do not count towards its age (DISP-2)
    dispute_ended_on: date | None = None
    plan_defaulted_on: date | None = None  # a new notice is owed after it (PLAN-14)

    def age_on(self, day: date) -> timedelta | None:
        """How long after D0, without the days of disputes; None before a first statement arrived."""
        if self.clocks.first_statement_on is None:
            return None
        return day - self.clocks.first_statement_on - timedelta(days=self.held_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFacts:
    """What is known of an account and the bills that would go together. No bill may be left out."""

    organisation: Organisation
    terms: Terms = field(default_factory=Terms)  # the strictest of both states (CORE-2)
    terms_rules: Mapping[str, str] = field(default_factory=dict)  # field of Terms -> its row's id
    unreviewed_rows: tuple[str, ...] = ()  # of either state; a reason to deny by itself
    conditions: frozenset[Condition] = frozenset()  # of the account as a whole
    # What NEEDED asks for is on record: of which condition, for which action alone.
    clearances: frozenset[tuple[Condition, Action]] = frozenset()
    episodes: tuple[Episode, ...] = ()
    oral_attempts: tuple[date, ...] = ()  # to tell of help with bills (COLL-5)
    screened_on: date | None = None  # for help with bills (FA-8)
    plan_offered_on: date | None = None
    affidavit_on: date | None = None  # of the military database (COLL-27)

    @property
    def all_conditions(self) -> frozenset[Condition]:
        """Of the account and of each of its bills: one that is held keeps all of them."""
        return self.conditions.union(*(one.conditions for one in self.episodes))

    def cleared(self, action: Action) -> frozenset[Condition]:
        """The conditions that somebody decided for this action."""
        return frozenset(condition for condition, decided in self.clearances if decided is action)

    @property
    def latest_start(self) -> date | None:
        """The D0 that counts when bills go together: the latest; None while any has none (COLL-3)."""
        starts = [one.clocks.first_statement_on for one in self.episodes]
        return max((day for day in starts if day), default=None) if all(starts) else None

    @property
    def youngest(self) -> Episode | None:
        """The bill whose age is the least; None while any has none."""
        if self.latest_start is None:
            return None
        return max(self.episodes, key=lambda one: (_counted_start(one), one.visit_id))


def _counted_start(one: Episode) -> date:
    start = one.clocks.first_statement_on or date.max
    return start if start == date.max else start + timedelta(days=one.held_days)


def may_send_final_notice(facts: GateFacts, at: date) -> Allowed | Denied:
    """Whether a final notice may leave on this day."""
    return _answer(facts, Action.FINAL_NOTICE, missing_for_notice(facts, at))


def may_place(facts: GateFacts, at: date) -> Allowed | Denied:
    """Whether the account's bills may go to an agency on this day, or be written off as bad debt (OPS-22)."""
    return _answer(facts, Action.PLACEMENT, missing_for_placement(facts, at))


def may_sue(facts: GateFacts, at: date) -> Allowed | Denied:
    """Whether a lawsuit may be filed on this day: all that a placement needs, and more."""
    return _answer(facts, Action.LAWSUIT, missing_for_lawsuit(facts, at))


def _answer(facts: GateFacts, action: Action, unproven: Iterable[str]) -> Allowed | Denied:
    return allowed(facts.all_conditions, action, cleared=facts.cleared(action), unproven=unproven)


def missing_for_notice(facts: GateFacts, at: date) -> frozenset[str]:
    """The rules whose step before a final notice is not proven."""
    missing: set[str] = set()
    if not facts.episodes or sum((e.balance for e in facts.episodes), ZERO) <= ZERO:
        missing.add("STMT-11")
    for one in facts.episodes:
        age = one.age_on(at)
        if age is None:
            missing.add("CORE-3")
        elif age < NOTICE_FROM:
            missing.add("STMT-10")
        if len(set(one.statements)) < STATEMENTS_FIRST:
            missing.add("STMT-10")
        if one.dispute_ended_on and at < one.dispute_ended_on + AFTER_A_DISPUTE:
            missing.add("DISP-2")
    return frozenset(missing)


def missing_for_placement(facts: GateFacts, at: date) -> frozenset[str]:
    """The rules whose step before a placement is not proven."""
    missing = set(missing_for_notice(facts, at))
    young = facts.youngest
    age = young.age_on(at) if young else None
    if age is None or age < OPENS_AFTER:
        missing.add("COLL-3")
    missing |= _state_waits(facts, age, "wait_days")
    if not _noticed(facts, at):
        missing.add("COLL-4")
    if facts.terms.not_reported_in_bold and not _noticed(facts, at, in_bold=True):
        missing.add(_row(facts, "not_reported_in_bold"))
    if not _told(facts, at):
        missing.add("COLL-5")
    if not _screened(facts, at):
        missing.add("FA-8")
    if facts.unreviewed_rows:
        missing.add("CORE-2")
    if facts.terms.plan_offer_first and not _since_start(facts, facts.plan_offered_on, at):
        missing.add(_row(facts, "plan_offer_first"))
    if facts.organisation.is_texas_facility:
        missing |= {"STMT-9" for one in facts.episodes if not _itemised(one)}
    missing |= {"COLL-23" for one in facts.episodes if at >= too_old_on(one, facts.terms)}
    return frozenset(missing)


def missing_for_lawsuit(facts: GateFacts, at: date) -> frozenset[str]:
    """The rules whose step before a lawsuit is not proven."""
    missing = set(missing_for_placement(facts, at))
    young = facts.youngest
    missing |= _state_waits(facts, young.age_on(at) if young else None, "suit_wait_days")
    owed = sum((one.balance for one in facts.episodes), ZERO)
    if owed <= facts.terms.suit_above:
        missing.add(_row(facts, "suit_above"))
    if facts.affidavit_on is None or not (
        facts.affidavit_on <= at <= facts.affidavit_on + AFFIDAVIT_LASTS
    ):
        missing.add("COLL-27")
    return frozenset(missing)


def too_old_on(one: Episode, terms: Terms) -> date:
    """The first day on which a bill is too old to be placed or sued for (COLL-23); a payment revives nothing."""
    start = one.clocks.service_on
    years = terms.time_limit_years or SHORTEST_TIME_LIMIT
    last = start.replace(year=start.year + years, day=min(start.day, _last_day(start, years)))
    return last + timedelta(days=1)


def _last_day(start: date, years: int) -> int:
    after = date(start.year + years + start.month // 12, start.month % 12 + 1, 1)
    return (after - timedelta(days=1)).day


def _state_waits(facts: GateFacts, age: timedelta | None, name: str) -> set[str]:
    # As of COLL-3: the day on which the wait ends is still too early.
    days: int = getattr(facts.terms, name)
    if days and (age is None or age <= timedelta(days=days)):
        return {_row(facts, name)}
    return set()


def _row(facts: GateFacts, name: str) -> str:
    return facts.terms_rules.get(name, "CORE-2")


def _noticed(facts: GateFacts, at: date, *, in_bold: bool = False) -> bool:
    """Every bill has a notice that names the placement, long enough ago, after it was old enough for one.

    `in_bold`: one that says, as New Jersey asks for, that the debt was not reported.
    """
    days = max(BEFORE_ACTING, timedelta(days=facts.terms.notice_days))
    return bool(facts.episodes) and all(
        any(
            _counts(one, notice, at, days) and (notice.not_reported_in_bold or not in_bold)
            for notice in one.notices
        )
        for one in facts.episodes
    )


def _counts(one: Episode, notice: FinalNotice, at: date, days: timedelta) -> bool:
    start, since = one.clocks.first_statement_on, one.plan_defaulted_on
    return (
        start is not None
        and notice.sent_on >= start + NOTICE_FROM
        and (since is None or notice.sent_on >= since)
        and notice.deadline_on >= notice.sent_on + BEFORE_ACTING
        and notice.sent_on + days <= at
        and notice.deadline_on < at  # the day that it names is the patient's to its end
        and notice.encloses_summary
        and Action.PLACEMENT.value in notice.names
    )


def _told(facts: GateFacts, at: date) -> bool:
    start = facts.latest_start
    return start is not None and any(
        start <= day <= at - BEFORE_ACTING for day in facts.oral_attempts
    )


def _screened(facts: GateFacts, at: date) -> bool:
    return _since_start(facts, facts.screened_on, at)


def _since_start(facts: GateFacts, day: date | None, at: date) -> bool:
    start = facts.latest_start
    return start is not None and day is not None and start <= day <= at


def _itemised(one: Episode) -> bool:
    """A statement says every service of a bill by line: the first that arrived is the itemised bill (STMT-8)."""
    first = min(one.statements, default=None)
    answered = one.clocks.responsible_on or one.clocks.service_on
    return first is not None and first <= answered + ITEMISED_WITHIN
