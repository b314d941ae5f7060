"""KPI-1 to KPI-24 in words: what is divided by what, over which time, and what a practice should reach.

Targets are settings of the practice, with what the rules propose as defaults. Values and targets are in tenths of the
unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from billing.settings import REGISTRY, Key, Kind, Settings


class Unit(StrEnum):
    """What a value counts, in tenths."""

    PERCENT = "percent"
    DAYS = "days"
    EACH_THOUSAND = "each_thousand"


class Better(StrEnum):
    """Which way is good."""

    LOW = "low"
    HIGH = "high"
    NEITHER = "neither"  # shown to be known


YEAR, QUARTER, NOW = "365 days", "90 days", "at the end of the day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """One figure. Its target is a setting of the practice, or `target` where the rules alone propose one."""

    rule_id: str
    name: str
    unit: Unit
    numerator: str
    denominator: str
    period: str
    better: Better = Better.NEITHER
    target: int | None = None
    setting: Key | None = None
    note: str = ""
    missing: str = ""  # what this system does not hold, where that is why there is no value

    def target_of(self, settings: Settings) -> int | None:
        """What the practice should reach, in tenths: its own setting, or what the rules propose."""
        if self.setting is None:
            return self.target
        count = settings.count(self.setting)
        return count // 10 if REGISTRY[self.setting].kind is Kind.PERCENT else count * 10

    def met(self, value: int | None, target: int | None) -> bool | None:
        """Whether the value reaches the target; None where either is not there."""
        if value is None or target is None or self.better is Better.NEITHER:
            return None
        return value <= target if self.better is Better.LOW else value >= target


P, D = Unit.PERCENT, Unit.DAYS
LOW, HIGH = Better.LOW, Better.HIGH
REVENUE = "Net patient revenue: charges less plan discounts and financial assistance"

KPIS: Mapping[str, Kpi] = {
    "days_in_ar": Kpi(
        rule_id="KPI-1", name="Days in A/R", unit=D, period=YEAR, better=LOW,
        setting=Key("targets.kpi_1_days_in_ar"),
        numerator="Owed to us less credits", denominator="Charges of the year, for one day of 365",
        note="30 to 40 days are usual; over 50 is an alarm.",
    ),
    "net_days_in_ar": Kpi(
        rule_id="KPI-1", name="Days in A/R, net", unit=D, period=YEAR,
        numerator="Owed to us less credits", denominator=f"{REVENUE}, for one day of 365",
    ),
    "over_90": Kpi(
        rule_id="KPI-2", name="A/R over 90 days", unit=P, period=NOW, better=LOW,
        setting=Key("targets.kpi_2_over_90"),
        numerator="Billed and open for more than 90 days", denominator="All that is billed and open, no credit taken off",
        note="Under 10 % is best.",
    ),
    "over_120": Kpi(
        rule_id="KPI-3", name="A/R over 120 days", unit=P, period=NOW, better=LOW,
        setting=Key("targets.kpi_3_over_120"),
        numerator="Billed and open for more than 120 days", denominator="All that is billed and open, no credit taken off",
    ),
    "net_collection": Kpi(
        rule_id="KPI-4", name="Net collection rate", unit=P, better=HIGH,
        period="12 whole months of service", setting=Key("targets.kpi_4_net_collection"),
        numerator="Paid on the services of those months, less refunds",
        denominator="Their charges less plan discounts",
        note="The newest months are still being paid, so it rises for a while.",
    ),
    "gross_collection": Kpi(
        rule_id="KPI-5", name="Gross collection rate", unit=P, period=YEAR,
        numerator="Money that came in, less refunds", denominator="Charges",
    ),
    "clean_claims": Kpi(
        rule_id="KPI-6", name="Clean claims", unit=P, period=QUARTER, better=HIGH,
        setting=Key("targets.kpi_6_clean_claims"),
        numerator="Answered without a denial and without work for a person",
        denominator="Claims sent in the time that have an answer",
        note="Rejections of a clearinghouse never reach this system: it counts what payers answer.",
    ),
    "first_pass": Kpi(
        rule_id="KPI-7", name="Resolved the first time", unit=P, period=QUARTER, better=HIGH,
        setting=Key("targets.kpi_7_first_try"),
        numerator="Not denied, and never decided again", denominator="Claims first decided in the time",
    ),
    "denials": Kpi(
        rule_id="KPI-8", name="Initial denials, of claims", unit=P, period=QUARTER, better=LOW,
        setting=Key("targets.kpi_8_denials"),
        numerator="Denied, whole or in part, by the first decision", denominator="Claims first decided in the time",
        note="5 to 10 % are typical.",
    ),
    "denied_dollars": Kpi(
        rule_id="KPI-8", name="Initial denials, of dollars", unit=P, period=QUARTER,
        numerator="Billed on claims that the first decision denied", denominator="Billed on claims first decided in the time",
    ),
    "denial_write_off": Kpi(
        rule_id="KPI-9", name="Denied and written off", unit=P, period=YEAR, better=LOW,
        setting=Key("targets.kpi_9_denial_write_off"),
        numerator="Written off on services that a payer had denied", denominator=REVENUE,
    ),
    "appeals_won": Kpi(
        rule_id="KPI-10", name="Appeals won", unit=P, period=YEAR, better=HIGH,
        setting=Key("targets.kpi_10_appeals_won"),
        numerator="Won, whole or in part", denominator="Appeals decided in the time",
    ),
    "cost_to_collect": Kpi(
        rule_id="KPI-11", name="Cost to collect", unit=P, better=LOW,
        period="12 whole months", setting=Key("targets.kpi_11_cost_to_collect"),
        numerator="What billing and collecting cost, as entered", denominator="Money that came in",
        missing="Enter what billing and collecting cost in each month: no other system tells us.",
    ),
    "bad_debt": Kpi(
        rule_id="KPI-12", name="Bad debt", unit=P, period=YEAR, better=LOW,
        setting=Key("targets.kpi_12_bad_debt"), numerator="Written off as bad debt", denominator="Charges",
    ),
    "charity": Kpi(
        rule_id="KPI-13", name="Charity", unit=P, period=YEAR,
        numerator="Financial assistance", denominator="Charges",
    ),
    "paid_at_desk": Kpi(
        rule_id="KPI-14", name="Paid at the desk", unit=P, period=QUARTER, better=HIGH,
        setting=Key("targets.kpi_14_paid_at_desk"),
        numerator="Patients’ money taken at the visit, or as copay or deposit", denominator="All of patients’ money",
    ),
    "charge_lag": Kpi(
        rule_id="KPI-15", name="Charge lag, median", unit=D, period=QUARTER, better=LOW,
        setting=Key("targets.kpi_15_charge_lag"),
        numerator="Days from the service until its charge was entered", denominator="Services of the time",
        note="Nine in ten within 3 days (72 hours).",
    ),
    "charge_lag_p90": Kpi(
        rule_id="KPI-15", name="Charge lag, nine in ten", unit=D, period=QUARTER, better=LOW, target=30,
        numerator="Days within which nine in ten were entered", denominator="Services of the time",
    ),
    "sent_in_72_hours": Kpi(
        rule_id="KPI-16", name="Claims sent within 72 hours", unit=P, period=QUARTER, better=HIGH,
        setting=Key("targets.kpi_16_sent_in_72_hours"),
        numerator="Sent at most 3 days after the service", denominator="Claims sent in the time",
    ),
    "verified": Kpi(
        rule_id="KPI-17", name="Coverage verified before the visit", unit=P, period=QUARTER, better=HIGH,
        setting=Key("targets.kpi_17_verified"),
        numerator="Coverage checked at least 3 days before", denominator="Visits booked on insurance",
    ),
    "authorised": Kpi(
        rule_id="KPI-18", name="Authorized of those that need it", unit=P, period=QUARTER, better=HIGH,
        setting=Key("targets.kpi_18_authorised"),
        numerator="Authorization or referral there", denominator="Visits that need one",
    ),
    "cash_of_net": Kpi(
        rule_id="KPI-19", name="Cash of net revenue", unit=P, period=YEAR, better=HIGH,
        setting=Key("targets.kpi_19_cash_of_net"), numerator="Money that came in, less refunds", denominator=REVENUE,
    ),
    "credit_days": Kpi(
        rule_id="KPI-20", name="Credit balances in days", unit=D, period=NOW, better=LOW,
        setting=Key("targets.kpi_20_credit_days"),
        numerator="Credits of patients and of payers", denominator=f"{REVENUE}, for one day of 365",
    ),
    "first_statement": Kpi(
        rule_id="KPI-21", name="Days to the first statement, median", unit=D, period=QUARTER, better=LOW,
        setting=Key("targets.kpi_21_first_statement"),
        numerator="Days from the last payer’s answer to the first statement", denominator="Visits first stated in the time",
    ),
    "paid_on_first": Kpi(
        rule_id="KPI-21", name="Paid before a second statement", unit=P, period=QUARTER,
        numerator="Paid with one statement alone",
        denominator="Visits first stated in the time that are paid or were stated again",
    ),
    "plans_kept": Kpi(
        rule_id="KPI-21", name="Plans paid to the end", unit=P, period=YEAR,
        numerator="Completed", denominator="Plans that ended in the time",
    ),
    "autopay": Kpi(
        rule_id="KPI-21", name="On autopay", unit=P, period=NOW,
        numerator="Accounts with autopay on", denominator="Accounts that owe something or have autopay on",
    ),
    "e_statements": Kpi(
        rule_id="KPI-21", name="Statements without paper", unit=P, period=QUARTER,
        numerator="Delivered by e-mail", denominator="Statements delivered",
    ),
    "no_shows": Kpi(
        rule_id="KPI-22", name="Missed visits", unit=P, period=QUARTER, better=LOW,
        setting=Key("targets.kpi_22_no_show"),
        numerator="Nobody came", denominator="Visits of the time that nobody canceled",
    ),
    "late_cancels": Kpi(
        rule_id="KPI-22", name="Canceled late", unit=P, period=QUARTER,
        numerator="Canceled late", denominator="All visits booked for the time",
    ),
    "waitlist_fill": Kpi(
        rule_id="KPI-22", name="Freed times taken from the waitlist", unit=P, period=QUARTER,
        numerator="Taken by somebody on the waitlist", denominator="Times that came free and were offered",
    ),
    "fill_rate": Kpi(
        rule_id="KPI-22", name="Fill rate of the calendar", unit=P, period=QUARTER,
        numerator="Five minutes that somebody had", denominator="Five minutes open for booking",
    ),
    "disputes": Kpi(
        rule_id="KPI-23", name="Disputes in 1,000 statements", unit=Unit.EACH_THOUSAND, period=QUARTER,
        better=LOW, setting=Key("targets.kpi_23_disputes"),
        numerator="Bills that somebody began to dispute", denominator="Statements delivered",
    ),
    "dispute_days": Kpi(
        rule_id="KPI-23", name="Days to close a dispute, median", unit=D, period=QUARTER, better=LOW, target=300,
        numerator="Days from its start to its end", denominator="Disputes that ended in the time",
    ),
    "disputes_upheld": Kpi(
        rule_id="KPI-23", name="Disputes upheld", unit=P, period=QUARTER,
        numerator="The patient was right, wholly or in part", denominator="Disputes answered in the time",
        note="A reply that was answered anew counts as its last answer; what was withdrawn, or only held without a "
        "finding, is in neither.",
    ),
    "texts_delivered": Kpi(
        rule_id="KPI-24", name="Texts delivered", unit=P, period=QUARTER, better=HIGH,
        setting=Key("targets.kpi_24_texts_delivered"),
        numerator="Said to be delivered", denominator="Texts sent",
    ),
    "texts_stopped": Kpi(
        rule_id="KPI-24", name="Phones that said stop", unit=P, period=QUARTER, better=LOW, target=20,
        numerator="Phones that said stop", denominator="Phones that got a text",
    ),
    "texts_filtered": Kpi(
        rule_id="KPI-24", name="Texts that carriers filtered", unit=P, period=QUARTER, better=LOW, target=5,
        numerator="Refused with error 30007", denominator="Texts sent",
    ),
    "auto_posted": Kpi(
        rule_id="OPS-15", name="Lines posted without a person", unit=P, period=QUARTER, better=HIGH,
        setting=Key("targets.auto_post"),
        numerator="Of claims that posted when they came", denominator="Remittance lines that came in the time",
    ),
}  # fmt: skip
