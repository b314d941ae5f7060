"""Made-up lives of plans for the property tests: any facts, on any days, in any order."""

from datetime import date, timedelta

from hypothesis import strategies as st

from billing.money import ZERO, Money
from billing.plan_events import (
    Awarded,
    BillAdded,
    Canceled,
    ChangeDeclined,
    DateChanged,
    Defaulted,
    Died,
    Disputed,
    DisputeEnded,
    GuarantorChanged,
    MethodChanged,
    Paid,
    Paused,
    PaymentReturned,
    PlanEvent,
    Refunded,
    Resumed,
    ShareDown,
    ShareUp,
    Signed,
    Skipped,
)
from billing.plans import Terms

SIGNED_ON = date(2027, 1, 2)
FIRST_ON = date(2027, 1, 15)

_days = st.integers(0, 400).map(lambda n: SIGNED_ON + timedelta(days=n))
_cents = st.integers(1, 40_000).map(Money)
_payments = st.sampled_from(["p1", "p2", "p3", "p4", "p5"])
_bills = st.sampled_from(["", "a", "b"])
_disputes = st.sampled_from(["d1", "d2"])
_numbers = st.integers(0, 12)


def terms(cents: int = 60_000, instalments: int = 6, down: int = 0) -> Terms:
    return Terms(Money(cents), Money(down), instalments, FIRST_ON, 15)


some_terms = st.builds(
    lambda rest, n, down: terms(rest + n + down, n, down),
    st.integers(0, 90_000),
    st.integers(1, 12),
    st.sampled_from([0, 1, 5_000]),
)
_money_facts = st.one_of(
    st.builds(Paid, on=_days, payment=_payments, amount=_cents),
    st.builds(
        Paid, on=_days, payment=_payments, amount=_cents, numbers=st.tuples(_numbers, _numbers)
    ),
    st.builds(PaymentReturned, on=_days, payment=_payments, amount=_cents),
    st.builds(Refunded, on=_days, payment=_payments, amount=_cents, number=st.none() | _numbers),
    *(
        st.builds(kind, on=_days, amount=_cents, bill=_bills)
        for kind in (BillAdded, ShareUp, ShareDown, Awarded)
    ),
)
_other_facts = st.one_of(
    st.builds(Disputed, on=_days, dispute=_disputes, amount=_cents, bill=_bills),
    st.builds(DisputeEnded, on=_days, dispute=_disputes),
    st.builds(Skipped, on=_days, number=_numbers),
    st.builds(
        lambda on, n: Paused(on=on, until=on + timedelta(days=n)), _days, st.integers(-5, 92)
    ),
    st.builds(DateChanged, on=_days, day=st.integers(1, 31)),
    *(st.builds(kind, on=_days) for kind in (Resumed, MethodChanged, ChangeDeclined)),
)
_endings = st.one_of(
    *(st.builds(kind, on=_days) for kind in (GuarantorChanged, Died, Defaulted, Canceled)),
    st.builds(Signed, on=_days, terms=some_terms),
)
facts = st.lists(st.one_of(_money_facts, _money_facts, _other_facts, _endings), max_size=14)
SIGNED: PlanEvent = Signed(on=SIGNED_ON)
NOTHING = ZERO
