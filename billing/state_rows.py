"""The rows of the state pack as they were read (COLL-T1 to T12), one for each state and group; text is for the reviewer."""

from __future__ import annotations

from datetime import date

from billing.money import Money
from billing.state_rules import Binds, StateRule, Terms

_START = date(2024, 1, 1)  # older law is loaded as of here: no account of this practice is older
_UNKNOWN = (
    "The pack has no row for this state. Read its law on waiting times, notices, plans, interest,"
    " lawsuits and time limits before this is marked as reviewed."
)
_FROM_MEMORY = "from knowledge - verify"


def _law(
    rule: str,
    state: str,
    text: str,
    source: str,
    terms: Terms,
    *,
    part: str = "",
    binds: Binds = Binds.ALL,
    starts_on: date = _START,
) -> tuple[StateRule, StateRule]:
    """A state's law follows its people, and whoever is treated there."""
    at_home = StateRule(
        rule=rule,
        part=part,
        patient_state=state,
        starts_on=starts_on,
        binds=binds,
        terms=terms,
        text=text,
        source=source,
    )
    here = StateRule(
        rule=rule,
        part=part,
        facility_state=state,
        starts_on=starts_on,
        binds=binds,
        terms=terms,
        text=text,
        source=source,
    )
    return at_home, here


_HOSPITALS = Binds.HOSPITALS
_LOADED: tuple[StateRule, ...] = (
    *_law(
        "COLL-T1", "CA",
        "Medical debt is reported to no credit bureau; a knowing report makes the debt void (Civil"
        " Code 1785.27). A contract that makes medical debt from July 1, 2025 on contains that"
        " sentence, or is void. A lawsuit needs a certificate that help was screened for.",
        "sourced S11",
        Terms(no_credit_reporting=True, screening_first=True),
    ),
    *_law(
        "COLL-T1", "CA",
        "Hospitals wait 180 days before a lawsuit or a sale of debt. Help up to 400 % of the poverty"
        " level, without a test of what somebody owns. A plan takes at most 10 % of monthly family"
        " income after essential living costs.",
        "sourced S11",
        Terms(suit_wait_days=180, plan_percent_of_income=10, screening_first=True),
        part="hospitals", binds=_HOSPITALS,
    ),
    *_law(
        "COLL-T2", "NY",
        "Medical debt is reported to no credit bureau (Public Health Law 49-A). Judgment interest at"
        " most 2 % (verify). No lien on a home, no wage garnishment (verify). Lawsuits within 3 years.",
        "sourced S12; limits of interest and liens verify",
        Terms(
            no_credit_reporting=True, interest_bp=200, no_home_lien=True, no_wage_garnishment=True,
            time_limit_years=3,
        ),
    ),
    *_law(
        "COLL-T2", "NY",
        "Hospitals wait 180 days before a lawsuit (verify). Help up to 400 % of the poverty level,"
        " immigration status ignored. A plan takes at most 5 % of gross monthly income (verify).",
        "sourced S12; 180 days and 5 % verify",
        Terms(suit_wait_days=180, plan_percent_of_income=5),
        part="hospitals", binds=_HOSPITALS,
    ),
    *_law(
        "COLL-T3", "NY",
        "New York City, from September 1, 2026, also for whoever the debt is owed to: about three"
        " contacts a week for an account, a dispute at any time pauses everything, notices about"
        " credit reporting and about debt that is too old. Taken here for all of the state.",
        "sourced S13",
        Terms(contacts_a_week=3),
        part="city", starts_on=date(2026, 9, 1),
    ),
    *_law(
        "COLL-T4", "NJ",
        "All licensed providers: 120 days after the first bill and a reasonable plan offered. At"
        " least 30 days before, one more bill and a notice that names the actions, with a last day"
        " at least 30 days out. Interest at most 3 % a year. A plan takes at most 3 % of monthly"
        " income, with 60 days of grace. No garnishment up to 600 % of the poverty level, no lien on"
        " a home, nothing while an insurance appeal runs. Every letter says in 14-point bold that the"
        " debt has not been reported to a credit bureau.",
        "sourced S18",
        Terms(
            wait_days=120, notice_days=30, plan_offer_first=True, interest_bp=300,
            plan_percent_of_income=3, no_credit_reporting=True, no_home_lien=True,
            no_wage_garnishment=True, appeal_stops_all=True, not_reported_in_bold=True,
        ),
        starts_on=date(2024, 7, 22),
    ),
    *_law(
        "COLL-T5", "CO",
        "Nothing while an insurance appeal is pending. Interest at most 3 % a year. A plan takes at"
        " most 2 % of gross monthly income for each professional and is paid in full after 36"
        " payments. Information in the patient's language.",
        "sourced S14",
        Terms(
            interest_bp=300, plan_percent_of_income=2, appeal_stops_all=True,
            no_credit_reporting=True,
        ),
    ),
    *_law(
        "COLL-T5", "CO",
        "Hospitals screen first, decide within 21 days, and take at most 4 % of gross monthly income.",
        "sourced S14",
        Terms(screening_first=True, plan_percent_of_income=4),
        part="hospitals", binds=_HOSPITALS,
    ),
    *_law(
        "COLL-T6", "IL",
        "People without insurance are screened for public programs and help before collection, with a"
        " chance to have the bill checked, to apply, and to agree on a plan; they may decline. Credit"
        " reporting banned (SB 2933, verify). No sale of debt except on conditions.",
        "sourced S15",
        Terms(screening_first=True, no_credit_reporting=True, no_sale=True, plan_offer_first=True),
    ),
    *_law(
        "COLL-T7", "MD",
        "Medical debt is reported to no credit bureau by any provider (HB 1020, October 1, 2025)."
        " Lawsuits within 3 years.",
        "sourced S16",
        Terms(no_credit_reporting=True, time_limit_years=3),
        starts_on=date(2025, 10, 1),
    ),
    *_law(
        "COLL-T7", "MD",
        "Hospitals wait 240 days after the first bill for a lawsuit and for interest; no lawsuit for"
        " $500 or less; no lien on a home. Free up to 200 % of the poverty level. A plan takes at most"
        " 5 % of adjusted gross monthly income. Lawsuits within 3 years.",
        "sourced S16",
        Terms(
            suit_wait_days=240, suit_above=Money(500_00), no_home_lien=True, no_credit_reporting=True,
            plan_percent_of_income=5, time_limit_years=3,
        ),
        part="hospitals", binds=_HOSPITALS,
    ),
    *_law(
        "COLL-T8", "VA",
        "Large facilities: a notice as hospitals send it before any extraordinary action; a credit"
        " report is one. No interest until 90 days after the final invoice was due, then at most 3 % a"
        " year (July 1, 2026). No arrest, no foreclosure, no garnishment of whoever may get help.",
        "sourced S17",
        Terms(
            wait_days=120, notice_days=30, interest_bp=300, no_home_lien=True,
            no_wage_garnishment=True,
        ),
        part="large", binds=Binds.LARGE_IN_VIRGINIA,
    ),
    *_law(
        "COLL-T9", "TX",
        "Licensed facilities: an itemised bill with the request for payment and within 30 days of the"
        " last payer's payment; no debt collection until then.",
        "sourced S5",
        Terms(itemised_bill_first=True),
        part="facilities", binds=Binds.TEXAS_FACILITIES,
    ),
    *_law(
        "COLL-T10", "RI",
        "Credit reporting banned. From January 1, 2026, no home attachment and no wage garnishment.",
        "sourced S19 - verify enactment",
        Terms(no_credit_reporting=True, no_home_lien=True, no_wage_garnishment=True),
    ),
    *_law(
        "COLL-T11", "FL",
        "What a patient paid too much goes back within 30 days of the determination, from January 1,"
        " 2026.",
        "sourced S40b",
        Terms(),
        starts_on=date(2026, 1, 1),
    ),
    *_law(
        "COLL-T12", "WA",
        "120 days before a debt is assigned to collection. Credit reporting banned. Interest before"
        " judgment at most 9 % a year.",
        _FROM_MEMORY,
        Terms(wait_days=120, no_credit_reporting=True, interest_bp=900),
    ),
    *_law(
        "COLL-T12", "MN",
        "A review of a billing error stops collection; care may not be denied for debt. Credit"
        " reporting banned.",
        _FROM_MEMORY,
        Terms(no_credit_reporting=True),
    ),
    *_law("COLL-T12", "AZ", "Interest at most 3 % a year.", _FROM_MEMORY, Terms(interest_bp=300)),
    *(
        row
        for state in ("CT", "DE", "ME", "OR", "VT")
        for row in _law(
            "COLL-T12", state, "Credit reporting banned.", _FROM_MEMORY,
            Terms(no_credit_reporting=True),
        )
    ),
)  # fmt: skip
_OTHERS = [
    "AL",
    "AK",
    "AR",
    "DC",
    "GA",
    "HI",
    "ID",
    "IN",
    "IA",
    "KS",
    "KY",
    "LA",
    "MA",
    "MI",
    "MS",
    "MO",
    "MT",
    "NE",
    "NV",
    "NH",
    "NM",
    "NC",
    "ND",
    "OH",
    "OK",
    "PA",
    "SC",
    "SD",
    "TN",
    "UT",
    "WV",
    "WI",
    "WY",
    "PR",
]

STATE_RULES: tuple[StateRule, ...] = (
    *_LOADED,
    # A large facility's row is all that the pack says of Virginia, and a licensed one's of Texas.
    *(
        row
        for state in (*_OTHERS, "VA", "TX")
        for row in _law("CORE-2", state, _UNKNOWN, "none", Terms(), part="rest")
    ),
)
