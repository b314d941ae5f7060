"""Two at once: the same file from two connections posts once; a payment waits for the decision."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, text

from billing.holds import Action, Allowed, Condition, Denied
from billing.ledger import Account
from portal.db import read_only, transaction
from portal.jobs import post_remittance as job
from portal.models.gate import GateDenial
from portal.models.remittances import RemittanceRow
from portal.queue import HANDLERS, JobContext
from portal.services.ask_gate import ask_gate
from portal.services.post_remittance import post_remittance
from portal.services.refusal import Refusal
from tests.conftest import NOW
from tests.services.payer_voice import Payer, bill, book, clp, svc, total


def insured():
    with book() as found:
        found.practice()
        visit, *_ = found.insured_visit([10_000])
    return visit


def test_the_same_file_from_two_connections_posts_once(database_url: str) -> None:
    visit = insured()
    data = Payer().data(clp(visit.control_number, svc("99213", 100, "PR-1 20")))
    with ThreadPoolExecutor(4) as pool:
        reports = list(
            pool.map(
                lambda _: post_remittance(data=data, name="t", now=NOW, store=None).status,
                range(4),
            )
        )
    assert sorted(reports) == ["duplicate", "duplicate", "duplicate", "posted"]
    assert total(Account.PAYER_CLEARING) == 8_000
    with read_only() as session:
        assert session.scalar(select(func.count()).select_from(RemittanceRow)) == 1


def test_posting_waits_for_whoever_holds_the_account(database_url: str) -> None:
    visit = insured()
    data = Payer().data(clp(visit.control_number, svc("99213", 100, "PR-1 20")))
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            session.execute(
                text("SELECT 1 FROM guarantor_accounts WHERE id = :id FOR UPDATE"),
                {"id": visit.guarantor_account_id},
            )
            later = pool.submit(post_remittance, data=data, name="t", now=NOW, store=None)
            with pytest.raises(TimeoutError):
                later.result(timeout=0.5)
        assert later.result(timeout=30).status == "posted"


def test_the_job_posts_the_file_that_lies_in_the_store(database_url: str) -> None:
    visit = insured()
    data = Payer().data(clp(visit.control_number, svc("99213", 100, "PR-1 20")))
    documents = SimpleNamespace(get=lambda _: data, put=lambda _: "again")
    context = JobContext(gateways=SimpleNamespace(documents=documents), now=NOW)
    assert HANDLERS["post_remittance"] is job.post
    for _ in range(2):
        job.post(context, stored_as="key", name="t.835")
    assert bill(visit.id).patient_due.cents == 2_000
    assert total(Account.PAYER_CLEARING) == 8_000


def test_CORE_5_a_denial_is_logged_and_kept_with_its_rules(
    database_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    held = {Condition.OPEN_CLAIM, Condition.DECEASED}
    asked = partial(ask_gate, action=Action.STATEMENT, asked_by="test", account_id=7)
    with transaction() as session:
        answer = asked(session, held, visit_id=8)
        assert isinstance(answer, Denied)
        assert isinstance(asked(session, ()), Allowed)
    [record] = caplog.records
    assert (record.message, record.rule_ids) == ("gate_denied", ("COLL-25", "STMT-1"))
    [kept] = _denials()
    assert (kept.action, kept.rule_ids, kept.visit_id) == ("statement", ["COLL-25", "STMT-1"], 8)
    assert (kept.conditions, kept.asked_by) == (["deceased", "open_claim"], "test")


def test_CORE_5_a_denial_is_kept_although_what_was_tried_is_undone(database_url: str) -> None:
    def call() -> None:
        with transaction() as session:
            ask_gate(session, {Condition.PLACED}, Action.CALL, asked_by="test", account_id=7)
            raise Refusal("not now")

    with pytest.raises(Refusal):
        call()
    [kept] = _denials()
    assert (kept.action, kept.rule_ids, kept.guarantor_account_id) == ("call", ["COLL-19"], 7)


def _denials() -> list[GateDenial]:
    with transaction() as session:
        return list(session.scalars(select(GateDenial)))
