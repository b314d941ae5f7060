"""Which part of the queue somebody works on, as the rows that it lets through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, cast, exists, func

from billing.money import ZERO, Money
from billing.worklists import CLAIM_AGES, NAMED, Worklist, listed
from portal.db import Cents
from portal.models.claims import Claim
from portal.models.work import WorkItem
from portal.queries.exception_words import category_next

_NAMES = {name.value for name in Worklist}
MOST_DIGITS = 9
_BANDS = {name: (first, last) for name, first, last in CLAIM_AGES}
AGES = {"late": 0, "week": 7, "month": 30}  # days open; late means past its due date


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """Which part of the queue somebody works on; it stands in the address, and names no person."""

    worklist: str = ""  # billing.worklists.Worklist
    kind: str = ""
    category: str = ""  # billing.exceptions.Category
    closed: bool = False
    whose: str = ""  # mine, nobody, suspense, payer (waits for it); empty: all
    age: str = ""  # a key of AGES
    least: Money = ZERO
    payer: int = 0  # of the item's claim
    claim_age: str = ""  # a band of billing.worklists.CLAIM_AGES
    me: int = 0  # the login that "mine" means

    @property
    def args(self) -> dict[str, str]:
        """What a link must carry to keep the filter."""
        least = f"{self.least.cents // 100}" if self.least else ""
        every = {
            "list": self.worklist,
            "kind": self.kind,
            "category": self.category,
            "whose": self.whose,
            "age": self.age,
            "least": least,
            "payer": f"{self.payer}" if self.payer else "",
            "claim_age": self.claim_age,
        }
        return {k: v for k, v in every.items() if v} | ({"closed": "1"} if self.closed else {})

    @property
    def next_action(self) -> str:
        """What to do about the category that is shown."""
        return category_next(self.category)

    def where(self, on: date) -> tuple[ColumnElement[bool], ...]:
        """The rows that it lets through."""
        closed = WorkItem.closed_at.is_not(None) if self.closed else WorkItem.closed_at.is_(None)
        tests = [closed, *self._of_what(), *self._of_whom(), *self._of_age(on)]
        if self.least:
            tests.append(func.abs(WorkItem.amount, type_=Cents()) >= self.least)
        return tuple(tests)

    def _of_what(self) -> Iterator[ColumnElement[bool]]:
        if self.worklist in _NAMES:
            yield _of_list(Worklist(self.worklist))
        if self.kind:
            yield WorkItem.kind == self.kind
        if self.category:
            yield WorkItem.category == self.category
        if self.payer:
            yield _claim(Claim.payer_id == self.payer)

    def _of_whom(self) -> Iterator[ColumnElement[bool]]:
        if self.whose == "mine":
            yield WorkItem.owner_id == self.me
        elif self.whose == "nobody":
            yield WorkItem.owner_id.is_(None)
        elif self.whose == "suspense":
            yield WorkItem.suspense_reason != ""
        elif self.whose == "payer":
            yield WorkItem.waiting_for == "payer"

    def _of_age(self, on: date) -> Iterator[ColumnElement[bool]]:
        if self.age == "late":
            yield WorkItem.due_on < on
        elif self.age in AGES:
            yield WorkItem.opened_at < on - timedelta(days=AGES[self.age])
        if band := _BANDS.get(self.claim_age):
            first, last = band
            yield _claim(sent_on() <= on - timedelta(days=first))
            if last is not None:
                yield _claim(sent_on() >= on - timedelta(days=last))

    @property
    def order(self) -> tuple[ColumnElement[Any], ...]:
        """What is due first stands first, then the most money; of the closed, the latest."""
        if self.closed:
            return (WorkItem.closed_at.desc(), WorkItem.id.asc())
        return (WorkItem.due_on.asc().nulls_last(), WorkItem.amount.desc(), WorkItem.id.asc())


def filter_of(args: Mapping[str, str], *, me: int) -> QueueFilter:
    """The part that an address or a kept view names; nonsense means all of it."""

    def whole(name: str) -> int:
        typed = args.get(name, "")
        return int(typed) if typed.isdecimal() and len(typed) < MOST_DIGITS else 0

    def word(name: str) -> str:
        return args.get(name, "")[:40]

    return QueueFilter(
        worklist=word("list"),
        kind=word("kind"),
        category=word("category"),
        closed=args.get("closed") == "1",
        whose=word("whose"),
        age=word("age"),
        least=Money(whole("least") * 100),
        payer=whole("payer"),
        claim_age=word("claim_age"),
        me=me,
    )


def sent_on() -> ColumnElement[date]:
    """The day on which a claim was first sent, or came to us where no file says one."""
    return func.coalesce(Claim.first_submitted_on, Claim.submitted_on, cast(Claim.created_at, Date))


def _claim(test: ColumnElement[bool]) -> ColumnElement[bool]:
    # Looked up for the items that the other tests let through, instead of first finding all such claims.
    return exists().where(Claim.id == WorkItem.claim_id, test)


def _of_list(name: Worklist) -> ColumnElement[bool]:
    if name is Worklist.PATIENTS:
        return WorkItem.kind.not_in(sorted(NAMED))
    return WorkItem.kind.in_(sorted(listed(name).kinds))
