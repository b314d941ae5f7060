"""Everybody at once: one record, one code, one request, in real transactions (ID-2, ID-7)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.identity import AccountAccess
from portal.models.linking import LinkRequest
from portal.models.messages import OutboundMessage
from portal.services.ask_link import ask_link
from portal.services.match_link_request import match_link_request
from portal.services.prove_link import Outcome, Proven, prove_link
from tests.services.ledger_book import Book
from tests.services.link_world import (
    ASKED,
    KEYS,
    NOW,
    ask,
    code_of,
    newcomer,
    on_file,
    opened,
    standing,
)


@pytest.fixture(autouse=True)
def practice(database_url: str) -> None:
    with transaction() as session:
        Book(session).practice()


def sent() -> list[OutboundMessage]:
    with read_only() as session:
        return list(session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)))


def prove(login_id: int, typed: str) -> Proven:
    return prove_link(login_id=login_id, typed=typed, ip="", keys=KEYS, now=NOW)


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Call all at the same moment, each in its own thread and transaction."""
    gate = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        gate.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return [done.result() for done in [threads.submit(run, call) for call in calls]]


def test_ID_2_two_people_who_claim_one_record_at_once_one_gets_it() -> None:
    on_file()
    people = [newcomer() for _ in range(4)]
    codes = [code_of(ask(login_id).id) for login_id in people]
    outcomes = together(
        *(
            lambda login_id=login_id, code=code: prove(login_id, code).outcome
            for login_id, code in zip(people, codes, strict=True)
        )
    )
    assert sorted(outcomes) == [Outcome.LINKED, *[Outcome.OFFICE] * 3]
    assert sum(len(opened(login_id)) for login_id in people) == 1
    with read_only() as session:
        reasons = session.scalars(select(LinkRequest.reason).where(LinkRequest.state == "waiting"))
        assert set(reasons) == {"linked_before"}


def test_ID_7_one_code_used_many_times_at_once_opens_once() -> None:
    account_id, login_id = on_file(), newcomer()
    code = code_of(ask(login_id).id)
    outcomes = together(*[lambda: prove(login_id, code)] * 4)
    assert set(outcomes) == {Proven(Outcome.LINKED, account_id)}, "a second press is told the same"
    with read_only() as session:
        granted = session.scalars(select(AccountAccess)).all()
    assert len(granted) == 1
    assert len([message for message in sent() if message.template == "access_granted"]) == 1


def test_two_requests_of_one_person_at_once_leave_one() -> None:
    on_file()
    login_id = newcomer()
    ids = together(
        *[lambda: ask_link(login_id=login_id, asked=ASKED, ip="", now=NOW)] * 3,
    )
    states = sorted(standing(one).state for one in ids)
    assert states == ["asked", "replaced", "replaced"]


def test_a_request_is_matched_once_however_often_its_job_runs() -> None:
    on_file()
    request_id = ask_link(login_id=newcomer(), asked=ASKED, ip="", now=NOW)
    together(*[lambda: match_link_request(request_id=request_id, keys=KEYS, now=NOW)] * 3)
    assert len(sent()) == 1
