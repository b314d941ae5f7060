"""How much waits on each list and in each kept view, and unpaid claims by age and payer; one question each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, and_, case, func, null, or_, select
from sqlalchemy.orm import Session

from billing.money import ZERO, Money
from billing.worklists import (
    CLAIM_AGES,
    MESSAGES,
    MESSAGES_LABEL,
    Worklist,
    claim_age,
    list_of,
    listed,
)
from portal.db import Cents, read_only
from portal.models.accounts import Payer
from portal.models.claims import Claim, Visit
from portal.models.remittances import RemittanceClaim
from portal.models.work import WorkItem
from portal.models.worklists import SavedFilter
from portal.queries.queue_filter import QueueFilter, filter_of, sent_on
from portal.queries.staff_threads import conversations_waiting
from portal.queries.viewer import StaffViewer

UNPAID = "unpaid_claim"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCount:
    """One list, or one kept view; `live` names its figure on the page."""

    live: str
    label: str
    args: dict[str, str]
    count: int
    page: str = "work.index"  # messages have a page of their own
    saved_id: int | None = None
    mine: bool = False
    shared: bool = False
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What a view holds: items, money, and patients whose bill waits for it."""

    items: int
    amount: Money
    late: int
    patients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerAges:
    """One payer's unanswered claims, count and money by band of age."""

    payer_id: int
    payer: str
    bands: tuple[tuple[str, int, Money], ...]  # name of the band, claims, billed

    @property
    def total(self) -> Money:
        return sum((amount for _, _, amount in self.bands), ZERO)


def list_counts(session: Session, viewer: StaffViewer, *, on: date) -> tuple[ListCount, ...]:
    """Every list with open work, then the viewer's own kept views and the team's."""
    saved = session.scalars(
        select(SavedFilter)
        .where(or_(SavedFilter.login_id == viewer.login_id, SavedFilter.shared))
        .order_by(SavedFilter.name, SavedFilter.id)
    ).all()
    kept = [filter_of(one.args, me=viewer.login_id) for one in saved]
    lists, counts = _counted(session, kept, on=on)
    every = [
        ListCount(
            live=f"list-{name.value}",
            label=listed(name).label,
            args=QueueFilter(worklist=name.value).args,
            count=lists[name],
        )
        for name in Worklist
        if lists[name]
    ]
    every += [
        ListCount(
            live=f"saved-{one.id}",
            label=one.name,
            args=view.args,
            count=count,
            saved_id=one.id,
            mine=one.login_id == viewer.login_id,
            shared=one.shared,
            first=one.first and one.login_id == viewer.login_id,
        )
        for one, view, count in zip(saved, kept, counts, strict=True)
    ]
    return (*_messages(session, viewer), *every)


def _messages(session: Session, viewer: StaffViewer) -> tuple[ListCount, ...]:
    """Conversations that wait for an answer, for who may read them."""
    waiting = conversations_waiting(session) if viewer.may("messages.view") else 0
    if not waiting:
        return ()
    one = ListCount(
        live=f"list-{MESSAGES}",
        label=MESSAGES_LABEL,
        args={"show": "open"},
        count=waiting,
        page="messages.inbox",
    )
    return (one,)


def _counted(
    session: Session, kept: Sequence[QueueFilter], *, on: date
) -> tuple[Counter[Worklist], list[int]]:
    """Open items by list, and the items of each kept view: one look at each item, by its kind."""
    is_open = WorkItem.closed_at.is_(None)
    query = select(
        WorkItem.kind,
        func.count().filter(is_open),
        *(func.count().filter(and_(*view.where(on))) for view in kept),
    ).group_by(WorkItem.kind)
    if not any(view.closed for view in kept):
        query = query.where(is_open)  # a small part of all
    lists: Counter[Worklist] = Counter()
    counts = [0] * len(kept)
    for kind, waits, *views in session.execute(query):
        lists[list_of(kind)] += waits
        counts = [known + more for known, more in zip(counts, views, strict=True)]
    return lists, counts


def live_counts(viewer: StaffViewer, *, on: date) -> dict[str, int]:
    """The figures alone, for a page that is open."""
    with read_only() as session:
        return {one.live: one.count for one in list_counts(session, viewer, on=on)}


def totals(session: Session, wanted: QueueFilter, *, on: date) -> Totals:
    """Of everything that a view holds, not of one page of it."""
    row = session.execute(
        select(
            func.count(),
            func.sum(func.abs(WorkItem.amount, type_=Cents())),
            func.count(case((WorkItem.due_on < on, 1))),
            # What is closed holds nobody's bill.
            null() if wanted.closed else func.count(Visit.patient_id.distinct()),
        )
        .outerjoin(Visit, Visit.id == WorkItem.visit_id)
        .where(*wanted.where(on))
    ).one()
    return Totals(items=row[0], amount=row[1] or ZERO, late=row[2], patients=row[3] or 0)


def patients_of(session: Session, item_ids: Collection[int]) -> dict[int, int]:
    """By item: how many patients' bills are wrong or wait while it is open; of a held remittance, all on it."""
    of_visit = (
        select(WorkItem.id, Visit.patient_id)
        .join(Visit, Visit.id == WorkItem.visit_id)
        .where(WorkItem.id.in_(item_ids))
    )
    of_set = (
        select(WorkItem.id, Visit.patient_id)
        .join(RemittanceClaim, RemittanceClaim.remittance_id == WorkItem.remittance_id)
        .join(Claim, Claim.id == RemittanceClaim.claim_id)
        .join(Visit, Visit.id == Claim.visit_id)
        .where(
            WorkItem.id.in_(item_ids),
            WorkItem.visit_id.is_(None),
            WorkItem.remittance_claim_id.is_(None),
        )
    )
    both = of_visit.union(of_set).subquery()
    rows = session.execute(select(both.c.id, func.count()).group_by(both.c.id))
    return dict(iter(rows))


def unpaid_by_payer(session: Session, *, on: date) -> tuple[PayerAges, ...]:
    """Claims that wait for an answer and for somebody to ask, by payer, the most money first."""
    rows = session.execute(
        select(Payer.id, Payer.name, sent_on(), func.count(), func.sum(Claim.billed))
        .select_from(WorkItem)
        .join(Claim, Claim.id == WorkItem.claim_id)
        .join(Payer, Payer.id == Claim.payer_id)
        .where(WorkItem.kind == UNPAID, WorkItem.closed_at.is_(None))
        .group_by(Payer.id, Payer.name, sent_on())
    ).all()
    return _by_band(rows, on)


def _by_band(rows: Sequence[Row[int, str, date, int, Money]], on: date) -> tuple[PayerAges, ...]:
    found: dict[int, dict[str, tuple[int, Money]]] = {}
    names: dict[int, str] = {}
    for payer_id, name, sent, count, billed in rows:
        names[payer_id] = name
        shelf = found.setdefault(payer_id, {})
        before = shelf.get(claim_age(sent, on), (0, ZERO))
        shelf[claim_age(sent, on)] = (before[0] + count, before[1] + billed)
    every = (
        PayerAges(
            payer_id=payer_id,
            payer=names[payer_id],
            bands=tuple((band, *shelf.get(band, (0, ZERO))) for band, _, _ in CLAIM_AGES),
        )
        for payer_id, shelf in found.items()
    )
    return tuple(sorted(every, key=lambda one: -one.total.cents))
