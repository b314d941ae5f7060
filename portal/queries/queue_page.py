"""One page of the queue: the lists and kept views with their counts, and the items of the part that is wanted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from billing.worklists import Worklist, list_of, listed
from portal.db import read_only
from portal.queries.paging import Page, limits, page_of
from portal.queries.queue_filter import QueueFilter
from portal.queries.staff_queue import (
    QueueCount,
    QueueRow,
    category_counts,
    item_row,
    items_query,
    queue_counts,
)
from portal.queries.viewer import StaffViewer
from portal.queries.work_owners import work_owners
from portal.queries.worklist_counts import (
    ListCount,
    PayerAges,
    Totals,
    list_counts,
    patients_of,
    totals,
    unpaid_by_payer,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """Items in the order in which they are worked, and how much there is of what."""

    lists: tuple[ListCount, ...]
    about: str
    kinds: tuple[QueueCount, ...]  # of the list that is shown
    categories: tuple[QueueCount, ...]
    totals: Totals
    unpaid: tuple[PayerAges, ...]  # where unpaid claims are shown
    owners: tuple[tuple[int, str], ...]  # for giving many away; none for who only looks
    items: Page[QueueRow]


def queue_page(viewer: StaffViewer, wanted: QueueFilter, *, on: date, number: int = 1) -> QueuePage:
    """The part of the queue that is wanted."""
    shown = _shown(wanted)
    offset, limit = limits(number)
    query = items_query().where(*wanted.where(on)).order_by(*wanted.order)
    with read_only() as session:
        rows = [item_row(row, on) for row in session.execute(query.offset(offset).limit(limit))]
        counted = patients_of(session, [row.id for row in rows])
        return QueuePage(
            lists=list_counts(session, viewer, on=on),
            about=listed(shown).about if shown else "",
            kinds=tuple(
                one for one in queue_counts(session, on=on) if shown and list_of(one.kind) is shown
            ),
            categories=category_counts(session, on=on) if shown is Worklist.EXCEPTIONS else (),
            totals=totals(session, wanted, on=on),
            unpaid=unpaid_by_payer(session, on=on) if shown is Worklist.UNPAID else (),
            owners=work_owners(session) if viewer.may("work.decide") else (),
            items=page_of([replace(row, patients=counted.get(row.id, 0)) for row in rows], number),
        )


def _shown(wanted: QueueFilter) -> Worklist | None:
    """The list on which the wanted part stands."""
    if wanted.worklist in {name.value for name in Worklist}:
        return Worklist(wanted.worklist)
    if wanted.category:
        return Worklist.EXCEPTIONS
    return list_of(wanted.kind) if wanted.kind else None
