"""What a practice may choose where the rules say CFG: each setting with its rule, its default and its bounds.

A value is whole: cents, days, hours, minutes, a number, hundredths of a percent, or minutes since midnight.
What the law fixes is no setting; bounds keep a choice on the lawful side.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum

from billing.money import Money


class Kind(StrEnum):
    """What a value counts."""

    CENTS = "cents"
    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"
    COUNT = "count"
    PERCENT = "percent"  # in hundredths: 250 is 2.5 %
    CLOCK = "clock"  # minutes since midnight, by the practice's own clock
    YES_NO = "yes_no"  # 1 or 0


class Section(StrEnum):
    """Under which heading of the page it stands."""

    BILLS = "Bills and statements"
    SMALL = "Small balances"
    MESSAGES = "Texts and letters"
    MONEY = "Money that came in"
    ASSISTANCE = "Financial assistance"
    SIGN_INS = "Sign-ins"
    AUDIT = "Who may look, and what is noticed"
    TARGETS = "Targets in the reports"


class Key(StrEnum):
    """The settings by name; a key once used is never given another meaning."""

    STATEMENT_FLOOR = "statements.floor"
    STATEMENT_CYCLE_DAYS = "statements.cycle_days"
    STATEMENT_LEAST_APART_DAYS = "statements.least_apart_days"
    STATEMENT_DAYS_TO_PAY = "statements.days_to_pay"
    SMALL_BALANCE_AT_MOST = "small_balance.at_most"
    SMALL_BALANCE_QUIET_DAYS = "small_balance.quiet_days"
    SMALL_BALANCE_STATEMENTS = "small_balance.statements_first"
    PAYER_REST_AT_MOST = "small_balance.payer_at_most"
    TEXTS_PER_WEEK = "texts.per_week"
    MOBILE_PROVEN_DAYS = "texts.mobile_proven_days"
    VISIT_UNBILLED_DAYS = "money.visit_unbilled_days"
    UNPAID_CLAIM_DAYS = "money.unpaid_claim_days"
    UNPAID_MEDICARE_DAYS = "money.unpaid_medicare_days"
    BATCH_CLOSES = "money.batch_closes"
    BATCH_CLOSES_NEXT = "money.batch_closes_next_day"
    UNDERPAID_ABOVE = "money.underpaid_above"
    UNDERPAID_PERCENT = "money.underpaid_percent"
    ASSISTANCE_CLEAR_UP_TO = "assistance.clear_up_to"
    ASSISTANCE_CLEAR_INCOME = "assistance.clear_income"
    ASSISTANCE_SECOND_ABOVE = "assistance.second_above"
    ASSISTANCE_DECIDE_DAYS = "assistance.decide_days"
    ASSISTANCE_BACK_DAYS = "assistance.back_days"
    ACCESS_REVIEW_DAYS = "sessions.access_review_days"
    AUDIT_CHARTS_AN_HOUR = "audit.charts_an_hour"
    AUDIT_EXPORT_ROWS = "audit.export_rows"
    AUDIT_FAILED_SIGN_INS = "audit.failed_sign_ins"
    OFFICE_OPENS = "audit.office_opens"
    OFFICE_CLOSES = "audit.office_closes"
    WEEKEND_IS_AFTER_HOURS = "audit.weekend_is_after_hours"
    BREAK_GLASS_MINUTES = "audit.break_glass_minutes"
    TARGET_DAYS_IN_AR = "targets.kpi_1_days_in_ar"
    TARGET_OVER_90 = "targets.kpi_2_over_90"
    TARGET_OVER_120 = "targets.kpi_3_over_120"
    TARGET_NET_COLLECTION = "targets.kpi_4_net_collection"
    TARGET_CLEAN_CLAIMS = "targets.kpi_6_clean_claims"
    TARGET_FIRST_TRY = "targets.kpi_7_first_try"
    TARGET_DENIALS = "targets.kpi_8_denials"
    TARGET_DENIAL_WRITE_OFF = "targets.kpi_9_denial_write_off"
    TARGET_APPEALS_WON = "targets.kpi_10_appeals_won"
    TARGET_COST_TO_COLLECT = "targets.kpi_11_cost_to_collect"
    TARGET_BAD_DEBT = "targets.kpi_12_bad_debt"
    TARGET_PAID_AT_DESK = "targets.kpi_14_paid_at_desk"
    TARGET_CHARGE_LAG = "targets.kpi_15_charge_lag"
    TARGET_SENT_IN_72_HOURS = "targets.kpi_16_sent_in_72_hours"
    TARGET_VERIFIED = "targets.kpi_17_verified"
    TARGET_AUTHORISED = "targets.kpi_18_authorised"
    TARGET_CASH_OF_NET = "targets.kpi_19_cash_of_net"
    TARGET_CREDIT_DAYS = "targets.kpi_20_credit_days"
    TARGET_FIRST_STATEMENT = "targets.kpi_21_first_statement"
    TARGET_NO_SHOW = "targets.kpi_22_no_show"
    TARGET_DISPUTES = "targets.kpi_23_disputes"
    TARGET_TEXTS_DELIVERED = "targets.kpi_24_texts_delivered"
    TARGET_AUTO_POST = "targets.auto_post"


@dataclass(frozen=True, slots=True)
class Rule:
    """One setting: its default is what the rules propose, `least` and `most` are both allowed."""

    label: str
    rule_id: str
    section: Section
    kind: Kind
    default: int
    least: int
    most: int
    hint: str = ""


class SettingRefused(ValueError):
    """The value is outside the bounds; the message says which are allowed."""


_B, _S, _T = Section.BILLS, Section.SMALL, Section.MESSAGES
_M, _L, _A, _F = Section.MONEY, Section.SIGN_INS, Section.AUDIT, Section.ASSISTANCE

RULES: Mapping[Key, Rule] = {
    Key.STATEMENT_FLOOR: Rule(
        "No statement below", "OPS-19", _B, Kind.CENTS, 5_00, 0, 25_00,
        "What is due stays open; it goes out with the next amount above this.",
    ),
    Key.STATEMENT_CYCLE_DAYS: Rule(
        "Days between monthly statements", "STMT-10", _B, Kind.DAYS, 30, 28, 31
    ),
    Key.STATEMENT_LEAST_APART_DAYS: Rule(
        "Least days between two statements", "STMT-12", _B, Kind.DAYS, 21, 21, 28,
        "A new bill waits so long after the last statement.",
    ),
    Key.STATEMENT_DAYS_TO_PAY: Rule(
        "Days to pay a mailed statement", "STMT-20", _B, Kind.DAYS, 25, 25, 60
    ),
    Key.SMALL_BALANCE_AT_MOST: Rule(
        "Written off by itself up to", "OPS-19", _S, Kind.CENTS, 9_99, 0, 9_99
    ),
    Key.SMALL_BALANCE_QUIET_DAYS: Rule(
        "After so many quiet days", "OPS-19", _S, Kind.DAYS, 60, 60, 365
    ),
    Key.SMALL_BALANCE_STATEMENTS: Rule(
        "After so many statements", "OPS-19", _S, Kind.COUNT, 2, 2, 6
    ),
    Key.PAYER_REST_AT_MOST: Rule(
        "A plan’s rest is let go up to", "OPS-19", _S, Kind.CENTS, 5_00, 0, 5_00,
        "After the same quiet days. The patient never owes it. 0 turns it off.",
    ),
    Key.TEXTS_PER_WEEK: Rule(
        "Texts to one person in a week", "MSG-7", _T, Kind.COUNT, 3, 1, 3,
        "Codes and answers do not count.",
    ),
    Key.MOBILE_PROVEN_DAYS: Rule(
        "A proven mobile number counts for", "MSG-21", _T, Kind.DAYS, 365, 30, 365
    ),
    Key.VISIT_UNBILLED_DAYS: Rule(
        "A paid visit without its bill is looked at after", "OPS-14", _M, Kind.DAYS, 30, 7, 90
    ),
    Key.BATCH_CLOSES: Rule(
        "A batch that is begun before closes by", "OPS-12", _M, Kind.CLOCK, 17 * 60, 12 * 60, 23 * 60,
        "One that is still open then is work for whoever began it.",
    ),
    Key.BATCH_CLOSES_NEXT: Rule(
        "One that is begun later, on the next business day by", "OPS-12", _M, Kind.CLOCK, 10 * 60,
        6 * 60, 12 * 60,
    ),
    Key.UNDERPAID_ABOVE: Rule(
        "A payer is asked when a line is short by more than", "OPS-16", _M, Kind.CENTS, 5_00, 0, 500_00,
        "Less than its contract here allows. Either of the two is enough.",
    ),
    Key.UNDERPAID_PERCENT: Rule(
        "Or by more than this share of the contract", "OPS-16", _M, Kind.PERCENT, 2_00, 0, 100_00,
        "100% leaves it to the amount alone.",
    ),
    Key.ASSISTANCE_CLEAR_UP_TO: Rule(
        "Clear cases are decided at once up to", "FA-8", _F, Kind.CENTS, 1_500_00, 0, 5_000_00,
        "What somebody could be asked for. Above it a person decides. 0 turns it off.",
    ),
    Key.ASSISTANCE_CLEAR_INCOME: Rule(
        "An attested income is clear up to (of the poverty line)", "FA-7", _F, Kind.PERCENT, 150_00,
        0, 200_00,
        "A letter of a program is clear at any income.",
    ),
    Key.ASSISTANCE_SECOND_ABOVE: Rule(
        "A second person approves above", "FA-11", _F, Kind.CENTS, 5_000_00, 0, 5_000_00
    ),
    Key.ASSISTANCE_DECIDE_DAYS: Rule(
        "Days to decide a complete application", "FA-9", _F, Kind.DAYS, 21, 1, 30,
        "Colorado: 21.",
    ),
    Key.ASSISTANCE_BACK_DAYS: Rule(
        "Bills first sent so long ago are covered", "FA-9", _F, Kind.DAYS, 240, 240, 3650
    ),
    Key.UNPAID_CLAIM_DAYS: Rule(
        "A claim without an answer is asked for after", "OPS-3", _M, Kind.DAYS, 30, 14, 60,
        "And again after as long.",
    ),
    Key.UNPAID_MEDICARE_DAYS: Rule(
        "The same of Medicare", "OPS-3", _M, Kind.DAYS, 21, 14, 30
    ),
    Key.ACCESS_REVIEW_DAYS: Rule(
        "Staff’s access is reviewed every", "ID-13", _L, Kind.DAYS, 90, 30, 92
    ),
    Key.AUDIT_CHARTS_AN_HOUR: Rule(
        "Alert above so many accounts opened in an hour", "HIPAA-4", _A, Kind.COUNT, 50, 5, 500
    ),
    Key.AUDIT_EXPORT_ROWS: Rule(
        "Alert when a download has more rows than", "HIPAA-4", _A, Kind.COUNT, 100, 10, 10_000
    ),
    Key.AUDIT_FAILED_SIGN_INS: Rule(
        "Alert after so many failed sign-ins in a day", "HIPAA-4", _A, Kind.COUNT, 5, 3, 50
    ),
    Key.OFFICE_OPENS: Rule(
        "The office opens", "HIPAA-4", _A, Kind.CLOCK, 7 * 60, 0, 12 * 60,
        "What staff open before is after hours.",
    ),
    Key.OFFICE_CLOSES: Rule(
        "The office closes", "HIPAA-4", _A, Kind.CLOCK, 19 * 60, 12 * 60, 23 * 60 + 59,
        "What staff open later is after hours.",
    ),
    Key.WEEKEND_IS_AFTER_HOURS: Rule(
        "Saturday and Sunday are after hours", "HIPAA-4", _A, Kind.YES_NO, 1, 0, 1
    ),
    Key.BREAK_GLASS_MINUTES: Rule(
        "A restricted account stays open after a reason", "HIPAA-3", _A, Kind.MINUTES, 60, 5, 240
    ),
}  # fmt: skip


def _target(label: str, rule_id: str, kind: Kind, default: int, most: int) -> Rule:
    return Rule(label, rule_id, Section.TARGETS, kind, default, 0, most)


_PERCENT = 100_00
TARGETS: Mapping[Key, Rule] = {
    Key.TARGET_DAYS_IN_AR: _target("Days in A/R, at most", "KPI-1", Kind.DAYS, 35, 365),
    Key.TARGET_OVER_90: _target(
        "A/R over 90 days, at most", "KPI-2", Kind.PERCENT, 15_00, _PERCENT
    ),
    Key.TARGET_OVER_120: _target(
        "A/R over 120 days, at most", "KPI-3", Kind.PERCENT, 12_00, _PERCENT
    ),
    Key.TARGET_NET_COLLECTION: _target(
        "Net collection rate, at least", "KPI-4", Kind.PERCENT, 95_00, _PERCENT
    ),
    Key.TARGET_CLEAN_CLAIMS: _target(
        "Clean claims, at least", "KPI-6", Kind.PERCENT, 95_00, _PERCENT
    ),
    Key.TARGET_FIRST_TRY: _target(
        "Resolved the first time, at least", "KPI-7", Kind.PERCENT, 90_00, _PERCENT
    ),
    Key.TARGET_DENIALS: _target("Initial denials, at most", "KPI-8", Kind.PERCENT, 5_00, _PERCENT),
    Key.TARGET_DENIAL_WRITE_OFF: _target(
        "Denied and written off, at most", "KPI-9", Kind.PERCENT, 2_00, _PERCENT
    ),
    Key.TARGET_APPEALS_WON: _target(
        "Appeals won, at least", "KPI-10", Kind.PERCENT, 50_00, _PERCENT
    ),
    Key.TARGET_COST_TO_COLLECT: _target(
        "Cost to collect, at most", "KPI-11", Kind.PERCENT, 7_00, _PERCENT
    ),
    Key.TARGET_BAD_DEBT: _target("Bad debt, at most", "KPI-12", Kind.PERCENT, 3_00, _PERCENT),
    Key.TARGET_PAID_AT_DESK: _target(
        "Paid at the desk, at least", "KPI-14", Kind.PERCENT, 25_00, _PERCENT
    ),
    Key.TARGET_CHARGE_LAG: _target("Median charge lag, at most", "KPI-15", Kind.DAYS, 2, 60),
    Key.TARGET_SENT_IN_72_HOURS: _target(
        "Claims sent within 72 hours, at least", "KPI-16", Kind.PERCENT, 95_00, _PERCENT
    ),
    Key.TARGET_VERIFIED: _target(
        "Visits verified, at least", "KPI-17", Kind.PERCENT, 98_00, _PERCENT
    ),
    Key.TARGET_AUTHORISED: _target(
        "Visits authorised, at least", "KPI-18", Kind.PERCENT, _PERCENT, _PERCENT
    ),
    Key.TARGET_CASH_OF_NET: _target(
        "Cash of net revenue, at least", "KPI-19", Kind.PERCENT, _PERCENT, 2 * _PERCENT
    ),
    Key.TARGET_CREDIT_DAYS: _target("Credit balances, at most", "KPI-20", Kind.DAYS, 1, 60),
    Key.TARGET_FIRST_STATEMENT: _target(
        "First statement after the last decision, at most", "KPI-21", Kind.DAYS, 5, 60
    ),
    Key.TARGET_NO_SHOW: _target("Missed visits, at most", "KPI-22", Kind.PERCENT, 8_00, _PERCENT),
    Key.TARGET_DISPUTES: _target(
        "Disputes in 1,000 statements, at most", "KPI-23", Kind.COUNT, 10, 1000
    ),
    Key.TARGET_TEXTS_DELIVERED: _target(
        "Texts delivered, at least", "KPI-24", Kind.PERCENT, 97_00, _PERCENT
    ),
    Key.TARGET_AUTO_POST: _target(
        "Lines that post by themselves, at least", "OPS-15", Kind.PERCENT, 90_00, _PERCENT
    ),
}
REGISTRY: Mapping[Key, Rule] = {**RULES, **TARGETS}


@dataclass(frozen=True, slots=True)
class Settings:
    """What is in force on one day; a key without a row has the default."""

    set_to: Mapping[Key, int] = field(default_factory=dict)

    def count(self, key: Key) -> int:
        """The bare number; hundredths for a percentage."""
        return self.set_to.get(key, REGISTRY[key].default)

    def money(self, key: Key) -> Money:
        """An amount."""
        return Money(self.count(key))

    def span(self, key: Key) -> timedelta:
        """Days, hours or minutes as a span of time."""
        kind = REGISTRY[key].kind
        return timedelta(**{kind.value: self.count(key)})

    def clock(self, key: Key) -> time:
        """A time of day."""
        hours, minutes = divmod(self.count(key), 60)
        return time(hours, minutes)

    def yes(self, key: Key) -> bool:
        """A choice."""
        return bool(self.count(key))


def check_value(key: Key, value: int) -> None:
    """Raises SettingRefused outside the bounds."""
    rule = REGISTRY[key]
    if not rule.least <= value <= rule.most:
        raise SettingRefused(
            f"{rule.label}: from {shown(key, rule.least)} to {shown(key, rule.most)}"
            f" ({rule.rule_id})."
        )


def shown(key: Key, value: int) -> str:
    """The value as a page says it: `$5.00`, `30 days`, `2.5%`, `7:00 am`, `yes`."""
    kind = REGISTRY[key].kind
    if kind is Kind.CENTS:
        return str(Money(value))
    if kind is Kind.PERCENT:
        whole, part = divmod(value, 100)
        return f"{whole}.{part:02d}".rstrip("0").rstrip(".") + "%"
    if kind is Kind.CLOCK:
        hour, minute = divmod(value, 60)
        return f"{(hour - 1) % 12 + 1}:{minute:02d} {'am' if hour < 12 else 'pm'}"  # noqa: PLR2004 - noon
    if kind is Kind.YES_NO:
        return "yes" if value else "no"
    if kind is Kind.COUNT:
        return f"{value:,}"
    return f"{value} {kind.value if value != 1 else kind.value[:-1]}"


def read_value(key: Key, typed: str) -> int:
    """What somebody typed, as the registry counts it: `5.00`, `30`, `2.5`, `7:00 am`, `yes`. Raises SettingRefused."""
    kind, text = REGISTRY[key].kind, typed.strip().lower()
    if kind is Kind.YES_NO and text in {"yes", "no"}:
        return int(text == "yes")
    if kind is Kind.CLOCK and (at := _CLOCK.fullmatch(text)):
        hour, minute, half = int(at[1]), int(at[2]), at[3]
        if half and 1 <= hour <= 12:  # noqa: PLR2004 - a clock face
            hour = hour % 12 + (12 if half == "pm" else 0)
        if hour < 24 and minute < 60:  # noqa: PLR2004 - a day
            return hour * 60 + minute
    if kind in {Kind.CENTS, Kind.PERCENT} and (parts := _HUNDREDTHS.fullmatch(text)):
        return int(parts[1].replace(",", "")) * 100 + int((parts[2] or "").ljust(2, "0"))
    if kind in _WHOLE and (whole := _NUMBER.fullmatch(text)):
        return int(whole[1].replace(",", ""))
    raise SettingRefused(
        f"{REGISTRY[key].label}: write it like {shown(key, REGISTRY[key].default)}."
    )


_WHOLE = {Kind.DAYS, Kind.HOURS, Kind.MINUTES, Kind.COUNT}
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})\s*(am|pm)?")
_HUNDREDTHS = re.compile(r"\$?\s*(\d{1,7}|\d{1,3}(?:,\d{3})+)(?:\.(\d{1,2}))?\s*%?")
_NUMBER = re.compile(r"(\d{1,6}|\d{1,3}(?:,\d{3}))(?:\s*(?:days?|hours?|minutes?))?")
