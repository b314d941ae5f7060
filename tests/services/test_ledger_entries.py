"""Posting entries: the same fact twice is a named outcome, in one batch, later, or from two connections."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing import entries
from billing.ledger import Entry, Party
from billing.money import Money
from portal.db import transaction
from portal.models.ledger import JournalEntry, PostingRow
from portal.queries.prior_decisions import load_entries
from portal.services.post_entry import AlreadyPosted, PostedEntry, post_entries, post_entry

ON = date(2026, 2, 3)


def fact(reference: str, cents: int = 500) -> Entry:
    return entries.payer_suspense(
        source_ref=reference, occurred_on=ON, amount=Money(cents), party=Party(reference="r")
    )


def count(session: Session) -> tuple[int, int]:
    rows = (select(func.count()).select_from(table) for table in (JournalEntry, PostingRow))
    return session.scalar(next(rows)) or 0, session.scalar(next(rows)) or 0


def test_the_same_fact_in_one_batch_and_later_is_posted_once(session: Session) -> None:
    first, second, again = post_entries(session, [fact("a"), fact("b"), fact("a")])
    assert isinstance(first, PostedEntry)
    assert isinstance(second, PostedEntry)
    assert again == AlreadyPosted(first.entry_id, "a")
    later, fresh = post_entries(session, [fact("b", cents=9), fact("c")])
    assert later == AlreadyPosted(second.entry_id, "b")
    assert isinstance(fresh, PostedEntry)
    assert count(session) == (3, 6)


def test_no_entries_are_no_work(session: Session) -> None:
    assert post_entries(session, []) == []


def test_an_entry_reads_back_as_it_was_posted_and_its_reversal_undoes_it(session: Session) -> None:
    entry = fact("a")
    posted = post_entry(session, entry)
    assert load_entries(session, [posted.entry_id]) == {posted.entry_id: entry}
    undone = entries.undo(
        entry, entry_id=posted.entry_id, source_ref="u", occurred_on=ON, memo="wrong"
    )
    kept = post_entry(session, undone)
    read = load_entries(session, [kept.entry_id])[kept.entry_id]
    assert (read.reverses_id, read.kind, read.memo) == (
        posted.entry_id,
        "payer_suspense_reversal",
        "wrong",
    )


def test_two_connections_with_one_fact_post_it_once(database_url: str) -> None:
    def post(_: int) -> type:
        with transaction() as session:
            return type(post_entry(session, fact("same")))

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(post, range(4)))
    assert outcomes.count(PostedEntry) == 1
    assert outcomes.count(AlreadyPosted) == 3
    with transaction() as session:
        assert count(session) == (1, 2)
