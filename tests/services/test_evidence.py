"""A bank is answered from our record: once, with nothing about care, and kept as it was sent."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from billing.evidence import DEFAULT_PARTS, FIELDS, EvidencePart, tells_of_care
from portal.adapters.pdf import TypstPrinter
from portal.adapters.storage import EncryptedFolder
from portal.adapters.stripe_disputes import StripeDisputes
from portal.db import read_only, transaction
from portal.models.audit import AuditEvent
from portal.models.disputes import Dispute, DisputeEvidence
from portal.models.work import WorkItem
from portal.ports import DisputeFacts, OutcomeUnknown
from portal.queries.evidence_facts import evidence_facts
from portal.queries.evidence_packet import Packet, build_packet, digest
from portal.queries.evidence_page import evidence_page
from portal.queries.staff_unknown import unknown_payments
from portal.services.settle_evidence import settle_evidence
from portal.services.submit_evidence import Answer, CannotAnswer, submit_evidence
from portal.services.sweep_payments import sweep_payments
from portal.services.walk_objects import walk_objects
from tests.sandbox_server import KEY, SandboxServer
from tests.services.refund_desk import Desk, open_desk
from tests.services.till import open_till

UPDATES = {"method": "POST", "path": "/v1/disputes/"}
PRINTER = TypstPrinter()


@dataclass
class Doors:
    disputes: StripeDisputes
    documents: EncryptedFolder
    printer: TypstPrinter


@dataclass
class Bench:
    """A disputed payment of $182.40, and everything it takes to answer its bank."""

    desk: Desk
    doors: Doors
    provider_id: str

    @property
    def dispute_id(self) -> int:
        return self.row().id

    def tell(self) -> list[str]:
        return self.desk.till.deliver(*self.desk.till.sandbox.events())

    def row(self) -> Dispute:
        with read_only() as session:
            return session.scalars(select(Dispute)).one()

    def packet(self, parts: Any = DEFAULT_PARTS) -> Packet:
        with read_only() as session:
            facts = evidence_facts(session, self.dispute_id)
        assert facts
        return build_packet(facts, parts)

    def send(self, parts: Any = DEFAULT_PARTS, evidence_id: UUID | None = None) -> UUID:
        answer = Answer(
            evidence_id=evidence_id or uuid4(),
            dispute_id=self.dispute_id,
            parts=parts,
            seen=self.packet(parts).digest,
        )
        now = self.desk.till.now
        submit_evidence(answer, staff=self.desk.approver, doors=self.doors, now=now)
        return answer.evidence_id

    def evidence(self, evidence_id: UUID) -> DisputeEvidence:
        with read_only() as session:
            return session.get_one(DisputeEvidence, evidence_id)

    def settle(self, evidence_id: UUID, after: timedelta = timedelta(minutes=11)) -> None:
        now = self.desk.till.now + after
        doors = self.doors
        settle_evidence(
            evidence_id=evidence_id, desk=doors.disputes, store=doors.documents, now=now
        )

    def theirs(self) -> Any:
        return self.desk.till.sandbox.client.v1.disputes.retrieve(self.provider_id)

    def file(self) -> dict[str, Any]:
        return self.desk.till.sandbox.control("file", id=self.theirs().evidence.uncategorized_file)


@pytest.fixture
def bench(database_url: str, sandbox: SandboxServer, now: datetime, tmp_path: Path) -> Bench:
    found = opened(sandbox, now, tmp_path)
    found.tell()
    return found


def opened(sandbox: SandboxServer, now: datetime, folder: Path, **how: bool) -> Bench:
    desk = open_desk(open_till(sandbox, now))
    charge = desk.till.payment(desk.paid()).charge_id
    dispute = sandbox.control("dispute", charge=charge, **how)["dispute"]
    doors = Doors(
        disputes=StripeDisputes(secret_key=KEY, api_base=sandbox.url),
        documents=EncryptedFolder(folder, [Fernet.generate_key().decode()]),
        printer=PRINTER,
    )
    return Bench(desk, doors, dispute)


def items() -> list[tuple[str, bool]]:
    with read_only() as session:
        rows = session.scalars(
            select(WorkItem).where(WorkItem.kind == "card_dispute").order_by(WorkItem.id)
        )
        return [(row.reasons[0], row.closed_at is not None) for row in rows]


def test_rule_13_what_was_seen_is_sent_once_and_kept_byte_for_byte(bench: Bench) -> None:
    evidence_id = bench.send()
    kept, theirs = bench.evidence(evidence_id), bench.theirs()
    document = bench.doors.documents.get(kept.document)
    assert document.startswith(b"%PDF")
    assert kept.sha256 == digest(kept.fields, document)
    assert bench.file()["size"] == len(document)
    sent = {name: value for name, value in theirs.evidence.to_dict().items() if value}
    assert sent.pop("uncategorized_file")
    assert sent == kept.fields
    assert (theirs.status, kept.state, bench.row().standing) == (
        "under_review",
        "submitted",
        "under_review",
    )
    assert items() == [("A payment is disputed by the card's bank.", True)]
    with read_only() as session:
        told = session.scalars(select(AuditEvent).where(AuditEvent.action == "send")).one()
    assert (told.login_id, told.object_id) == (bench.desk.approver.login_id, str(evidence_id))
    assert bench.send(evidence_id=evidence_id) == evidence_id, "the same page sends nothing more"
    with pytest.raises(CannotAnswer):
        bench.send()
    assert bench.theirs().evidence_details.submission_count == 1


def test_nothing_about_care_leaves_and_no_name_unless_somebody_says_so(bench: Bench) -> None:
    bench.send()
    sent = json.dumps(bench.theirs().evidence.to_dict()).lower()
    for word in ("office visit", "testa", "sample", "99213", "2026-01-12", "example.com"):
        assert word not in sent
    assert set(bench.packet(frozenset(EvidencePart)).fields) <= set(FIELDS)
    named = bench.packet({*DEFAULT_PARTS, EvidencePart.NAME, EvidencePart.EMAIL}).fields
    assert (named["customer_name"], named["customer_email_address"]) == (
        "Testa Sample",
        "testa@example.com",
    )


def test_a_word_of_care_in_the_packet_stops_it_before_it_leaves(bench: Bench) -> None:
    """As if an authorisation had been worded so: the service is named, and nothing is sent."""
    with transaction() as session:
        session.execute(text("UPDATE practices SET name = 'The Office Visit Practice'"))
    packet = bench.packet()
    assert "Office visit" in packet.forbidden
    with pytest.raises(CannotAnswer, match="must not leave"):
        bench.send()
    assert bench.theirs().status == "needs_response"


def test_words_of_care_are_found_whole_whatever_stands_between() -> None:
    sent = ["The OFFICE-visit of Tuesday", "code 99213."]
    care = {"Office visit", "99213", "Tues", "ab", "visit of"}
    assert tells_of_care(sent, care) == ("99213", "Office visit", "visit of")


def test_our_record_changed_since_the_page_was_opened(bench: Bench) -> None:
    answer = Answer(
        evidence_id=uuid4(), dispute_id=bench.dispute_id, parts=DEFAULT_PARTS, seen="other"
    )
    with pytest.raises(CannotAnswer, match="changed"):
        submit_evidence(
            answer, staff=bench.desk.approver, doors=bench.doors, now=bench.desk.till.now
        )


@pytest.mark.parametrize(
    ("do", "where", "path"),
    [
        ("drop", "after", "/v1/disputes/"),
        ("drop", "before", "/v1/disputes/"),
        ("drop", "after", "/v1/files"),
        ("error", "after", "/v1/disputes/"),
    ],
)
def test_rule_5_an_answer_that_was_lost_is_looked_up_and_given_once(
    bench: Bench, do: str, where: str, path: str
) -> None:
    bench.desk.till.sandbox.control(
        "faults", do=do, where=where, method="POST", path=path, status=500, times=9
    )
    evidence_id = bench.send()
    assert bench.evidence(evidence_id).state == "submitting"
    with pytest.raises(CannotAnswer, match="sent before"):
        bench.send()
    bench.desk.till.sandbox.control("faults")
    later = bench.desk.till.now + timedelta(hours=2)
    page = unknown_payments(bench.desk.approver, now=later)
    assert page
    assert ([one.overdue for one in page.answers], page.totals.overdue) == ([True], 1)
    assert sweep_payments(now=later).answers == 1
    bench.settle(evidence_id)
    assert bench.evidence(evidence_id).state == "submitted"
    assert bench.theirs().evidence_details.submission_count == 1


def test_the_event_tells_of_an_answer_before_the_call_does(bench: Bench) -> None:
    fault = {"do": "drop", "where": "after", "times": 9, **UPDATES}
    bench.desk.till.sandbox.control("faults", **fault)
    evidence_id = bench.send()
    bench.desk.till.sandbox.control("faults")
    bench.tell()
    assert bench.evidence(evidence_id).state == "submitted"
    assert bench.row().standing == "under_review"


def test_an_answer_that_never_arrived_is_refused_after_a_day_and_may_be_given_anew(
    bench: Bench,
) -> None:
    fault = {"do": "drop", "where": "before", "times": 9, **UPDATES}
    bench.desk.till.sandbox.control("faults", **fault)
    first = bench.send()
    bench.desk.till.sandbox.control("faults")
    bench.settle(first, after=timedelta(hours=24))
    assert bench.evidence(first).state == "refused"
    assert items()[-1] == (
        "The card company did not take this answer, so the bank has none from it.",
        False,
    )
    assert bench.evidence(bench.send()).state == "submitted"


def test_a_lookup_that_cannot_ask_leaves_it_unknown(bench: Bench) -> None:
    class Away(StripeDisputes):
        def answer(self, **_wanted: Any) -> DisputeFacts:
            raise OutcomeUnknown("away")

    bench.doors = replace(
        bench.doors, disputes=Away(secret_key=KEY, api_base=bench.desk.till.sandbox.url)
    )
    evidence_id = bench.send()
    with pytest.raises(OutcomeUnknown):
        bench.settle(evidence_id)
    assert bench.evidence(evidence_id).state == "submitting"


def test_twelve_at_once_give_one_answer(bench: Bench) -> None:
    def once(_: int) -> bool:
        try:
            bench.send()
        except CannotAnswer:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(once, range(12))) == 1
    assert bench.theirs().evidence_details.submission_count == 1


def test_the_database_keeps_what_was_sent(bench: Bench) -> None:
    evidence_id = bench.send()
    with pytest.raises(IntegrityError, match="stays as it was sent"), transaction() as session:
        session.get_one(DisputeEvidence, evidence_id).sha256 = "other"


def test_after_its_day_the_bank_is_not_answered_and_decides_against_us(bench: Bench) -> None:
    bench.desk.till.now += timedelta(days=8)
    page = evidence_page(bench.dispute_id, now=bench.desk.till.now)
    assert page
    assert (page.answerable, page.days_left) == (False, -1)
    with pytest.raises(CannotAnswer, match="over"):
        bench.send()
    bench.desk.till.sandbox.control("clock", advance=8 * 86_400)
    bench.tell()
    assert bench.row().state == "lost"


def test_an_inquiry_takes_nothing_is_answered_and_may_still_become_a_dispute(
    database_url: str, sandbox: SandboxServer, now: datetime, tmp_path: Path
) -> None:
    bench = opened(sandbox, now, tmp_path, inquiry=True)
    walk_objects(gateway=bench.desk.till.gateway, now=now + timedelta(minutes=1))
    bench.tell()
    row = bench.row()
    assert (row.standing, row.withdrawn.cents, row.state) == ("warning_needs_response", 0, "open")
    assert items() == [("The card's bank asks about a payment. No money was taken.", False)]
    first = bench.send()
    assert (bench.evidence(first).stage, bench.theirs().status) == (
        "inquiry",
        "warning_under_review",
    )
    sandbox.control("escalate_dispute", id=bench.provider_id)
    bench.tell()
    assert bench.row().withdrawn.cents == 18_240
    assert items()[-1] == ("A payment is disputed by the card's bank.", False)
    second = bench.send()
    assert (bench.evidence(second).stage, bench.theirs().status) == ("dispute", "under_review")


def test_an_inquiry_that_is_closed_leaves_no_work(
    database_url: str, sandbox: SandboxServer, now: datetime, tmp_path: Path
) -> None:
    bench = opened(sandbox, now, tmp_path, inquiry=True)
    bench.tell()
    sandbox.control("close_dispute", id=bench.provider_id, status="won")
    bench.tell()
    assert (bench.row().state, bench.row().standing) == ("won", "warning_closed")
    assert items() == [("The card's bank asks about a payment. No money was taken.", True)]
