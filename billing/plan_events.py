"""What happens to a plan, as facts with a day, and the one order of facts of the same day (ADR 0019).

Money facts come from the ledger, the rest from what people did. A `bill` names a charge or a visit
and ties a fact to the part of the balance it is about; an empty one means the plan as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from billing.money import Money
from billing.plans import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEvent:
    """A fact of one day; `seq` is its place within the day where the record knows it."""

    on: date
    seq: int = 0

    @property
    def ref(self) -> str:
        """What tells two facts of one kind and day apart."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed(PlanEvent):
    """The agreement starts; with terms it is a changed agreement, and replaces what was to come."""

    terms: Terms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid(PlanEvent):
    """Money that arrived for the plan; `numbers` are instalments that the patient chose."""

    payment: str
    amount: Money
    numbers: tuple[int, ...] = ()

    @property
    def ref(self) -> str:
        return self.payment


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReturned(PlanEvent):
    """The bank took a payment back after it had succeeded."""

    payment: str
    amount: Money

    @property
    def ref(self) -> str:
        return self.payment


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded(PlanEvent):
    """We sent money of a payment back; `number` when one instalment was meant."""

    payment: str
    amount: Money
    number: int | None = None

    @property
    def ref(self) -> str:
        return self.payment


@dataclass(frozen=True, slots=True, kw_only=True)
class BillEvent(PlanEvent):
    """A fact about what is owed."""

    amount: Money
    bill: str = ""

    @property
    def ref(self) -> str:
        return self.bill


@dataclass(frozen=True, slots=True, kw_only=True)
class BillAdded(BillEvent):
    """A bill that the plan does not cover is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareUp(BillEvent):
    """The patient's share of a covered bill rose: a payer took back, or pays less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareDown(BillEvent):
    """The share fell: a payer pays more, or the practice took something off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Awarded(BillEvent):
    """Financial assistance took something off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed(BillEvent):
    """The patient says that a part is not owed."""

    dispute: str

    @property
    def ref(self) -> str:
        return self.dispute


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeEnded(PlanEvent):
    """Decided. What was taken off comes as a ShareDown of its own; the rest is owed again."""

    dispute: str

    @property
    def ref(self) -> str:
        return self.dispute


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDeclined(PlanEvent):
    """The patient does not want what lies outside in the plan: it is billed like any other bill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped(PlanEvent):
    """One instalment waits until a month after the last."""

    number: int

    @property
    def ref(self) -> str:
        return str(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(PlanEvent):
    """Nothing is due before that day; every instalment to come moves by whole months."""

    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(PlanEvent):
    """The pause ends earlier than agreed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateChanged(PlanEvent):
    """Another day of the month, for every instalment to come."""

    day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodChanged(PlanEvent):
    """Another card, account or way to pay: no amount and no day changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuarantorChanged(PlanEvent):
    """Somebody else is responsible now, who signed nothing: the plan ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Died(PlanEvent):
    """A death: of who signed, and the plan ends; of another patient, and it stands."""

    signer: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaulted(PlanEvent):
    """The clock ran out and the letters were sent: the plan ends, what was paid stays paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canceled(PlanEvent):
    """The patient or the practice ended the plan."""

    reason: str = ""


# Within a day: a first signature, money that came, money that went back, what lowers, what raises,
# disputes, what people ask for, a changed agreement, and what ends a plan.
_ORDER: tuple[type[PlanEvent], ...] = (
    Paid,
    PaymentReturned,
    Refunded,
    ShareDown,
    Awarded,
    ShareUp,
    BillAdded,
    Disputed,
    DisputeEnded,
    ChangeDeclined,
    Resumed,
    Paused,
    Skipped,
    DateChanged,
    MethodChanged,
    Signed,
    GuarantorChanged,
    Died,
    Defaulted,
    Canceled,
)
_RANK = {kind: rank for rank, kind in enumerate(_ORDER, start=1)}


def in_order(events: Iterable[PlanEvent]) -> list[PlanEvent]:
    """The events as every reader folds them, whatever order they were found in."""

    def place(event: PlanEvent) -> tuple[date, int, int, str, str]:
        first = isinstance(event, Signed) and event.terms is None
        rank = 0 if first else _RANK[type(event)]
        return event.on, event.seq, rank, event.ref, repr(event)

    return sorted(events, key=place)
